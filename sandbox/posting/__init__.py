"""Messages as people and applications make, change and answer them."""
