"""Checks: text becomes typed columns, judged by a pandera schema built from the mapping."""
