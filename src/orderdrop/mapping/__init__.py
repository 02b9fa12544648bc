"""Mappings: which column goes where in the payload, and what must hold."""
