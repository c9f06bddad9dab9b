"""The control side: HTTP calls that act as people, turn the clock and inspect the world; see README.md."""
