"""What a destination is to the rest: a shape, a contract check, and a way to carry orders and read the answers.

Nothing here knows a particular API. A destination turns whatever its API says into the values below; what follows
from them (retry, stop, reject) is decided by `orderdrop.core.policy` and done by delivery.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

from orderdrop.core.failures import FailureKind as FailureKind
from orderdrop.core.shape import Shape


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
    """The API took the order and answers later; `ticket` asks for the answer (a job's id)."""

    ticket: str


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


class Destination(Protocol):
    """An API that takes orders."""

    name: str
    shape: Shape
    upserts: bool  # whether sending the same order again leaves one order

    def validate(self, payloads: Sequence[Mapping[str, Any]]) -> Sequence[Judged]:
        """Check payloads against the contract: per payload the JSON to send, or everything that is wrong with it.

        A `Fitted` is sent like plain JSON, and its remarks become warnings on the rows; they hold nothing back.
        """

    def carrier(self, account: "AccountOptions", client_factory: Callable[[], httpx.Client]) -> Carrier:
        """An account's carrier; the account brings address, key and time-outs.

        Clients bring TLS and proxies; the carrier opens one for each thread that sends and closes it in `close`.
        """


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

    def limits(self, published: Limits) -> Limits:
        """How fast this account may send: what the settings say, the published limits where they say nothing."""
        if self.unlimited:
            return Limits(requests_per_second=None, burst=self.burst or published.burst)
        return Limits(
            requests_per_second=self.rate or published.requests_per_second,
            burst=self.burst or published.burst,
        )
