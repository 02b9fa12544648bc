"""Tables: bytes become frames of text that keep the physical row number."""
