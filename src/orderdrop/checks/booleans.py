"""Yes and no in the languages of our warehouses."""

from orderdrop.checks.arrow import pa
from orderdrop.checks.reading import Flaw, Reader
from orderdrop.core.problems import Code

YES = ("true", "yes", "y", "1", "on", "oui", "o", "vrai", "ja", "j", "wahr", "sim", "s", "verdadeiro", "sí", "si",
       "verdadero", "sì", "vero", "waar", "tak")  # fmt: skip
NO = (
    "false",
    "no",
    "n",
    "0",
    "off",
    "non",
    "faux",
    "nein",
    "falsch",
    "não",
    "nao",
    "falso",
    "nee",
    "onwaar",
    "nie",
)
"""Every word that is read, in small letters; capitals do not matter."""


def booleans() -> Reader:
    """True and false."""
    table = dict.fromkeys(YES, True) | dict.fromkeys(NO, False)
    flaw = Flaw(
        code=Code.NOT_A_BOOLEAN, expected="yes or no is expected (or true/false, 1/0, oui/non, ja/nein)"
    )
    return Reader(type=pa.bool_(), parse=lambda text: table.get(text.casefold(), flaw))
