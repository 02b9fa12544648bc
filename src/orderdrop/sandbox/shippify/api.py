"""The stand-in of Shippify's v1 deliveries API: routes, credentials, pace, and the answers' statuses.

Statuses and the answers of success: Shippify, "First steps", "Delivery creation", "Get delivery information", "Get a
tracking link". Of refusals only the 401 is published, as an object of `code` and `message`; the others, and
the limit's answer, are assumptions.
"""

import base64
import binascii
import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

from orderdrop.sandbox.bodies import NotJsonError, read_json
from orderdrop.sandbox.calls import Answer, Call, json_answer
from orderdrop.sandbox.clock import Clock
from orderdrop.sandbox.kinds import KINDS, FaultKind
from orderdrop.sandbox.shippify import progress
from orderdrop.sandbox.shippify.errors import refused
from orderdrop.sandbox.shippify.fields import MAX_DELIVERIES
from orderdrop.sandbox.shippify.settings import ShippifySettings
from orderdrop.sandbox.shippify.shapes import complete_json, created_json, link_json
from orderdrop.sandbox.shippify.store import Delivery, Store, geocodes
from orderdrop.sandbox.shippify.validation import (
    Fault,
    Strictness,
    delivery_faults,
    repeated_references,
    root_faults,
)
from orderdrop.sandbox.window import Windows

_CREATE = ("v1", "deliveries")

FAULT_KINDS: Mapping[str, FaultKind] = MappingProxyType(
    {
        **KINDS,
        "code-error": FaultKind(commits=False, own=True, what="200 whose `code` is ERROR, nothing stored"),
        "no-index": FaultKind(commits=True, what="200, but no entry of the payload has its `index`"),
        "foreign-index": FaultKind(
            commits=True, what="200, but each `index` is of no delivery in the request"
        ),
        "shuffled": FaultKind(commits=True, what="200, with the entries of the payload in reverse"),
        "short": FaultKind(commits=True, what="200, but the last entry of the payload is left out"),
    }
)

_CODES = {401: "UNAUTHORIZED", 403: "FORBIDDEN", 404: "NOT_FOUND", 429: "TOO_MANY_REQUESTS"}


