"""What a company sets for each of its organizations."""
