"""The tracking numbers in a payload: what else than its number finds an order."""

import re

import orjson

# Shipup and parcelLab have them in different places under the same name. To look for the name in the text takes a
# twentieth of the time of reading the JSON, and this is done for every order.
_FIELD = re.compile(r'"tracking_number":("(?:[^"\\]|\\.)+")')
_LONGEST = 200  # no carrier's are longer, and a database's index does not take any length


def tracking_numbers(payload: str | None) -> tuple[str, ...]:
    """The tracking numbers of a payload as it is sent, each once."""
    if payload is None:
        return ()
    found = dict.fromkeys(
        str(orjson.loads(text)) if "\\" in text else text[1:-1] for text in _FIELD.findall(payload)
    )
    return tuple(number for number in found if len(number) <= _LONGEST)
