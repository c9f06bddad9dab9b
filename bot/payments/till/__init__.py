"""The till: a payment provider that moves play money and otherwise behaves like a real one.

`machine.py` is the server. It has its own file, does not use Lyceum's database and talks to Lyceum only over signed
HTTP. `provider.py` is Lyceum's client for it.
"""
