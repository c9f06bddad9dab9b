"""Stripe: Checkout, subscriptions, the customer portal, refunds and disputes, through the official library.

`webhooks.py` verifies, `checkout.py` and `changing.py` write, `reading.py` reads, `facts.py` maps Stripe's objects to
facts. Only `library.py` imports the library, when it is first needed.
"""
