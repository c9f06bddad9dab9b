"""What members have and the roles it gives them."""
