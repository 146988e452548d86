"""Viber Business Messages through SMSBAT's REST API."""
