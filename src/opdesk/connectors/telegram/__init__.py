"""Telegram bots (Bot API)."""
