"""One-time links: whoever has one chooses the password of the person it was made for."""
