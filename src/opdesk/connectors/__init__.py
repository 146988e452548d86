"""What talks to the platforms: one folder for each source, and what they share."""
