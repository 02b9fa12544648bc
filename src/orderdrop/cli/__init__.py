"""The command line: a command parses, calls one use case, prints."""
