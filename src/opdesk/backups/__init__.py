"""Backups of an installation, made while it is served, and bringing one back to life."""
