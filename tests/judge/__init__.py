"""Every request that a bot makes during the tests is held against Discord's own description of its API."""
