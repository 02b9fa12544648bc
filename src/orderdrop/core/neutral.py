"""Text from outside, made harmless where it is shown: in a spreadsheet, in a log, on a terminal.

A spreadsheet program would run some texts as formulas; these are made neutral and brought back.

Reject reports go out with such cells neutral; when the corrected report comes in again the apostrophe goes, so that
what the sender wrote is what is sent (OWASP, CSV injection).
"""

_TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")  # full-width twins count too
_MARK = "'"
_SUSPECT = frozenset((*_TRIGGERS, _MARK))


def neutralise(text: str) -> str:
    """Put an apostrophe before text that would begin a formula, and before text that already looks neutralised."""
    if text[:1] not in _SUSPECT:  # almost every cell: this is asked of each one that is written
        return text
    return _MARK + text if text.startswith(_TRIGGERS) or _is_neutral(text) else text


def shield(text: str) -> str:
    """For cells that are text whatever stands in them (workbooks): only what `restore` would change gets an apostrophe."""
    return _MARK + text if _is_neutral(text) else text


def restore(text: str) -> str:
    """Undo `neutralise` and `shield`: restore(neutralise(x)) == restore(shield(x)) == x for every x."""
    return text[1:] if _is_neutral(text) else text


def _is_neutral(text: str) -> bool:
    bare = text.lstrip(_MARK)
    return len(bare) < len(text) and bare.startswith(_TRIGGERS)


RESTORE_PATTERN = r"^'('*[=+\-@\t\r\n\x00＝＋－＠])"
"""The same as `restore` for whole columns: replace by group 1."""


def printable(text: str, *, keep: str = "") -> str:
    """Text for a log line or a terminal: line ends and control characters are written out, those in `keep` excepted."""
    return "".join(c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in text)
