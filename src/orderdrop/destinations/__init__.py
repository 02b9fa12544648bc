"""Destinations: the APIs that take orders; each a package with its payloads, client and refusals."""
