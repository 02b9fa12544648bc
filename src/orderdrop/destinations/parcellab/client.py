"""Carries orders to parcelLab, one PUT each, and says what came of it.

Source: parcelLab documentation, "Create or update orders", "Authentication", "Error codes" (v4). The slash at the end of
the path is part of it: without it the API redirects, and a redirected PUT loses its body.
"""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

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
    Refused,
    Verdict,
)
from orderdrop.destinations.calls import NOT_JSON, Caller, Reply
from orderdrop.destinations.conflicts import proven
from orderdrop.destinations.parcellab.held import held
from orderdrop.destinations.parcellab.payloads import SHAPE
from orderdrop.destinations.parcellab.refusals import refusal, unaccepted_parcels

ORDERS: Final = "/v4/track/orders/"
WHO: Final = "parcelLab"
# No figure is published for v4. The one known of a neighbour (100 a minute and account, on the info endpoint of the
# beta for assistants) is a little less than two a second.
CAUTIOUS: Final = Limits(requests_per_second=1.6, burst=5)

_REFUSED = (400, 422)
_ACCOUNT_AND_TOKEN = re.compile(r"[0-9]+:.+")
_NOT_ALLOWED = re.compile(r"not (authori[sz]ed|allowed|permitted)|unauthori[sz]ed|permission", re.IGNORECASE)


def token_of(account: AccountOptions) -> str:
    """What stands behind the scheme: a key of the form `1234:token` in its base64 form, any other as it is.

    The portal hands out the encoded form and one page of the documentation asks for the bare token; neither has a colon.
    """
    # an encoded key that was copied from two lines is refused without a reason
    key = "".join(account.key.split())
    if _ACCOUNT_AND_TOKEN.fullmatch(key):
        return base64.b64encode(key.encode()).decode()
    return key


def account_number(account: AccountOptions) -> str | None:
    """The number of the account that the key belongs to, where the key says it."""
    try:
        plain = base64.b64decode(token_of(account), validate=True).decode("ascii")
    except ValueError:
        return None
    return plain.partition(":")[0] if _ACCOUNT_AND_TOKEN.fullmatch(plain) else None


def authorization(account: AccountOptions) -> str:
    """The Authorization header; `auth: bearer` is for OAuth, which the reference offers beside the token."""
    if account.auth == "bearer":
        return f"Bearer {account.key.strip()}"
    return f"Parcellab-API-Token {token_of(account)}"


def secrets_of(account: AccountOptions) -> tuple[str, ...]:
    """Everything that must not come back in an excerpt."""
    return (account.key, account.key.partition(":")[2], token_of(account))


class ParcellabCarrier:
    """One parcelLab account; safe to use from several threads. There is no endpoint for several orders."""

    def __init__(
        self,
        account: AccountOptions,
        transport_factory: Callable[[], httpx.BaseTransport],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._limits = account.limits(CAUTIOUS)
        self._now = now
        self._caller = Caller(
            account,
            transport_factory,
            headers={
                "Authorization": authorization(account),
                "Content-Type": "application/json",
                "Accept": "application/json",
            },
            secrets=secrets_of(account),
        )

    @property
    def limits(self) -> Limits:
        """What the account's settings say, else a cautious figure, for none is published."""
        return self._limits

    def parcel_size(self, waiting: int) -> int:  # noqa: ARG002 - the same for any number
        """Always one."""
        return 1

    def send(self, parcel: Parcel) -> Answer:
        """PUT one order. A success that reports a parcel as failed is a refusal of the order at that parcel.

        Raises ValueError for a parcel that does not hold exactly one order: that is a fault of ours.
        """
        if len(parcel.keys) != 1 or len(parcel.bodies) != 1:
            raise ValueError(f"a parcel of {len(parcel.keys)} orders and {len(parcel.bodies)} bodies")
        reply = self._caller.call("PUT", ORDERS, parcel.bodies[0])
        if isinstance(reply, Failure):
            return Answer(failure=reply)
        verdict = self._verdict(reply, parcel.bodies[0])
        if isinstance(verdict, Failure):
            return Answer(failure=verdict, status=reply.status, excerpt=reply.excerpt)
        return Answer(verdicts={parcel.keys[0]: verdict}, status=reply.status, excerpt=reply.excerpt)

    def follow(self, ticket: str, keys: Sequence[str]) -> Answer:  # noqa: ARG002 - nothing is ever pending here
        """No answer of parcelLab comes later, so any ticket is lost."""
        told = f"parcelLab gives no tickets, and {ticket} is none"
        return Answer(failure=Failure(kind=FailureKind.LOST_TICKET, message=told))

    def close(self) -> None:
        """Close every thread's connections."""
        self._caller.close()

    def _verdict(self, reply: Reply, body: bytes) -> Verdict | Failure:
        said = reply.json()
        if reply.status in _REFUSED:
            return self._refused(reply, said, body)
        if reply.status == 409 and (there := proven(said, orjson.loads(body), SHAPE, held)):
            return there
        if 300 <= reply.status < 400:
            return _redirected(reply)
        if not reply.ok or (reply.is_html and reply.body):
            return failure_for(reply, WHO, self._now)
        if said is NOT_JSON:
            return _success_without_json(reply)
        if not isinstance(said, Mapping):
            return Accepted()
        return _accepted(reply, said, orjson.loads(body))

    def _refused(self, reply: Reply, said: Any, body: bytes) -> Verdict | Failure:
        if said is NOT_JSON:
            problem = PathProblem(path=None, message=reply.excerpt or "parcelLab gave no reason")
            return Refused(problems=(problem,))
        detail = said.get("detail") if isinstance(said, Mapping) and not said.get("errors") else None
        # Which status an account that is not ours gets is not documented; it must not cost every order of the batch.
        if isinstance(detail, str) and "account" in detail.lower() and _NOT_ALLOWED.search(detail):
            return replace(
                _failed(reply, f"does not let this key write to the account of the mapping: {detail[:300]}"),
                kind=FailureKind.FORBIDDEN,
            )
        return Refused(problems=refusal(said, orjson.loads(body)))


def _accepted(reply: Reply, said: Mapping[str, Any], sent: Mapping[str, Any]) -> Verdict | Failure:
    if said.get("errors"):
        return Refused(problems=refusal(said, sent))
    number = said.get("order_number")
    if number is not None and str(number) != sent.get("order_number"):
        return _failed(reply, f"answered about another order, {str(number)[:100]!r}")
    if problems := unaccepted_parcels(said, sent):
        return Refused(problems=problems)
    reference = said.get("external_id") or said.get("id")
    return Accepted(reference=str(reference) if isinstance(reference, str | int) else None)


def _redirected(reply: Reply) -> Failure:
    target = reply.headers.get("location", "another address")[:200]
    return _failed(
        reply,
        f"sends us on to {target}, which is not followed, for the order would be lost on the way; `base_url` must be "
        "the plain address of the API, such as https://api.parcellab.com, and the path must keep its last slash",
    )


def _success_without_json(reply: Reply) -> Verdict | Failure:
    """An older page shows a success without a body; what began as JSON and broke off proves nothing."""
    if reply.cut or reply.body.lstrip()[:1] in (b"{", b"["):
        return _failed(reply, "answered with JSON that breaks off")
    return Accepted()


def _failed(reply: Reply, what: str) -> Failure:
    return Failure(
        kind=FailureKind.UNREADABLE, message=f"{WHO} {what} (HTTP {reply.status})", status=reply.status
    )
