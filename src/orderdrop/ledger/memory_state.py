"""What the ledger in memory remembers: dictionaries behind one lock."""

from collections.abc import Callable, Container
from dataclasses import replace
from datetime import datetime
from threading import RLock
from typing import Concatenate, ParamSpec, TypeVar

from orderdrop.core.notices import Matter, Notice, Sending, Told
from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import RowFate
from orderdrop.core.problems import Problem
from orderdrop.ledger.accounts import AccountState
from orderdrop.ledger.feeds import FeedState
from orderdrop.ledger.ledger import Attempt, Batch, Drop, Exclusion
from orderdrop.ledger.unavailable import contradiction

S = TypeVar("S", bound="InMemory")
P = ParamSpec("P")
R = TypeVar("R")


def one_at_a_time(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """A method that has the memory to itself: what is one transaction in a database."""

    def alone(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.lock:
            return method(self, *args, **kwargs)

    return alone


class InMemory:
    """What is remembered, and the look-ups that every topic needs."""

    def __init__(self) -> None:
        self.lock = RLock()
        self._leases: dict[str, tuple[str, datetime]] = {}
        self._accounts: dict[str, AccountState] = {}
        self._feeds: dict[str, FeedState] = {}
        self._told: dict[Matter, Told] = {}
        self._sendings: dict[tuple[int, str], Sending] = {}
        self._notices: dict[int, Notice] = {}
        self._mappings: dict[str, tuple[str, str, datetime]] = {}
        self._drops: dict[str, Drop] = {}
        self._batches: dict[str, Batch] = {}  # in the order of their registration, as all dictionaries here
        self._orders: dict[str, StoredOrder] = {}
        self._parcels: dict[str, tuple[str, ...]] = {}  # tracking numbers by order; they outlive its payload
        self._row_fates: list[tuple[str, RowFate, int, int]] = []
        self._problems: list[tuple[str, str | None, Problem]] = []  # batch, order whose outcome brought it
        self._attempts: dict[str, Attempt] = {}
        self._accepted: dict[tuple[str, str], str] = {}
        self._links: dict[str, str] = {}
        self._doubted: dict[tuple[str, str], str] = {}  # by which attempt
        self._as_of: dict[tuple[str, str], datetime] = {}
        self._exclusions: dict[tuple[str, str], Exclusion] = {}

    def _known(self, batch_id: str) -> Batch:
        if batch_id not in self._batches:
            raise contradiction(f"there is no batch {batch_id}")
        return self._batches[batch_id]

    def _known_order(self, order_id: str, among: Container[str] | None = None) -> None:
        if order_id not in (self._orders if among is None else among):
            raise contradiction("an order that was to be changed is not there")

    def _of_batch(self, batch_id: str) -> list[StoredOrder]:
        return [order for order in self._orders.values() if order.batch_id == batch_id]

    def _with_drop(self, batch: Batch) -> Batch:
        return replace(batch, drop=self._drops[batch.drop.id])

    def _before(self, batch_id: str) -> list[str]:
        """The batches that were registered before one; none where it is not known."""
        everything = list(self._batches)
        return everything[: everything.index(batch_id)] if batch_id in everything else []
