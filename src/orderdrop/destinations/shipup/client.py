"""Carries orders to Shipup: one at a time, or a hundred in a job whose answer is asked for later.

Source: Shipup reference, "Create or update an order", "Batch create or update orders", "View a job", "API response
codes", "Rate limiting". The body of a success is not documented, so any 2xx is one, unless the body says otherwise.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

import httpx
import orjson

from orderdrop.destinations.answers import failure_for
from orderdrop.destinations.base import (
    Accepted,
    AccountOptions,
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
from orderdrop.destinations.calls import NOT_JSON, Caller, Reply
from orderdrop.destinations.conflicts import proven
from orderdrop.destinations.shipup.held import held
from orderdrop.destinations.shipup.jobs import answer_of, ticket_of
from orderdrop.destinations.shipup.payloads import SHAPE
from orderdrop.destinations.shipup.refusals import refusal

# A bucket that leaks two requests a second and holds sixty (or more: the page has two figures). A sixth of it at once
# leaves room for the account's other programs and for our own restarts.
PUBLISHED: Final = Limits(requests_per_second=2.0, burst=10)
LARGEST_BATCH: Final = 100
HANDFUL: Final = 5  # so few orders go one by one: their answers come at once

_SINGLE = "/v2/orders"
_BATCH = "/v2/orders/batch_create"
WHO: Final = "Shipup"
_REFUSED = (400, 422)


def authorization(account: AccountOptions) -> str:
    """The Authorization header: Shipup's pages show the bare key and the Bearer form; the bare one is the default."""
    return f"Bearer {account.key}" if account.auth == "bearer" else account.key


