"""Facebook pages (Messenger Platform)."""
