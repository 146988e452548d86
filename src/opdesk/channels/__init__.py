"""A company's connected accounts: records, settings, state. No input or output."""
