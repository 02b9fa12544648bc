"""The tracking numbers in a payload: what else than its number finds an order."""

import re

import orjson

# Shipup and parcelLab have them in different places under the same name. To look for the name in the text takes a
# twentieth of the time of reading the JSON, and this is done for every order.
_FIELD = '"tracking_number":"'
_REST = re.compile(r'(?:[^"\\]|\\.)*')
_LONGEST = 200  # no carrier's are longer, and a database's index does not take any length


def tracking_numbers(payload: str | None) -> tuple[str, ...]:
    """The tracking numbers of a payload as it is sent, each once."""
    if payload is None or (at := payload.find(_FIELD)) < 0:
        return ()
    found: dict[str, None] = {}
    while at >= 0:
        at += len(_FIELD)
        number = payload[at : payload.index('"', at)]
        if "\\" in number:
            number = _unescaped(payload, at)
        if 0 < len(number) <= _LONGEST:
            found[number] = None
        at = payload.find(_FIELD, at)
    return tuple(found)


def _unescaped(payload: str, at: int) -> str:
    rest = _REST.match(payload, at)
    return str(orjson.loads(f'"{rest.group()}"')) if rest is not None else ""