class ShippifyApi:
    """The Shippify stand-in, an `Api`."""

    def __init__(self, settings: ShippifySettings, *, clock: Clock, new_uuid: Callable[[], str]) -> None:
        self._settings = settings
        self._clock = clock
        self._store = Store(now=clock.unix_seconds, new_uuid=new_uuid)
        self._windows = Windows()

    @property
    def name(self) -> str:
        """The prefix: shippify."""
        return "shippify"

    @property
    def fault_kinds(self) -> Mapping[str, FaultKind]:
        """The common kinds, and what can be wrong with a payload of success."""
        return FAULT_KINDS

    def admit(self, call: Call) -> Answer | None:
        """Refuse missing or wrong credentials with 401, and more creations than a minute may have with 429."""
        pair = credentials_of(call)
        if pair is None or not opens(pair, self._settings.key):
            return self.refusal(401, "Unauthorized")
        if call.method != "POST" and not self._settings.limit_reads:
            return None
        at = self._clock.elapsed_seconds()
        wait = self._windows.take(pair, limit=self._settings.requests_per_minute, at=at)
        if not wait:
            return None
        headers = (("Retry-After", str(math.ceil(wait))),) if self._settings.retry_after else ()
        return Answer(status=429, body=self.refusal(429, "Too many requests").body, headers=headers)

    def answer(self, call: Call) -> Answer:
        """Answer a call that was let in."""
        parts = tuple(unquote(part) for part in (call.raw_path or call.path).strip("/").split("/"))
        match (call.method, parts):
            case ("POST", ("v1", "deliveries")):
                return self._create(call)
            case ("GET", ("v1", "deliveries", "token", name)):
                return self._show(name, lambda one: link_json(one, phone=self._settings.recipient_phone))
            case ("GET", ("v1", "deliveries", name, "complete")):
                return self._show(name, self._complete)
        return self.refusal(404, "Not found")

    def refusal(self, status: int, text: str) -> Answer:
        """Return `{"code": ..., "message": ...}`, the shape that is published for a 401."""
        return json_answer(status, {"code": _CODES.get(status, "ERROR"), "message": text})

    def orders_of(self, call: Call) -> tuple[str, ...]:
        """Return the references in the body."""
        try:
            content = read_json(call.body) if call.body else None
        except NotJsonError:
            return ()
        return _references(content)

    def response_headers(self, call: Call) -> tuple[tuple[str, str], ...]:
        """Return none: Shippify publishes none."""
        del call
        return ()

    def contents(self, *, brief: bool) -> dict[str, Any]:
        """Return every delivery with its reference and status; brief leaves out what was sent and where it is."""
        orders = []
        for one in self._store.all():
            entry: dict[str, Any] = {
                "id": one.id,
                "referenceId": one.reference,
                "type": one.type,
                "status": one.status,
            }
            entry |= {"created": 1, "updated": 0}
            orders.append(entry if brief else {**entry, "order": one.sent, "complete": self._complete(one)})
        return {"count": len(self._store), "orders": orders}

    def move(self, asked: Any) -> dict[str, Any]:
        """Let a delivery move on, and return its information."""
        newest = self._settings.shared_reference == "newest"
        return self._complete(progress.move(self._store, asked, newest=newest, now=self._clock.unix_seconds))

    def reset(self) -> None:
        """Forget deliveries and the last minute's requests."""
        self._store.clear()
        self._windows.clear()

    def settings(self) -> dict[str, Any]:
        """Return the settings in force."""
        return self._settings.as_json()

    def change_settings(self, changes: Mapping[str, Any]) -> None:
        """Change settings from the next call on."""
        self._settings = self._settings.changed(changes)

    def _create(self, call: Call) -> Answer:
        try:
            request = read_json(call.body)
        except NotJsonError as problem:
            return self.refusal(400, f"Invalid JSON: {problem}")
        references = _references(request)
        if call.fault == "code-error":
            return json_answer(200, {"code": "ERROR", "message": "Failed on purpose"}, orders=references)
        faults, good = self._judged(request)
        if faults and not (good and self._settings.partial):
            answer = refused(faults, self._settings.error_shape)
            return Answer(
                status=answer.status, body=answer.body, content_type=answer.content_type, orders=references
            )
        kind = request.get("type") or "slot"
        entries = [self._store_one(one, n, kind) for n, one in good.items()]
        payload = _spoiled(entries, call.fault)
        content = {"code": "OK", "message": "Deliveries created", "payload": payload}
        return json_answer(200, content, orders=references, committed=True)

    def _judged(self, request: Any) -> tuple[list[Fault], dict[int, dict[str, Any]]]:
        """Return every fault, and by their places the deliveries that have none."""
        faults = root_faults(request)
        deliveries = request.get("deliveries") if isinstance(request, dict) else None
        if not isinstance(deliveries, list) or len(deliveries) > MAX_DELIVERIES:
            return faults, {}
        found = self._faults(deliveries)
        bad = {one.index for one in found}
        good = {} if faults else {n: one for n, one in enumerate(deliveries) if n not in bad}
        return faults + found, good

    def _store_one(self, sent: dict[str, Any], index: int, kind: str) -> dict[str, Any]:
        settings = self._settings
        found = geocodes(sent, on=settings.geocoding, marker=settings.ungeocodable)
        delivery = self._store.create(sent, type_=kind, company=settings.company, geocoded=found)
        return created_json(delivery, index, pending_text=settings.pending_text)

    def _faults(self, deliveries: list[Any]) -> list[Fault]:
        settings = self._settings
        strictness = Strictness(
            semantics=settings.strict_semantics,
            references=settings.require_references,
            now_ms=int(self._clock.unix_seconds() * 1000) if settings.date_rules else None,
        )
        found = [one for n, sent in enumerate(deliveries) for one in delivery_faults(sent, n, strictness)]
        if settings.unique_references:
            found += repeated_references(deliveries, self._store.references())
        return sorted(found, key=lambda one: one.index or 0)

    def _show(self, name: str, shape: Callable[[Delivery], dict[str, Any]]) -> Answer:
        delivery = self._store.find(name, newest=self._settings.shared_reference == "newest")
        return (
            self.refusal(404, "Delivery not found") if delivery is None else json_answer(200, shape(delivery))
        )

    def _complete(self, delivery: Delivery) -> dict[str, Any]:
        return complete_json(delivery, company=self._settings.company, recipient=self._settings.recipient)


def credentials_of(call: Call) -> str | None:
    """Return `id:secret` from a Basic header, or None."""
    scheme, _, value = call.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        pair = base64.b64decode(value.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    return pair if ":" in pair and pair != ":" else None


def opens(pair: str, key: str | None) -> bool:
    """Tell whether the pair is the key. One without a colon is an id with no secret, or with any word for both."""
    return key is None or pair == key or (":" not in key and key in pair.split(":", 1))


def _references(content: Any) -> tuple[str, ...]:
    deliveries = content.get("deliveries") if isinstance(content, dict) else None
    listed = deliveries if isinstance(deliveries, list) else ()
    found = [one.get("referenceId") for one in listed if isinstance(one, dict)]
    return tuple([one for one in found if isinstance(one, str)])


def _spoiled(entries: list[dict[str, Any]], fault: str | None) -> list[dict[str, Any]]:
    match fault:
        case "no-index":
            return [{name: value for name, value in one.items() if name != "index"} for one in entries]
        case "foreign-index":
            return [{**one, "index": one["index"] + 1000} for one in entries]
        case "shuffled":
            return entries[::-1]
        case "short":
            return entries[:-1]
        case _:
            return entries
