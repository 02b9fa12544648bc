"""What counts as blank; a module of its own because the child process that parses workbooks must start fast."""

BLANKS = " \t\r\n\v\f\u00a0\u2007\u202f\u3000\ufeff"
"""One definition for every reader: Python's str.strip() and Arrow's trim disagree on rare blanks."""
