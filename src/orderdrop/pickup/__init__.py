"""Pick-up: list, wait until settled, claim by rename, fetch, archive. Knows nothing about rows."""
