"""E-mail addresses and web addresses."""

import re

from orderdrop.checks.arrow import pa, where_matching
from orderdrop.checks.reading import Flaw, Reader
from orderdrop.core.problems import Code

_LOCAL = r"[^\s@\"(),:;<>\[\]\\.]+(?:\.[^\s@\"(),:;<>\[\]\\.]+)*"
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_EMAIL = re.compile(rf"{_LOCAL}@(?:{_LABEL}\.)+[^\W\d_][\w-]*[^\W_]")
_PLAIN_EMAIL = r"^[A-Za-z0-9_+-]{1,40}(\.[A-Za-z0-9_+-]{1,20})?@([A-Za-z0-9]{1,40}\.){1,2}[A-Za-z]{2,10}$"
_URL = re.compile(
    rf"https?://(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{{1,5}})?(?:[/?#][^\s<>\"]*)?",
    re.IGNORECASE,
)
_PLAIN_URL = r"^https?://([A-Za-z0-9]{1,60}\.){1,3}[A-Za-z0-9]{1,60}(/[A-Za-z0-9/._?=&%-]*)?$"


def emails() -> Reader:
    """Addresses of the everyday kind: one @, a dotted domain, no quoting, at most 254 characters."""
    flaw = Flaw(code=Code.NOT_AN_EMAIL, expected="an e-mail address such as name@example.com is expected")

    def parse(text: str) -> object:
        return text if len(text) <= 254 and _EMAIL.fullmatch(text) else flaw

    return Reader(type=pa.string(), parse=parse, fast=lambda text: where_matching(text, _PLAIN_EMAIL))


def urls() -> Reader:
    """Addresses that begin with http:// or https:// and have no white space in them."""
    flaw = Flaw(code=Code.NOT_A_URL, expected="a web address that begins with https:// is expected")
    return Reader(
        type=pa.string(),
        parse=lambda text: text if _URL.fullmatch(text) else flaw,
        fast=lambda text: where_matching(text, _PLAIN_URL),
    )
