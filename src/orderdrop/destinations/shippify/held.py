"""Where each place of a delivery as it was sent reads back from Shippify.

Source: Shippify API reference, "Get delivery information": the dropoff's contact is told as the recipient, packages as
items (a list in a list), dates as ISO texts. The type, the pickup's contact and place, `cod` and named extras are not told.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from orderdrop.destinations.comparing import NOT_TOLD, Held, leaf, leaves
from orderdrop.destinations.shippify.payloads import SIZES
from orderdrop.destinations.told import group, moment

Node = Mapping[str, Any]


def held(payload: Node, told: Node) -> Iterator[Held]:
    """Every value of the delivery with what Shippify holds."""
    for name, value in payload.items():
        if name in ("pickup", "dropoff"):
            yield from _stop(name, value, told)
        elif name == "packages":
            yield from _packages(value, told)
        elif name == "extraData":
            for one in value if isinstance(value, list) else ():
                yield Held(path=f"extraData.{one.get('name')}", sent=one.get("value"), held=NOT_TOLD)
        else:
            yield from leaf(name, value, told.get(name, NOT_TOLD))


def _stop(name: str, sent: Node, told: Node) -> Iterator[Held]:
    there = group(told, name)
    contact = group(told, "recipient") or NOT_TOLD if name == "dropoff" else NOT_TOLD
    yield from leaf(f"{name}.contact", sent.get("contact", {}), contact)
    yield from leaf(f"{name}.location", sent.get("location", {}), there.get("location", NOT_TOLD))
    if "date" in sent:  # sent in milliseconds, told as ISO text, compared in seconds as a mapping writes them
        when = moment(there, "date")
        yield Held(
            path=f"{name}.date",
            sent=sent["date"] // 1000,
            held=int(when.timestamp()) if when else NOT_TOLD,
        )


def _packages(sent: Any, told: Node) -> Iterator[Held]:
    items = list(items_of(told))
    if not isinstance(told.get("items"), list):
        yield Held(path="packages", sent=sent, held=NOT_TOLD)
        return
    for index, package in enumerate(sent):
        there = _match(package, items, len(sent) - index)
        if there is not None:
            items.remove(there)
        yield from leaves(f"packages.{index}", package, there, {"size": _size})


def _match(package: Node, items: list[Node], left: int) -> Node | None:
    """The item that this package became: the most alike of its id and name; the first, where as many are left as were sent."""
    names = ("id", "name", "qty")
    for count in (3, 2):
        for item in items:
            if all(str(item.get(name)) == str(package.get(name)) for name in names[:count]):
                return item
    return items[0] if items and len(items) >= left else None


def items_of(told: Node) -> Iterator[Node]:
    """The items; the reference shows them as a list in a list."""
    listed = told.get("items")
    for entry in listed if isinstance(listed, list) else ():
        for item in entry if isinstance(entry, list) else [entry]:
            if isinstance(item, Mapping):
                yield item


def _size(told: Node) -> Any:
    """A size as a letter; the reference's own example shows the word `slot` here, which is none."""
    text = str(told.get("size", "")).lower()
    size = SIZES.get(text, text)
    return size if size in SIZES.values() else NOT_TOLD
