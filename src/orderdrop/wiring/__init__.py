"""Settings become concrete parts; the one place that picks them."""

from orderdrop.wiring.feeds import feed_plan, feed_steps
from orderdrop.wiring.ledgers import database_of, open_settled_ledger, scratch_ledger
from orderdrop.wiring.lines import account_of, unused_carrier
from orderdrop.wiring.parts import build, find_shape, load_mapping, mapping_folder

__all__ = [
    "account_of",
    "build",
    "database_of",
    "feed_plan",
    "feed_steps",
    "find_shape",
    "load_mapping",
    "mapping_folder",
    "open_settled_ledger",
    "scratch_ledger",
    "unused_carrier",
]
