"""The people of a company, their roles, sign-ins and tokens."""
