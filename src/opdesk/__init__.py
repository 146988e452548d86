"""OpDesk: a self-hosted operator desk."""

__version__ = "0.1.0"
