"""Source 4: the chat on a company's own website, its visitors and what their pages ask for."""
