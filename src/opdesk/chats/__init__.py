"""Chats and messages: the heart."""
