"""The till: a payment provider that moves play money and otherwise behaves like a real one.

`machine.py` is the provider's side. It keeps its own file, knows nothing of Lyceum's database and
speaks to Lyceum by signed HTTP alone. `provider.py` is our side of the same line.
"""
