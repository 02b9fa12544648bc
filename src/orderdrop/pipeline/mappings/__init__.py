"""Mappings while they are written: suggested, checked, run on their examples, kept with their versions."""
