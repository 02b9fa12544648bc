"""Delivery: sends what the ledger calls ready, politely, and records every attempt."""
