"""Carries deliveries to Shippify, a hundred a request, and looks up what may be there already.

Source: Shippify API reference, "First steps", "Delivery creation", "Get delivery information", "Get a tracking link".
A creation cannot be repeated: the API knows no key of idempotency and takes a second `referenceId` for a second
delivery. Bodies of errors are not documented (see `refusals`); a refused request is taken to have created nothing,
but for what its answer lists.
"""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

import httpx
import orjson

from orderdrop.destinations.answers import clocks_apart, failure_for
from orderdrop.destinations.base import (
    Accepted,
    AccountOptions,
    Answer,
    Failure,
    FailureKind,
    Limits,
    Link,
    Parcel,
    PathProblem,
    Pending,
    Refused,
    Verdict,
)
from orderdrop.destinations.calls import NOT_JSON, Caller, Reply, excerpt
from orderdrop.destinations.shippify.created import is_in_review, text_of, verdicts_of
from orderdrop.destinations.shippify.linking import link_of
from orderdrop.destinations.shippify.payloads import DEFAULT_TYPE, REQUEST_LEVEL
from orderdrop.destinations.shippify.refusals import NO_REASON, blame

# A hundred a minute. One less, evenly spaced: a hundred and first must not slip into the minute when a clock or the
# network is a little off.
PUBLISHED: Final = Limits(requests_per_second=99 / 60, burst=1)
LARGEST_PARCEL: Final = 100

_CREATE = "/v1/deliveries"
_WHO = "Shippify"
_REFUSED = (400, 422)
_CANCELED = frozenset({"canceled", "cancelled"})
_TOKEN = re.compile(rb'(token=|"token"\s*:\s*")[^"&\s\\]+')


def headers_of(account: AccountOptions) -> dict[str, str]:
    """The headers of every call; the account's key is `APP_ID:APP_SECRET`."""
    return {
        "Authorization": f"Basic {_basic(account.key)}",
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "identity",  # answers are small, and nothing can unpack into a bomb
    }


def secrets_of(account: AccountOptions) -> tuple[str, ...]:
    """What must be blotted out of every answer."""
    return (account.key, account.key.partition(":")[2], _basic(account.key))


def lane_of(body: bytes) -> str:
    """What a delivery asks of its whole request; deliveries of one request must agree on it."""
    delivery = orjson.loads(body)
    return f"{delivery.get('type', DEFAULT_TYPE)} {delivery.get('companyId', '')}".strip()


