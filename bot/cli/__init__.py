"""The verbs of `run_bot.py`. Heavy modules are imported only by the verb that needs them."""
