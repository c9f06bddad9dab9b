"""What both commands do first: prepare a Python environment of our own. Standard library only."""