class ShippifyCarrier:
    """One Shippify account; safe to use from several threads."""

    def __init__(
        self,
        account: AccountOptions,
        transport_factory: Callable[[], httpx.BaseTransport],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._limits = account.limits(PUBLISHED)
        self._largest = 1 if account.endpoint == "single" else LARGEST_PARCEL
        self._now = now
        self._caller = Caller(
            account, transport_factory, headers=headers_of(account), secrets=secrets_of(account)
        )

    @property
    def limits(self) -> Limits:
        """The settings' rate, else a little less than Shippify's hundred requests a minute."""
        return self._limits

    def parcel_size(self, waiting: int) -> int:  # noqa: ARG002 - a request costs the same however full it is
        """A hundred, or one with `endpoint: single`."""
        return self._largest

    def lane(self, body: bytes) -> str:
        """Deliveries of one parcel have the same lane: `type` and `companyId` are said once for a request."""
        return lane_of(body)

    def send(self, parcel: Parcel) -> Answer:
        """Create the deliveries of one parcel. Raises ValueError for a parcel that no request takes: a fault of ours."""
        if not 1 <= len(parcel.keys) <= LARGEST_PARCEL or len(parcel.keys) != len(parcel.bodies):
            raise ValueError(f"a parcel of {len(parcel.keys)} orders and {len(parcel.bodies)} bodies")
        deliveries = [orjson.loads(body) for body in parcel.bodies]
        reply = self._caller.call("POST", _CREATE, _request(deliveries))
        if isinstance(reply, Failure):
            return Answer(failure=reply)
        return _with_evidence(self._created(reply, parcel.keys, deliveries), reply)

    def follow(self, ticket: str, keys: Sequence[str]) -> Answer:
        """Ask how a delivery stands that waits for its review; the ticket is its id."""
        reply = self._ask(ticket)
        if isinstance(reply, Failure):
            return Answer(failure=reply)
        if reply.status == 404 and not reply.is_html:
            message = f"Shippify knows no delivery {ticket} any more (HTTP 404)"
            answer = Answer(failure=Failure(kind=FailureKind.LOST_TICKET, message=message, status=404))
        else:
            verdict = self._standing(reply)
            answer = (
                Answer(failure=verdict)
                if isinstance(verdict, Failure)
                else Answer(verdicts=dict.fromkeys(keys, verdict))
            )
        return _with_evidence(answer, reply)

    def look_up(self, key: str) -> Verdict | Failure | None:
        """Whether Shippify holds a delivery of this `referenceId`: None when it certainly does not."""
        reply = self._ask(key)
        if isinstance(reply, Failure):
            return reply
        if reply.status == 404 and not reply.is_html:
            return None
        return self._standing(reply, key)

    def link(self, reference: str) -> Link | Failure:
        """The tracking link of a delivery, by its id or `referenceId`. A bearer secret: it goes into no log."""
        reply = self._caller.call("GET", f"/v1/deliveries/token/{quote(reference, safe='')}")
        return reply if isinstance(reply, Failure) else link_of(reply, reference, self._failure)

    def close(self) -> None:
        """Close every thread's connections."""
        self._caller.close()

    def _ask(self, name: str) -> Reply | Failure:
        return self._caller.call("GET", f"/v1/deliveries/{quote(name, safe='')}/complete")

    def _created(self, reply: Reply, keys: Sequence[str], deliveries: list[Any]) -> Answer:
        said = reply.json()
        if reply.status in _REFUSED or (reply.ok and _says_no(said)):
            return self._refused(reply, said, keys, deliveries)
        if not reply.ok or reply.is_html:
            return Answer(failure=self._failure(reply))
        if not isinstance(said, Mapping) or said.get("code") != "OK":
            return Answer(
                failure=_unreadable(reply, "answered with something else than its list of deliveries")
            )
        return Answer(verdicts=verdicts_of(said, keys))

    def _refused(self, reply: Reply, said: Any, keys: Sequence[str], deliveries: list[Any]) -> Answer:
        """Who is to blame is refused; the others go again, together or, where nobody was named, in halves."""
        found = blame(_excerpt(reply) if said is NOT_JSON else said, deliveries)
        verdicts = verdicts_of(said, keys) if isinstance(said, Mapping) else {}
        if len(keys) == 1:
            return Answer(verdicts=verdicts or {keys[0]: Refused(problems=found.alone())})
        blamed = {key: found.of(at) for at, key in enumerate(keys) if key not in verdicts}
        refused = {key: Refused(problems=problems) for key, problems in blamed.items() if problems}
        if verdicts:  # some were created all the same, so what is not mentioned may have been, too
            return Answer(verdicts={**verdicts, **refused})
        kind = FailureKind.HELD_UP if refused else FailureKind.TOO_LARGE
        told = f"Shippify refused {len(keys)} deliveries together: {_excerpt(reply) or NO_REASON}"
        return Answer(verdicts=dict(refused), failure=Failure(kind=kind, message=told, status=reply.status))

    def _standing(self, reply: Reply, key: str | None = None) -> Verdict | Failure:
        """How one delivery stands, as "Get delivery information" tells it."""
        said = reply.json()
        if not reply.ok or reply.is_html:
            return self._failure(reply)
        name = text_of(said.get("id")) if isinstance(said, Mapping) else None
        if name is None:
            return _unreadable(reply, "answered with something else than a delivery")
        if key is not None and text_of(said.get("referenceId")) not in (key, None):
            return _unreadable(reply, "answered about another delivery")
        status = said.get("_status") or said.get("statusDelivery")
        if is_in_review(status):
            return Pending(ticket=name, until_next_run=True)
        if key is None and str(status).lower() in _CANCELED:
            return Refused(problems=(_canceled(said, name),))
        return Accepted(reference=name)

    def _failure(self, reply: Reply) -> Failure:
        if reply.status == 401:
            return Failure(
                kind=FailureKind.CREDENTIALS,
                message="Shippify does not know the key; the account's `key` must be APP_ID:APP_SECRET (HTTP 401)"
                + clocks_apart(reply, self._now),
                status=401,
            )
        return failure_for(reply, _WHO, self._now)


def _basic(key: str) -> str:
    return base64.b64encode((key if ":" in key else f"{key}:").encode()).decode()


def _request(deliveries: Sequence[Mapping[str, Any]]) -> bytes:
    lanes = [{name: one[name] for name in REQUEST_LEVEL if name in one} for one in deliveries]
    if any(lane != lanes[0] for lane in lanes):
        raise ValueError("deliveries of different types or companies in one parcel")
    bare = [{name: value for name, value in one.items() if name not in REQUEST_LEVEL} for one in deliveries]
    return orjson.dumps({"deliveries": bare, "type": DEFAULT_TYPE, **lanes[0]})


def _says_no(said: Any) -> bool:
    """A 200 whose `code` is not OK is a failure; one without a `code` is something else."""
    return isinstance(said, Mapping) and isinstance(said.get("code"), str) and said["code"] != "OK"


def _canceled(said: Mapping[str, Any], name: str) -> PathProblem:
    why = next(
        (
            said[field]
            for field in ("problem_note", "reasonText")
            if isinstance(said.get(field), str) and said[field]
        ),
        "no reason given",
    )
    message = f"Shippify could not find the address and canceled the delivery {name} in its review: {why}"
    return PathProblem(path="dropoff.location.address", message=message)


def _unreadable(reply: Reply, what: str) -> Failure:
    return Failure(
        kind=FailureKind.UNREADABLE, message=f"Shippify {what} (HTTP {reply.status})", status=reply.status
    )


def _excerpt(reply: Reply) -> str:
    """The start of an answer without the tokens of tracking links."""
    return excerpt(_TOKEN.sub(rb"\1***", reply.body))


def _with_evidence(answer: Answer, reply: Reply) -> Answer:
    return Answer(
        verdicts=answer.verdicts, failure=answer.failure, status=reply.status, excerpt=_excerpt(reply)
    )
