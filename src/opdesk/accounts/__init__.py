"""Companies, their organizations, company tokens, API keys and sign-ins."""
