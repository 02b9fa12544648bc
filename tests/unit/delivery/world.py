"""A world for delivery without threads, sockets or waiting: a clock, an API that follows a script, a crew that never waits."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from random import Random

from orderdrop.core.identity import digest
from orderdrop.core.lineage import Lineage
from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.core.problems import Cell, Code, Problem, RaisedBy
from orderdrop.core.progress import Event
from orderdrop.delivery.terms import Back
from orderdrop.destinations.base import (
    Accepted,
    Answer,
    Failure,
    FailureKind,
    Limits,
    Parcel,
    PathProblem,
    Pending,
    Refused,
    Verdict,
)
from orderdrop.ledger.ledger import Batch, Drop, Ledger
from orderdrop.ledger.memory import MemoryLedger

START = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)
BATCH = "b-1"
ACCOUNT = "shop-eu"


class Time:
    """A clock that only moves when told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds - 1000.0)

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


class Act(StrEnum):
    """What the API does with one request."""

    WELL = "well"
    PENDING = "pending"  # takes the orders, answers when asked the third time
    LOST_TICKET = "lost_ticket"  # takes the orders and forgets them
    THROTTLED = "throttled"
    THROTTLED_FOR_2 = "throttled_for_2"
    SERVER = "server"
    SERVER_KEPT = "server_kept"  # a 500, and the orders are there all the same
    LOST = "lost"
    LOST_KEPT = "lost_kept"  # no answer, and the orders are there
    NOT_CONNECTED = "not_connected"
    LOGIN_PAGE = "login_page"
    HALF = "half"  # keeps all, answers about every other
    TOO_LARGE = "too_large"  # where several travel together
    NO_BATCHES = "no_batches"  # where several travel together; from then on one by one
    BAD_KEY = "bad_key"


_FAILURES = {
    Act.THROTTLED: Failure(kind=FailureKind.THROTTLED, message="slow down", status=429),
    Act.THROTTLED_FOR_2: Failure(
        kind=FailureKind.THROTTLED, message="slow down", status=429, retry_after_seconds=2.0
    ),
    Act.SERVER: Failure(kind=FailureKind.SERVER, message="has a fault of its own", status=500),
    Act.SERVER_KEPT: Failure(kind=FailureKind.SERVER, message="has a fault of its own", status=500),
    Act.LOST: Failure(kind=FailureKind.NO_ANSWER, message="gave no answer in time"),
    Act.LOST_KEPT: Failure(kind=FailureKind.NO_ANSWER, message="gave no answer in time"),
    Act.NOT_CONNECTED: Failure(kind=FailureKind.NOT_CONNECTED, message="could not be reached"),
    Act.LOGIN_PAGE: Failure(kind=FailureKind.UNREADABLE, message="answered with a web page", status=200),
    Act.BAD_KEY: Failure(kind=FailureKind.CREDENTIALS, message="does not know the key", status=401),
}
_KEEPS = frozenset({Act.WELL, Act.SERVER_KEPT, Act.LOST_KEPT, Act.LOGIN_PAGE, Act.HALF})
SEVERAL_ONLY = frozenset({Act.TOO_LARGE, Act.NO_BATCHES})


@dataclass(slots=True, kw_only=True)
class Ticket:
    """A job of the API."""

    parcel: Parcel
    asked: int = 0
    lost: bool = False


@dataclass(slots=True, kw_only=True)
class Api:
    """A carrier whose API does what the script says, one act a request, and well when the script is at its end.

    `store` is what it holds; `before_post` lets a test look at the ledger in the moment in which a request arrives.
    """

    time: Time
    script: deque[Act] = field(default_factory=deque)
    bad: frozenset[str] = frozenset()
    poison: frozenset[str] = frozenset()  # a request that carries one of these is answered 500
    size: int = 1
    rate: float | None = None
    before_post: Callable[[Parcel], None] = lambda parcel: None
    store: dict[str, bytes] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)  # every time that an order was stored, by key
    posts: list[tuple[str, ...]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)  # of posts and questions
    tickets: dict[str, Ticket] = field(default_factory=dict)
    without_batches: bool = False

    @property
    def limits(self) -> Limits:
        return Limits(requests_per_second=self.rate)

    def parcel_size(self, waiting: int) -> int:
        return self.size

    def send(self, parcel: Parcel) -> Answer:
        self.before_post(parcel)
        self.times.append(self.time.seconds)
        self.posts.append(parcel.keys)
        if self.script and self.script[0] is Act.NO_BATCHES and len(parcel.keys) > 1:
            self.without_batches, self.size = True, 1
        act = Act.SERVER if self.poison & set(parcel.keys) else self._next(several=len(parcel.keys) > 1)
        if self.without_batches and len(parcel.keys) > 1:
            return Answer(
                failure=Failure(kind=FailureKind.NO_SUCH_ENDPOINT, message="no batches", status=404)
            )
        if act in _KEEPS:
            self._keep(parcel)
        if act in _FAILURES:
            return Answer(failure=_FAILURES[act], status=_FAILURES[act].status)
        if act is Act.TOO_LARGE:
            return Answer(failure=Failure(kind=FailureKind.TOO_LARGE, message="is too large", status=413))
        if act in (Act.PENDING, Act.LOST_TICKET):
            name = f"job-{len(self.tickets) + 1}"
            self.tickets[name] = Ticket(parcel=parcel, lost=act is Act.LOST_TICKET)
            return Answer(verdicts=dict.fromkeys(parcel.keys, Pending(ticket=name)), status=202)
        keys = parcel.keys[::2] if act is Act.HALF else parcel.keys
        return Answer(verdicts={key: self._verdict(key) for key in keys}, status=201)

    def follow(self, ticket: str, keys: Sequence[str]) -> Answer:
        self.times.append(self.time.seconds)
        job = self.tickets[ticket]
        assert tuple(keys) == job.parcel.keys, (
            "an answer by position needs every key in the order they were sent"
        )
        job.asked += 1
        if job.lost:
            return Answer(
                failure=Failure(kind=FailureKind.LOST_TICKET, message="knows no such job", status=404)
            )
        act = self._next(several=False)
        if act in _FAILURES:
            return Answer(failure=_FAILURES[act], status=_FAILURES[act].status)
        if job.asked < 3:
            return Answer(verdicts=dict.fromkeys(keys, Pending(ticket=ticket)), status=200)
        self._keep(job.parcel)
        return Answer(verdicts={key: self._verdict(key) for key in keys}, status=200)

    def close(self) -> None:
        pass

    def _next(self, *, several: bool) -> Act:
        act = self.script.popleft() if self.script else Act.WELL
        return Act.WELL if act in SEVERAL_ONLY and not several else act

    def _verdict(self, key: str) -> Verdict:
        if key in self.bad:
            return Refused(problems=(PathProblem(path="email", message="is not an email", value="x"),))
        return Accepted(reference=f"api-{key}")

    def _keep(self, parcel: Parcel) -> None:
        for key, body in zip(parcel.keys, parcel.bodies, strict=True):
            if key not in self.bad:
                self.store[key] = body
                self.kept.append(key)


