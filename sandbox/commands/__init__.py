"""Application commands: how they are declared, who may use them, and what a person typed into them."""
