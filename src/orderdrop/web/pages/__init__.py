"""One module a topic: its addresses, what they need to know, and which template shows it."""
