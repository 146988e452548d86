"""What only the company's pages ask for: set-up, one-time links, the audit log."""
