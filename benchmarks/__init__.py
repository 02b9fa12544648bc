"""Comparisons side by side: in one run, on the same input, printed as ratios. Absolute times mean nothing on shared machines."""
