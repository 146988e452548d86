"""The log of what happened: one row for each fact of an organization, numbered without gaps."""