class ShipupCarrier:
    """One Shipup account; safe to use from several threads.

    With `endpoint: auto` it offers parcels of a hundred when more than a handful wait, until the account turns out to
    have no batch_create: that parcel fails with NO_SUCH_ENDPOINT, nothing of it was taken, and from then on
    `parcel_size` is 1.
    """

    def __init__(
        self,
        account: AccountOptions,
        transport_factory: Callable[[], httpx.BaseTransport],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._endpoint = account.endpoint
        self._limits = account.limits(PUBLISHED)
        self._now = now
        self._no_batches = account.endpoint == "single"
        self._caller = Caller(
            account,
            transport_factory,
            headers={
                "Authorization": authorization(account),
                "Content-Type": "application/json",
                "Accept": "application/json",
                "Accept-Encoding": "identity",  # answers are small, and nothing can unpack into a bomb
            },
            secrets=(account.key,),
        )

    @property
    def limits(self) -> Limits:
        """The settings' rate, else Shipup's two requests a second."""
        return self._limits

    def parcel_size(self, waiting: int) -> int:
        """A hundred, or one where batches are not wanted, not worth while or not there."""
        if self._no_batches or (self._endpoint != "batch" and waiting <= HANDFUL):
            return 1
        return LARGEST_BATCH

    def questions(self, orders: int) -> int:
        """One for the job of a batch; an order that travels alone is answered at once."""
        return 1 if orders > 1 or self._endpoint == "batch" else 0

    def send(self, parcel: Parcel) -> Answer:
        """Carry one parcel: alone as an order, together as a batch whose verdicts are pending.

        Raises ValueError for a parcel of more orders than one request takes: that is a fault of ours.
        """
        if not 1 <= len(parcel.keys) <= LARGEST_BATCH or len(parcel.keys) != len(parcel.bodies):
            raise ValueError(f"a parcel of {len(parcel.keys)} orders and {len(parcel.bodies)} bodies")
        if len(parcel.keys) == 1 and self._endpoint != "batch":
            return self._send_one(parcel.keys[0], parcel.bodies[0])
        if self._no_batches:
            return _failed(FailureKind.NO_SUCH_ENDPOINT, "this Shipup account takes orders one by one")
        return self._send_batch(parcel)

    def follow(self, ticket: str, keys: Sequence[str]) -> Answer:
        """Ask for a job; pending while it is under way, LOST_TICKET when it will never answer."""
        reply = self._caller.call("GET", f"/v2/jobs/{quote(ticket, safe='')}")
        if isinstance(reply, Failure):
            return Answer(failure=reply)
        if reply.ok and not reply.is_html:
            answer = answer_of(reply.json(), ticket, keys)
        elif reply.status in (404, 410):
            answer = _failed(FailureKind.LOST_TICKET, f"Shipup knows no job {ticket}")
        else:
            answer = Answer(failure=failure_for(reply, WHO, self._now))
        return _with_evidence(answer, reply)

    def close(self) -> None:
        """Close every thread's connections."""
        self._caller.close()

    def _send_one(self, key: str, body: bytes) -> Answer:
        reply = self._caller.call("POST", _SINGLE, body)
        if isinstance(reply, Failure):
            return Answer(failure=reply)
        verdict = self._verdict(reply, body)
        if isinstance(verdict, Failure):
            return _with_evidence(Answer(failure=verdict), reply)
        return _with_evidence(Answer(verdicts={key: verdict}), reply)

    def _verdict(self, reply: Reply, body: bytes) -> Verdict | Failure:
        if reply.status in _REFUSED:
            return Refused(problems=_problems(reply, orjson.loads(body)))
        if reply.status == 409 and (there := proven(reply.json(), orjson.loads(body), SHAPE, held)):
            return there
        if not reply.ok or (reply.is_html and reply.body):
            return failure_for(reply, WHO, self._now)
        said = reply.json()
        if said is NOT_JSON:
            return _success_without_json(reply)
        if not isinstance(said, Mapping):
            return Accepted()
        sent = orjson.loads(body)
        if said.get("errors"):
            return Refused(problems=refusal(said, sent))
        name = said.get("merchant_id")
        if name is not None and str(name) != sent.get("merchant_id"):
            return _unreadable(reply, f"answered about another order, {str(name)[:100]!r}")
        return Accepted(reference=str(said["id"]) if said.get("id") else None)

    def _send_batch(self, parcel: Parcel) -> Answer:
        reply = self._caller.call("POST", _BATCH, b'{"orders":[' + b",".join(parcel.bodies) + b"]}")
        if isinstance(reply, Failure):
            return Answer(failure=reply)
        return _with_evidence(self._batch_answer(reply, parcel), reply)

    def _batch_answer(self, reply: Reply, parcel: Parcel) -> Answer:
        if reply.ok and not reply.is_html:
            ticket = ticket_of(reply.json(), reply.headers.get("location", ""))
            if ticket is None:
                return Answer(failure=_unreadable(reply, "took a batch and named no job"))
            return Answer(verdicts=dict.fromkeys(parcel.keys, Pending(ticket=ticket)))
        if reply.status in _REFUSED and len(parcel.keys) == 1:
            return Answer(
                verdicts={parcel.keys[0]: Refused(problems=_problems(reply, orjson.loads(parcel.bodies[0])))}
            )
        if reply.status in _REFUSED:
            told = f"Shipup refused {len(parcel.keys)} orders together: {reply.excerpt or 'no reason given'}"
            return _failed(FailureKind.TOO_LARGE, told, reply.status)
        failure = failure_for(reply, WHO, self._now)
        if failure.kind is FailureKind.NO_SUCH_ENDPOINT and self._endpoint == "auto":
            self._no_batches = True
        return Answer(failure=failure)


def _problems(reply: Reply, payload: Any) -> tuple[PathProblem, ...]:
    said = reply.json()
    if said is NOT_JSON:
        return (PathProblem(path=None, message=reply.excerpt or "Shipup gave no reason"),)
    return refusal(said, payload)


def _success_without_json(reply: Reply) -> Verdict | Failure:
    """An empty body or a plain word is a success; what began as JSON and broke off proves nothing."""
    began_as_json = reply.body.lstrip()[:1] in (b"{", b"[")
    if reply.cut or began_as_json:
        return _unreadable(reply, "answered with JSON that breaks off")
    return Accepted()


def _unreadable(reply: Reply, what: str) -> Failure:
    return Failure(
        kind=FailureKind.UNREADABLE, message=f"Shipup {what} (HTTP {reply.status})", status=reply.status
    )


def _failed(kind: FailureKind, message: str, status: int | None = None) -> Answer:
    return Answer(failure=Failure(kind=kind, message=message, status=status), status=status)


def _with_evidence(answer: Answer, reply: Reply) -> Answer:
    return Answer(
        verdicts=answer.verdicts, failure=answer.failure, status=reply.status, excerpt=reply.excerpt
    )
