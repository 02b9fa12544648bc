"""Orders: rows become nested payloads that remember where they came from."""
