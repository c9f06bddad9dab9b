"""Direct messages before a membership ends."""
