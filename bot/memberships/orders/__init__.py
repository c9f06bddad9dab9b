"""From asking for a plan to the money and what it bought, and back."""
