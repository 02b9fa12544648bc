"""Lists of records as Shipup shows them: newest first, as stubs until they are expanded."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from orderdrop.sandbox.shipup.records import Event, Fulfillment, LineItem, Notification, Tracker

Expand = dict[str, Any]
Json = dict[str, Any]
_R = TypeVar("_R", Fulfillment, Tracker, LineItem, Event, Notification)


def list_json(
    kind: str, records: Sequence[_R], expand: Expand | None, render: Callable[[_R, Expand], Json]
) -> Json:
    """Return the list object; `expand` None leaves stubs of `kind`, or else says what `render` expands in turn."""
    newest_first = sorted(records, key=lambda one: one.id, reverse=True)
    if expand is None:
        return {"object": "list", "data": [{"object": kind, "id": one.id} for one in newest_first]}
    return {"object": "list", "data": [render(one, expand) for one in newest_first]}
