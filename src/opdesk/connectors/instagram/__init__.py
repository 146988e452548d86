"""Instagram professional accounts (Instagram Platform), by both login routes."""
