"""Who did what, and from where: written in the transaction of what it tells."""
