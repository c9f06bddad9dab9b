"""The page in the browser, used as a person uses it: a real Chromium, a real sandbox, a real discord.py bot."""
