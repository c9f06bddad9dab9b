"""The only place in the core that knows discord.py."""
