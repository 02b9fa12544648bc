"""The ledger: the database of drops, batches, orders, attempts and problems."""
