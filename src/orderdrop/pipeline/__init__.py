"""The whole story: run, preview, rerun, history."""
