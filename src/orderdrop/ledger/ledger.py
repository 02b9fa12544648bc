"""The port of the ledger: what is remembered, and which facts are written together.

Every method is one transaction: it happened whole or not at all, and when it returns it is on disk. Every method may
raise LedgerUnavailable, nothing of the database's own. Implementations are safe to use from several threads.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus, Counts, OrderFate, RowFate
from orderdrop.core.problems import Problem
from orderdrop.ledger.accounts import AccountState, ChangeAccount
from orderdrop.ledger.facts import (
    NO_MAPPING,
    PURGED,
    REASONS,
    Attempt,
    AttemptOutcome,
    Batch,
    Drop,
    Exclusion,
    FoundOrder,
    MappingVersion,
    Outcome,
    Overtaken,
    RejectedOrder,
)
from orderdrop.ledger.feeds import ChangeFeed, FeedState
from orderdrop.ledger.notices import Notices

__all__ = [
    "NO_MAPPING",
    "PURGED",
    "REASONS",
    "Attempt",
    "AttemptOutcome",
    "Batch",
    "Drop",
    "Exclusion",
    "FoundOrder",
    "Ledger",
    "MappingVersion",
    "Outcome",
    "Overtaken",
    "RejectedOrder",
]


class Ledger(Notices, Protocol):
    """The database of drops, batches, orders, attempts and problems, and of what people were told of them."""

    # leases: one worker a feed, one worker a batch, whatever happens to the other
    def lease(self, name: str, owner: str, now: datetime, seconds: float) -> bool:
        """Take or renew a lease; False while another owner's has not run out."""

    def lease_holder(self, name: str, now: datetime) -> str | None:
        """Who holds a lease that has not run out."""

    def release(self, name: str, owner: str) -> None:
        """Give a lease back; no error when it is somebody else's by now."""

    # accounts: what one process finds out, all that send to the account obey, and a restart remembers
    def account_state(self, account: str) -> AccountState:
        """What is known of an account; nothing but its name where nobody wrote anything."""

    def account_states(self) -> list[AccountState]:
        """What is known of all accounts, by name."""

    def change_account(self, account: str, to: ChangeAccount) -> AccountState:
        """Change what is known of an account; nobody else changes it between `to` and the writing. What is known then."""

    # feeds: a pause is obeyed by every process, whoever asked for it
    def feed_state(self, feed: str) -> FeedState:
        """What is known of a feed; nothing but its name where nobody wrote anything."""

    def change_feed(self, feed: str, to: ChangeFeed) -> FeedState:
        """Change what is known of a feed; nobody else changes it between `to` and the writing. What is known then."""

    # mappings: every version that a batch ran under is kept
    def pin_mapping(self, digest: str, name: str, text: str, at: datetime) -> None:
        """Keep the text of a mapping; no error when it is there."""

    def mapping_text(self, digest: str) -> str | None:
        """The text that was pinned under a digest."""

    def mapping_versions(self, name: str) -> list[MappingVersion]:
        """Every version of a mapping that was pinned, in the order in which they were first."""

    # drops and batches
    def open_batch(self, batch: Batch) -> None:
        """Register a drop and its batch together (the drop is left alone when its id is known)."""

    def batch(self, batch_id: str) -> Batch | None:
        """One batch by its id."""

    def batches(
        self,
        *,
        limit: int = 50,
        before: str | None = None,
        feed: str | None = None,
        statuses: Collection[BatchStatus] | None = None,
    ) -> list[Batch]:
        """Batches, newest first; `before` is the last id of the page before."""

    def batches_of_content(self, sha256: str, mapping: str, account: str) -> list[Batch]:
        """Batches of the same content under the same mapping name and account, oldest first."""

    def batch_at_place(self, feed: str, place: str) -> Batch | None:
        """The newest batch whose drop was claimed at this place of this feed."""

    def set_aside(self, feed: str) -> list[Batch]:
        """Batches of files that were put aside unread for want of a mapping and lie there still, oldest first."""

    def unfinished(self, feed: str | None = None) -> list[Batch]:
        """Batches that a new start must work on: a status that resumes, or a source not yet told; oldest first.

        A drop without a feed has no source to tell.
        """

    def conclude(
        self,
        batch_id: str,
        status: BatchStatus,
        at: datetime | None,
        remarks: str = "",
        *,
        given_up: bool = False,
    ) -> None:
        """Set a batch's status; `at` None leaves it open, empty remarks leave the earlier ones.

        `given_up`: it was held, and nothing of it is sent any more; that stays so.
        """

    def feed_done(self, batch_id: str, place: str | None) -> None:
        """Record that the source was told, and where the drop lies there now."""

    def adopt(self, batch_id: str, parent_id: str) -> None:
        """Record which batch this one turned out to continue."""

    def children(self, batch_id: str) -> list[Batch]:
        """The batches that continue one directly: reruns and corrections; oldest first."""

    def last_drop(self, feed: str) -> Drop | None:
        """The drop of a feed that arrived last."""

    def row_numbers(self, feed: str, mapping: str, *, before: str, limit: int) -> list[int]:
        """How many rows the drops of a feed had under a mapping, newest first, from behind the batch `before`.

        Reruns, corrections and files that were refused as a whole do not count.
        """

    # preparing: may be begun again from nothing as long as the status is received
    def begin_preparation(self, batch_id: str) -> None:
        """Forget whatever a dead run prepared of this batch: orders, row fates, problems; refused after `received`."""

    def add_orders(self, batch_id: str, orders: Sequence[StoredOrder]) -> None:
        """Store orders in bulk."""

    def add_problems(self, batch_id: str, problems: Sequence[Problem]) -> None:
        """Store problems in bulk."""

    def add_row_fates(self, batch_id: str, fate: RowFate, rows: Iterable[int]) -> None:
        """Store the fates of rows that belong to no order, as ranges."""

    def finish_preparation(
        self, batch_id: str, *, rows_read: int, verdict: str, status: BatchStatus, remarks: str = ""
    ) -> None:
        """Close the preparation: from now on the batch goes on from its orders, never from the file."""

    def last_accepted(self, account: str, keys: Sequence[str]) -> Mapping[str, str]:
        """The payload digest that the account last accepted, by order key.

        A key is left out while a later attempt may have changed the order without our knowing: an attempt that is
        open, pending, unknown, or failed with anything but a clear "no" (4xx). See `orderdrop.ledger.doubt`.
        """

    def accepted_as_of(self, account: str, keys: Sequence[str]) -> Mapping[str, datetime]:
        """The moment that the rows spoke of which the account last accepted, by order key; left out where unknown."""

    def possibly_held(self, account: str, keys: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """The payload digests that an account may hold, by order key: of every attempt that may have arrived.

        Open attempts count. A key without any is left out: no attempt of ours brought its order there.
        """

    # whose turn it is: of two drops that carry one order, the one that came first goes first, and the newer one stays
    def rivals(self, batch_id: str, *, older: bool) -> list[Batch]:
        """Other batches of the account that are under way with an order of this one, oldest first.

        Such as have an order ready, sending or pending whose key is among this batch's ready and held orders.
        `older`: only batches registered before this one, and then also those that are not prepared.
        """

    def overtaken(self, batch_id: str, *, limit: int = 5_000) -> Overtaken:
        """Look at the ready orders once more, just before they are sent.

        Those whose very payload the account holds by now become `unchanged`; what is unchanged counts from now on as
        accepted at the later moment of the two. At most `limit` of each kind: put them aside and look again.
        """

    def put_aside(
        self, batch_id: str, order_ids: Sequence[str], to: OrderFate, problems: Sequence[Problem]
    ) -> None:
        """Give orders of a batch another fate and say why; a held one loses its payload, so that no release sends it."""

    def exclude(self, exclusion: Exclusion) -> None:
        """Remember that an order is not to be sent; a later reason replaces the first."""

    def exclusions(self, batch_ids: Sequence[str]) -> list[Exclusion]:
        """What was excluded in these batches, by time."""

    # sending
    def orders(
        self,
        batch_id: str,
        fates: Collection[OrderFate] | None = None,
        *,
        after: int = -1,
        limit: int | None = None,
    ) -> list[StoredOrder]:
        """Orders of a batch by sequence, from behind `after`."""

    def record_attempts(self, attempts: Sequence[Attempt]) -> None:
        """Write attempts before their requests leave; their orders are `sending` from here on."""

    def record_outcomes(self, outcomes: Sequence[Outcome], account: str) -> None:
        """Write answers: attempts, fates, problems, and what the account last accepted, all together.

        The problems of an order's earlier outcome give way to those of this one; what the checks found stays. An
        outcome of an attempt that was closed meanwhile (by another owner of the batch) changes nothing: its order
        belongs to whoever closed it.
        """

    def reopen(self, batch_id: str, at: datetime) -> int:
        """After a crash: close open attempts as unknown and make their orders ready again; how many there were."""

    def set_fates(self, batch_id: str, of: Collection[OrderFate], to: OrderFate) -> int:
        """Move all orders of some fates to another (ready -> unsent, held -> ready); how many there were.

        Only an order that has a payload becomes ready.
        """

    # waiting for an account: unsent, until a request of somebody shows that it works again
    def put_off(self, batch_id: str, at: datetime, problem: Problem) -> int:
        """Make the ready orders of a batch unsent, remember that they wait for the account, say why; how many there were.

        Nothing is changed or said where there are none.
        """

    def take_up(self, batch_id: str, *, owes_reply: bool = False) -> int:
        """Make the unsent orders of a batch that waits, or was held, ready again, those given up too; how many there were.

        The batch is sending from here on, waits no more, and what was said about orders not sent is taken back.
        `owes_reply`: its source is to be told anew, whatever happens in between.
        """

    def waiting(self, account: str | None = None) -> list[Batch]:
        """Batches that wait for their account to work again, oldest first."""

    # tracking links: secrets of the recipients, kept only where the account says so
    def keep_links(self, links: Mapping[str, str]) -> None:
        """Keep tracking links by the orders' ids; a later one takes the place of an earlier one."""

    def links(self, batch_id: str) -> Mapping[str, str]:
        """The tracking links that were kept of a batch's orders, by their ids."""

    # personal data do not stay for ever
    def purge(self, batch_ids: Collection[str], at: datetime) -> None:
        """Remove what batches hold of people: payloads, tracking numbers, links, what the API answered, values and messages of problems, verdicts.

        The remarks of a failed batch go too: they repeat a problem, which may quote what stood where headings should.
        Keys, digests, references, fates, counts, codes and cells stay, so that the books balance, `unchanged` is still
        known, and the history can be told. LedgerUnavailable for a batch that is not there, under way or held.
        """

    # reading
    def counts(self, batch_id: str, *, anew: bool = False) -> Counts:
        """The books of a batch; `anew`: counted now, whatever was kept since it came to rest."""

    def counts_of(self, batch_ids: Collection[str]) -> Mapping[str, Counts]:
        """The books of several batches at once, by their ids."""

    def row_fates(self, batch_id: str) -> Iterator[tuple[RowFate, int, int]]:
        """(fate, first, last) of rows that belong to no order."""

    def problems(self, batch_id: str, *, limit: int | None = None) -> list[Problem]:
        """Problems of a batch in the order in which they were found."""

    def attempts(self, order_id: str) -> list[Attempt]:
        """Attempts of an order, oldest first."""

    def find_orders(self, text: str, *, limit: int = 50) -> list[FoundOrder]:
        """Orders across all batches whose key, or one of whose tracking numbers, is `text`, newest first.

        A tracking number is known until the batch is purged, also of an order that was put aside.
        Where there is none, nor one that was rejected: those whose key, reference or payload contains it, which is looked
        for in the whole ledger; there capitals do not matter (of the letters a to z).
        """

    def rejected_orders(self, key: str, *, limit: int = 50) -> list[RejectedOrder]:
        """Orders of exactly this number that our checks rejected before they were built, newest first."""

    def damage(self) -> list[str]:
        """What the database finds wrong with itself, each in a sentence; empty where all is well."""

    def close(self) -> None:
        """Let go of the database."""
