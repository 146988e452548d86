"""Viber bots (REST Bot API)."""
