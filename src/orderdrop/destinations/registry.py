"""The destinations by name: those that come with orderdrop, and those that installed packages bring.

A package brings one with an entry point of the group `orderdrop.destinations`: its name is the destination's, its
object makes the destination when it is called without arguments. docs/destinations.md shows a complete one.
"""

from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from orderdrop.destinations.base import Destination
from orderdrop.errors import SetupError

GROUP: Final = "orderdrop.destinations"


def _parcellab() -> Destination:
    from orderdrop.destinations.parcellab import Parcellab

    return Parcellab()


def _shippify() -> Destination:
    from orderdrop.destinations.shippify import Shippify

    return Shippify()


def _shipup() -> Destination:
    from orderdrop.destinations.shipup import Shipup

    return Shipup()


# imported only where they are used: each builds large models
_OUR_OWN: dict[str, Callable[[], Destination]] = {
    "parcellab": _parcellab,
    "shippify": _shippify,
    "shipup": _shipup,
}


def names() -> tuple[str, ...]:
    """The names of all destinations, sorted."""
    return tuple(sorted({*_OUR_OWN, *brought()}))


def find(name: str) -> Destination:
    """The destination of a name; KeyError for a name that is not in `names()`.

    Raises SetupError for one whose package cannot be used.
    """
    if name in _OUR_OWN:
        return _OUR_OWN[name]()
    return _made(brought()[name])


@cache  # packages do not come and go while a program runs, and looking costs a walk through all of them
def brought() -> Mapping[str, EntryPoint]:
    """What installed packages bring; a name that orderdrop has itself stays orderdrop's."""
    found = entry_points(group=GROUP)
    return {entry.name: entry for entry in found if entry.name not in _OUR_OWN}


def _made(entry: EntryPoint) -> Destination:
    package = entry.dist.name if entry.dist is not None else entry.value
    try:
        destination: Destination = entry.load()()
        told = destination.name
    except Exception as error:  # whatever a stranger's package raises, the operator must know which it is
        raise SetupError(
            f"The destination {entry.name} of the package {package} cannot be used: {type(error).__name__}: {error}.",
            next_step="Mend or uninstall the package.",
        ) from error
    if told != entry.name:
        raise SetupError(
            f"The package {package} calls its destination {entry.name} in its entry point and {told} in its code.",
            next_step="Give it one name in both.",
        )
    return destination
