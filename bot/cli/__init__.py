"""What `run_bot.py` can be asked for. What is heavy is imported when a verb needs it."""
