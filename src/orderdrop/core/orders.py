"""An order on its way: built from rows, stored in the ledger, sent by delivery.

Named tuples, for a large drop makes millions of them: a frozen dataclass takes more than twice the time to make.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from orderdrop.core.lineage import Lineage
from orderdrop.core.outcomes import OrderFate


class Command(StrEnum):
    """What the rows of an order ask for."""

    CREATE = "create"
    UPDATE = "update"
    CANCEL = "cancel"


class Draft(NamedTuple):
    """One order as the rows make it, before the destination's contract was checked.

    `payload` is plain JSON values, null only where the mapping erases. `held` says that a row of the order is bad and the policy is to hold it.
    `command` is what its rows ask for, None where the mapping has no column that says so.
    """

    key: str
    payload: Mapping[str, Any]
    lineage: Lineage
    held: bool = False
    command: Command | None = None


class StoredOrder(NamedTuple):
    """One order as the ledger keeps it.

    `payload` is the JSON that is or would be sent, None where none could be built or none may be sent. `as_of` is the
    moment that the rows speak of, where the mapping names a column for it; else the drop's arrival counts.
    """

    id: str
    batch_id: str
    sequence: int
    key: str
    digest: str | None
    payload: bytes | None
    lineage: Lineage
    fate: OrderFate
    reference: str | None = None  # the destination's own id, or the ticket of a pending answer
    as_of: datetime | None = None
