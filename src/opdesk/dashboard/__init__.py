"""What only the company's pages ask for: one-time links, the audit log."""
