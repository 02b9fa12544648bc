"""Batches on their way: registered, worked on, released, rerun, superseded, compared."""
