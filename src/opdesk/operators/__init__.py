"""Operators, their statuses, tokens and sign-ins; who a caller is."""
