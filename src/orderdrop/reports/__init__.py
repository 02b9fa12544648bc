"""Reports: what came of a batch, written from the ledger, never from memory of the run."""
