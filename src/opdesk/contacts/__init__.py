"""People, and what each is called on each channel."""
