"""The first half of both commands: an environment of our own. Standard library only."""
