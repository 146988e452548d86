"""Links that open a chat: what they ask for, and where they lead."""
