"""The care of the ledger and of what lies beside it."""
