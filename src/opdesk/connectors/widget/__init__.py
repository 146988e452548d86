"""Source 4, the widget: our own platform, so sending is storing."""
