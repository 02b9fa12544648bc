"""What a destination is to the rest: a shape, a contract check, and a way to carry orders and read the answers.

Nothing here knows a particular API. A destination turns whatever its API says into the values below; what follows
from them (retry, stop, reject) is decided by `orderdrop.core.policy` and done by delivery.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import httpx

from orderdrop.core.failures import FailureKind as FailureKind
from orderdrop.core.shape import Shape
from orderdrop.mapping.suggest.guide import Guide


@dataclass(frozen=True, slots=True, kw_only=True)
class PathProblem:
    """One thing wrong at one path of the payload, in the mapping's spelling; None: the order as a whole.

    `twins` are other paths that may have given the same value, where a destination copies one (see `locate`).
    """

    path: str | None
    message: str
    value: str | None = None
    twins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A payload that can be sent only after something was left out or moved; the remarks, told as warnings, say what."""

    body: bytes
    remarks: tuple[PathProblem, ...]


Judged = bytes | Fitted | tuple[PathProblem, ...]
"""What a contract check makes of a payload: the JSON to send, with remarks or without, or everything wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The API has the order; `reference` is its own id where it gave one."""

    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The API will not take this order as it is."""

    problems: tuple[PathProblem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """The API took the order and answers later; `ticket` asks for the answer (a job's id).

    `until_next_run`: somebody at the destination must act first, so one run asks once and leaves it to the next.
    """

    ticket: str
    until_next_run: bool = False


Verdict = Accepted | Refused | Pending


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A request that gave no verdict; `retry_after_seconds` is what the API asked for."""

    kind: FailureKind
    message: str
    status: int | None = None
    retry_after_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one request: a verdict per order key, or one failure for all of them.

    An order that was in the request but is in neither `verdicts` nor covered by `failure` has no recorded answer.
    `status` and `excerpt` (cut, without secrets) are kept for people.
    """

    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    failure: Failure | None = None
    status: int | None = None
    excerpt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One request to come: some orders by key, each with the JSON that goes out."""

    keys: tuple[str, ...]
    bodies: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The API's published limits: requests a second on average, and how many may come at once."""

    requests_per_second: float | None
    burst: int = 1


class Carrier(Protocol):
    """One account of a destination: carries orders and asks for late answers. Safe to use from several threads.

    An account may lack the endpoint that takes several orders. `send` then fails with NO_SUCH_ENDPOINT and
    `parcel_size` answers less than the parcel held: nothing was taken, send the same orders in smaller parcels. Where
    `parcel_size` stays as it was, the account's address or endpoint is wrong and sending on is of no use.
    """

    @property
    def limits(self) -> Limits:
        """How fast this account may send."""

    def parcel_size(self, waiting: int) -> int:
        """How many orders one request may carry when so many wait; may shrink when an endpoint turns out missing."""

    def send(self, parcel: Parcel) -> Answer:
        """Carry one parcel; never raises for what a network or an API can do."""

    def follow(self, ticket: str, keys: Sequence[str]) -> Answer:
        """Ask for the answer to a pending parcel, its keys in the order they were sent; Pending again while it is not there."""

    def close(self) -> None:
        """Let go of connections."""


@runtime_checkable
class AnswersLater(Protocol):
    """A carrier whose answers come later for some requests: these cost more requests, to ask for them."""

    def questions(self, orders: int) -> int:
        """How many more requests a request with so many orders costs, at least."""


@runtime_checkable
class Laned(Protocol):
    """A carrier whose requests carry only orders that agree on something."""

    def lane(self, body: bytes) -> str:
        """What an order asks of its whole request; orders of one parcel have the same lane."""


@runtime_checkable
class LooksUp(Protocol):
    """A carrier that can say whether the API holds an order, where sending again would make a second one."""

    def look_up(self, key: str) -> Verdict | Failure | None:
        """How the order of a key stands; None: the API certainly does not hold it. Never raises, as `send`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A delivery's tracking link and the recipient it is for. Whoever has it sees the recipient: its repr hides it."""

    url: str = field(repr=False)
    token: str = field(repr=False)
    name: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)


@runtime_checkable
class Linking(Protocol):
    """A carrier that gives tracking links."""

    def link(self, reference: str) -> Link | Failure:
        """The tracking link of an order, by the API's own id or the order's key. Never raises, as `send`."""


class Destination(Protocol):
    """An API that takes orders."""

    name: str
    shape: Shape
    upserts: bool  # whether sending the same order again leaves one order

    def validate(self, payloads: Sequence[Mapping[str, Any]]) -> Sequence[Judged]:
        """Check payloads against the contract: per payload the JSON to send, or everything that is wrong with it.

        A `Fitted` is sent like plain JSON, and its remarks become warnings on the rows; they hold nothing back.
        """

    def carrier(
        self, account: "AccountOptions", transport_factory: Callable[[], httpx.BaseTransport]
    ) -> Carrier:
        """An account's carrier; the account brings address, key and time-outs.

        Transports bring TLS and proxies; the carrier opens as many as it makes calls at once and closes them in `close`.
        """


@runtime_checkable
class Guided(Protocol):
    """A destination that says what its places are for; of another one a suggestion goes by the names of its places."""

    guide: Guide


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOptions:
    """One set of credentials for one destination, its secrets resolved. Its repr hides the key."""

    name: str
    base_url: str
    key: str = field(repr=False)
    rate: float | None = None  # requests a second; None: the published limit
    unlimited: bool = False
    burst: int | None = None
    endpoint: str = "auto"
    auth: str = "auto"  # how the key travels: auto (as the destination documents it), bare or bearer
    timeout_seconds: float = 30.0
    deadline_seconds: float = 120.0
    concurrency: int = 4
    leave: Callable[[], float] | None = field(default=None, repr=False, compare=False)
    """Takes leave for one request of the pace that the account's requests share: 0.0 to go, else seconds to wait."""

    def limits(self, published: Limits) -> Limits:
        """How fast this account may send: what the settings say, the published limits where they say nothing."""
        if self.unlimited:
            return Limits(requests_per_second=None, burst=self.burst or published.burst)
        return Limits(
            requests_per_second=self.rate or published.requests_per_second,
            burst=self.burst or published.burst,
        )
