"""What may be wrong with an installation, found before its people find it."""
