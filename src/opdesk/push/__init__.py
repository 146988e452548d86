"""Web Push: tells operators whose panel sleeps or is closed what waits for them."""
