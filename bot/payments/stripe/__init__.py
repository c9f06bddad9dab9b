"""Stripe: Checkout, subscriptions, the customer portal, refunds and disputes, through the official library.

`webhooks.py` verifies, `checkout.py` and `changing.py` ask for something, `reading.py` looks, `facts.py` says
what Stripe's objects mean in our words. `library.py` alone imports the library, when it is first needed.
"""