class SimulatedCrew:
    """Requests arrive at once; answers come back in any order, some only after others. Waiting moves the clock."""

    def __init__(self, time: Time, random: Random, *, dawdles: float = 0.3) -> None:
        self._time = time
        self._random = random
        self._dawdles = dawdles
        self._done: list[Back] = []
        self.most_at_once = 0

    def submit(self, task: Callable[[], Back]) -> None:
        back = task()
        mine = {order.key for order in back.sent.orders}
        others = {order.key for other in self._done for order in other.sent.orders}
        assert not mine & others, "an order is under way twice"
        self._done.append(back)
        self.most_at_once = max(self.most_at_once, len(self._done))

    def collect(self, timeout_seconds: float, linger_seconds: float = 0.0) -> list[Back]:
        if not self._done or self._random.random() < self._dawdles:
            self._time.advance(timeout_seconds)
            return []
        self._random.shuffle(self._done)
        count = self._random.randint(1, len(self._done))
        found, self._done = self._done[:count], self._done[count:]
        self._time.advance(0.01)
        return found

    def close(self) -> None:
        pass


class Death(Exception):  # noqa: N818 - what it stands for
    """The process dies here."""


class Watch:
    """Remembers what it was told, and dies at a given event."""

    def __init__(self, dies_at: int | None = None) -> None:
        self.events: list[Event] = []
        self._dies_at = dies_at

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        if len(self.events) - 1 == self._dies_at:
            raise Death


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """A destination as far as delivery must know it."""

    upserts: bool = True


def batch() -> Batch:
    drop = Drop(
        id="d-1", feed=None, name="shipments.csv", sha256="0" * 64, size=1, arrived_at=START, kept_at="d-1"
    )
    return Batch(
        id=BATCH,
        drop=drop,
        mapping="acme",
        mapping_digest="1" * 64,
        destination="shipup",
        account=ACCOUNT,
        status=BatchStatus.RECEIVED,
        created_at=START,
    )


def order(sequence: int, key: str | None = None) -> StoredOrder:
    name = key or f"FR-{sequence}"
    payload = f'{{"merchant_id":"{name}","row":{sequence}}}'.encode()
    return StoredOrder(
        id=f"o-{sequence}",
        batch_id=BATCH,
        sequence=sequence,
        key=name,
        digest=digest(payload),
        payload=payload,
        lineage=Lineage(levels=(), rows=(sequence + 2,), positions=((),)),
        fate=OrderFate.READY,
    )


def ledger_with(orders: Iterable[StoredOrder]) -> MemoryLedger:
    found = MemoryLedger()
    found.open_batch(batch())
    listed = list(orders)
    found.begin_preparation(BATCH)
    found.add_orders(BATCH, listed)
    found.finish_preparation(BATCH, rows_read=len(listed), verdict="{}", status=BatchStatus.SENDING)
    return found


def locate(order: StoredOrder, problem: PathProblem) -> Problem:
    return Problem(
        code=Code.REFUSED,
        message=problem.message,
        cells=tuple(Cell(row=row, column=problem.path) for row in order.lineage.rows),
        value=problem.value,
        order=order.key,
        path=problem.path,
        raised_by=RaisedBy.API,
    )


def fates(ledger: Ledger) -> dict[str, OrderFate]:
    return {order.id: order.fate for order in ledger.orders(BATCH)}
