"""The ledger's twin in memory, for tests and previews: same answers, nothing on disk.

It runs through the same contract suite as the real one. Each method looks for every contradiction before it changes
anything, which makes it whole or not at all.
"""

from orderdrop.ledger.memory_accounts import Accounts
from orderdrop.ledger.memory_batches import Batches
from orderdrop.ledger.memory_feeds import Feeds
from orderdrop.ledger.memory_leases import Leases
from orderdrop.ledger.memory_notices import Notices
from orderdrop.ledger.memory_preparing import Preparing
from orderdrop.ledger.memory_purging import Purging
from orderdrop.ledger.memory_reruns import Reruns
from orderdrop.ledger.memory_turns import Turns


class MemoryLedger(Leases, Accounts, Feeds, Notices, Batches, Preparing, Turns, Reruns, Purging):
    """The Ledger port in dictionaries, topic by topic; what each method promises stands at the port."""

    def damage(self) -> list[str]:
        """Nothing that could be damaged."""
        return []

    def close(self) -> None:
        """Nothing to let go of."""
