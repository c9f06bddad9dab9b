"""What is for sale: tiers, their terms and prices, and the shop card."""
