"""Rozetka's chats of sellers with buyers."""
