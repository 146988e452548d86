"""Stored files: content-addressed within one company, handed out by signed, expiring addresses."""
