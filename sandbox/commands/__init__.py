"""Application commands: their declaration, the permission to use them, and the reading of a typed command line."""
