"""What makes two headings the same to a reader of the file."""

import unicodedata


def folded(heading: str) -> str:
    """A heading without what the eye does not see: capitals, white space, invisible characters, Unicode variants."""
    if heading.isascii() and heading.isprintable():
        return " ".join(heading.casefold().split())
    composed = unicodedata.normalize("NFKC", heading).casefold()
    visible = "".join(c for c in composed if unicodedata.category(c) not in ("Cf", "Cc") or c.isspace())
    return " ".join(visible.split())
