"""Pure values and decisions; standard library only, so that every rule can be read and tested without a server."""
