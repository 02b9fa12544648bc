"""What a 409 proves. None of the references speaks of one; an API, or a gateway before it, may answer so all the same.

The order counts as accepted only where the answer itself repeats it: our name of it, the API's own id, and every part as
it was sent. Anything else is no verdict: another request may be at work with the order, or the API holds an
older version of it. Then it is sent again after a while, or looked up where that would make two (`orderdrop.core.policy`).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from orderdrop.core.shape import Shape
from orderdrop.destinations.base import Accepted
from orderdrop.destinations.comparing import NOT_TOLD, Held, is_same

_WRAPPINGS = ("data", "order", "existing")
Holds = Callable[[Mapping[str, Any], Mapping[str, Any]], Iterable[Held]]


def proven(said: Any, sent: Mapping[str, Any], shape: Shape, holds: Holds) -> Accepted | None:
    """That the API holds the order as it was sent, if the parsed body of a 409 shows that; never raises."""
    if not isinstance(said, Mapping):
        return None
    for told in (said, *(said.get(name) for name in _WRAPPINGS)):
        if not isinstance(told, Mapping) or str(told.get(shape.key)) != str(sent.get(shape.key)):
            continue
        name = told.get("id", told.get("external_id"))
        values = [one for one in holds(sent, told) if one.held is not NOT_TOLD and one.path != shape.key]
        if isinstance(name, str | int) and values and all(is_same(shape, one) for one in values):
            return Accepted(reference=str(name))
    return None
