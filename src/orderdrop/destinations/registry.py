"""The destinations that orderdrop knows, by name."""

from collections.abc import Callable

from orderdrop.destinations.base import Destination
from orderdrop.destinations.shipup import Shipup

_DESTINATIONS: dict[str, Callable[[], Destination]] = {"shipup": Shipup}


def names() -> tuple[str, ...]:
    """The names of all destinations, sorted."""
    return tuple(sorted(_DESTINATIONS))


def find(name: str) -> Destination:
    """The destination of a name; KeyError for a name that is not in `names()`."""
    return _DESTINATIONS[name]()
