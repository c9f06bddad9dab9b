"""What owners see of orders and money, and what they do about them."""
