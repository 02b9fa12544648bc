"""The fate of an order before it is sent: new, known already, overtaken by a newer one, taken out, or still open."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from orderdrop.core.identity import digest
from orderdrop.core.orders import Command, Draft, StoredOrder
from orderdrop.core.outcomes import OrderFate
from orderdrop.core.problems import Cell, Code, Owner, Problem, Severity
from orderdrop.ledger.ledger import Batch, Ledger

_NONE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class StillOpen:
    """An order of the batch that is continued, which was not accepted: with this payload it is not tried again blindly."""

    digest: str
    problems: tuple[Problem, ...]


@dataclass(slots=True, kw_only=True)
class FirstFates:
    """Decides them for the orders of one batch. `accepted_by` knows what the account accepted, and what was excluded."""

    batch: Batch
    accepted_by: Ledger
    updated_at: str | None
    excluded: Mapping[str, str] = field(default_factory=dict)
    still_open: Mapping[str, StillOpen] = field(default_factory=dict)
    # an update or a cancel of an order that the account never accepted from here
    refuses_unknown: bool = True

    def decide(
        self, drafts: Sequence[Draft], payloads: Mapping[str, bytes], first_sequence: int
    ) -> tuple[list[StoredOrder], list[Problem]]:
        """The orders as the ledger keeps them, with why some are not sent; `payloads` by key, of those that could be."""
        keys = list(payloads)
        last = self.accepted_by.last_accepted(self.batch.account, keys)
        accepted_at = self.accepted_by.accepted_as_of(self.batch.account, keys)
        held = self._held(drafts, keys)
        orders, problems = [], []
        for sequence, draft in enumerate(drafts, start=first_sequence):
            payload = payloads.get(draft.key)
            name = digest(payload) if payload is not None else None
            moment = moment_in(draft.payload, self.updated_at)
            fate, why = self._judge(draft, name, moment, last.get(draft.key), accepted_at.get(draft.key))
            if fate is OrderFate.READY and (
                against := self._obstacle(draft, name, held.get(draft.key, _NONE))
            ):
                fate, why = OrderFate.HELD, [against]
            problems += why
            orders.append(
                StoredOrder(
                    id=f"{self.batch.id}.{sequence}",
                    batch_id=self.batch.id,
                    sequence=sequence,
                    key=draft.key,
                    digest=name,
                    payload=None if why else payload,
                    lineage=draft.lineage,
                    fate=fate,
                    as_of=moment,
                )
            )
        return orders, problems

    def _held(self, drafts: Sequence[Draft], keys: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """The payloads that the account may hold, by key; only asked for where rows say what they want."""
        if not self.batch.account or not any(draft.command for draft in drafts):
            return {}
        return self.accepted_by.possibly_held(self.batch.account, keys)

    def _obstacle(self, draft: Draft, name: str | None, held: frozenset[str]) -> Problem | None:
        """Why an order is not sent though its rows ask for it.

        A rerun creates again what it created before: a person asked for it. A preview for no account knows of nothing.
        """
        if draft.command is None or not self.batch.account:
            return None
        if draft.command is Command.CREATE:
            again = held - {name} and self.batch.scope is None
            return already_there(draft.key, draft.lineage.rows) if again else None
        return not_there(draft.key, draft.lineage.rows) if self.refuses_unknown and not held else None

    def _judge(
        self,
        draft: Draft,
        name: str | None,
        moment: datetime | None,
        last: str | None,
        accepted_at: datetime | None,
    ) -> tuple[OrderFate, list[Problem]]:
        if draft.key in self.excluded:
            return OrderFate.HELD, [excluded(draft.key, draft.lineage.rows, self.excluded[draft.key])]
        if name is None:
            return OrderFate.HELD, []
        if last == name:
            return OrderFate.UNCHANGED, []
        before = self.still_open.get(draft.key)
        if before is not None and before.digest == name:
            return OrderFate.HELD, list(before.problems)
        mine = moment or self.batch.drop.arrived_at
        if accepted_at is not None and accepted_at > mine:
            return OrderFate.HELD, [stale(draft.key, draft.lineage.rows, mine, accepted_at)]
        return OrderFate.READY, []


def moment_in(payload: Mapping[str, Any], place: str | None) -> datetime | None:
    """The moment that a payload speaks of at a place, None where it says nothing that can be read as one."""
    if place is None:
        return None
    value: Any = payload
    for name in place.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def stale(key: str, rows: Iterable[int], mine: datetime, accepted_at: datetime) -> Problem:
    """Why an order that would undo a newer one is not sent."""
    return _of_order(
        Code.STALE,
        key,
        rows,
        f"A newer version of order {key} is with the destination already (of {_minute(accepted_at)}; this one is of "
        f"{_minute(mine)}), so this one was not sent. If this is the right one, send it again in a new file.",
    )


def already_there(key: str, rows: Iterable[int]) -> Problem:
    """Why an order that is to be created is not sent."""
    return _of_order(
        Code.ALREADY_THERE,
        key,
        rows,
        f"Order {key} is to be created, but an order of this name was sent before, with other contents. It was not sent. "
        "If it has changed, let its rows say update; if it is another order, give it another name.",
    )


def not_there(key: str, rows: Iterable[int]) -> Problem:
    """Why an order that is to be changed or cancelled is not sent."""
    return _of_order(
        Code.NOT_THERE,
        key,
        rows,
        f"Order {key} is to be updated or cancelled, but no order of this name was ever sent from here. It was not sent. "
        "Check the name; if the order is new, let its rows say create.",
    )


def excluded(key: str, rows: Iterable[int], reason: str) -> Problem:
    """That a person took an order out, and why."""
    told = f"Order {key} was taken out for good: {reason}. It is not sent; nothing is to be done."
    return replace(_of_order(Code.EXCLUDED, key, rows, told), owner=Owner.OPS, severity=Severity.WARNING)


def owed(key: str, rows: Iterable[int], batch_id: str) -> Problem:
    """Why an order waits for the answer to its earlier version."""
    told = (
        f"The destination has not answered yet about an earlier version of order {key}, so this one was not sent. "
        f"Once it has, run: orderdrop rerun {batch_id} --only unsent"
    )
    return replace(_of_order(Code.NOT_SENT, key, rows, told), owner=Owner.OPS)


def _of_order(code: Code, key: str, rows: Iterable[int], message: str) -> Problem:
    return Problem(code=code, message=message, cells=tuple(Cell(row=row) for row in rows), order=key)


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
