"""Browsers of operators that asked to be woken by a push while the panel sleeps."""
