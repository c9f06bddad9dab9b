"""What members buy and what it gives them: tiers, orders, the ledger, entitlements and the roles they want."""
