"""Building blocks without a word of the product: database, outbox, tokens, web, clock."""
