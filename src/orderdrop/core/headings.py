"""Headings of a file: what makes two of them the same to a reader, and those that we add to what goes back."""

import unicodedata
from collections.abc import Iterable

OWN_COLUMNS = ("_row", "_problems", "_fix_by", "_batch")
"""What a reject report adds to the sender's columns; a corrected report may come back with them."""


def is_own_report(headings: Iterable[str]) -> bool:
    """Whether they are those of a reject report of ours: a sender may have one such name in his files, but not both."""
    return {"_row", "_batch"} <= set(headings)


def folded(heading: str) -> str:
    """A heading without what the eye does not see: capitals, white space, invisible characters, Unicode variants."""
    if heading.isascii() and heading.isprintable():
        return " ".join(heading.casefold().split())
    composed = unicodedata.normalize("NFKC", heading).casefold()
    visible = "".join(c for c in composed if unicodedata.category(c) not in ("Cf", "Cc") or c.isspace())
    return " ".join(visible.split())
