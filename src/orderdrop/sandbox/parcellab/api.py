"""The stand-in of parcelLab's v4 API: routes, token, and the answers' statuses.

Statuses and the envelope `{type, errors}`: parcelLab, "Error codes"; redirects, HTML pages and the wording of
refusals are the framework's own (assumption). An order that is identified by nothing, or belongs to an
account that the token may not write to, is refused early with `{"detail": ...}`; its status is an assumption.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from orderdrop.sandbox.bodies import NotJsonError, read_json
from orderdrop.sandbox.bucket import Buckets
from orderdrop.sandbox.calls import Answer, Call, json_answer
from orderdrop.sandbox.clock import Clock
from orderdrop.sandbox.kinds import KINDS, FaultKind
from orderdrop.sandbox.parcellab import events, info
from orderdrop.sandbox.parcellab.credentials import account_of, opens, token_of
from orderdrop.sandbox.parcellab.listing import CursorError, page
from orderdrop.sandbox.parcellab.settings import ParcellabSettings
from orderdrop.sandbox.parcellab.store import Store
from orderdrop.sandbox.parcellab.validation import Complaint
from orderdrop.sandbox.parcellab.writing import Early, Refused, Writer, order_json

ORDERS = "/v4/track/orders/"
INFO = "/v4/track/orders/info/"
EVENTS = "/v4/track/events/"
# The published pattern of an id.
_ONE_ORDER = re.compile(rf"{ORDERS}((?!info)[^/.]+)/")
_NOT_FOUND_PAGE = (
    b"<!doctype html>\n<html><head><title>Not Found</title></head><body><h1>Not Found</h1></body></html>\n"
)
_HTML = "text/html; charset=utf-8"

FAULT_KINDS: Mapping[str, FaultKind] = MappingProxyType(
    {
        **KINDS,
        "mutation-failed": FaultKind(
            commits=True, what="the order is stored, but each of its mutations fails inside the 2xx"
        ),
    }
)

_CODES = {
    400: ("client_error", "invalid"),
    401: ("client_error", "authentication_failed"),
    403: ("client_error", "permission_denied"),
    404: ("client_error", "not_found"),
    405: ("client_error", "method_not_allowed"),
    415: ("client_error", "unsupported_media_type"),
    429: ("client_error", "throttled"),
}
_Handler = Callable[[Call], Answer]


class ParcellabApi:
    """The parcelLab stand-in, an `Api`."""

    def __init__(self, settings: ParcellabSettings, *, clock: Clock, new_uuid: Callable[[], str]) -> None:
        self._settings = settings
        self._clock = clock
        self._store = Store(now=clock.unix_seconds, new_uuid=new_uuid)
        self._buckets = Buckets()

    @property
    def name(self) -> str:
        """The prefix: parcellab."""
        return "parcellab"

    @property
    def fault_kinds(self) -> Mapping[str, FaultKind]:
        """The common kinds, and mutations that fail."""
        return FAULT_KINDS

    def admit(self, call: Call) -> Answer | None:
        """Refuse a missing or wrong token with 401, and too many requests with 429, on paths that exist."""
        if not self._handlers(call.path):
            return None
        value = token_of(call)
        if value is None:
            return _error(401, "Authentication credentials were not provided.", code="not_authenticated")
        if self._settings.key is not None and not opens(value, self._settings.key):
            return _error(401, "Invalid token.")
        at = self._clock.elapsed_seconds()
        pour = self._buckets.pour(value, rate=self._settings.rate, burst=self._settings.burst, at=at)
        if pour.taken:
            return None
        text = f"Request was throttled. Expected available in {pour.retry_after} seconds."
        return Answer(status=429, body=_error(429, text).body, headers=(("Retry-After", pour.retry_after),))

    def answer(self, call: Call) -> Answer:
        """Answer a call that was let in."""
        handlers = self._handlers(call.path)
        if not handlers:
            if not call.path.endswith("/") and self._handlers(f"{call.path}/"):
                query = f"?{call.query}" if call.query else ""
                location = f"/{self.name}{call.path}/{query}"
                return Answer(status=301, content_type=_HTML, headers=(("Location", location),))
            return Answer(status=404, body=_NOT_FOUND_PAGE, content_type=_HTML)
        if (handler := handlers.get(call.method)) is None:
            refused = _error(405, f'Method "{call.method}" not allowed.')
            return Answer(status=405, body=refused.body, headers=(("Allow", ", ".join(handlers)),))
        return handler(call)

    def refusal(self, status: int, text: str) -> Answer:
        """Return the standard envelope with one error that names no field."""
        return _error(status, text)

    def orders_of(self, call: Call) -> tuple[str, ...]:
        """Return the order number in the body."""
        try:
            content = read_json(call.body) if call.body else None
        except NotJsonError:
            return ()
        number = content.get("order_number") if isinstance(content, dict) else None
        return (number,) if isinstance(number, str) else ()

    def response_headers(self, call: Call) -> tuple[tuple[str, str], ...]:
        """Return none: parcelLab publishes none."""
        del call
        return ()

    def contents(self, *, brief: bool) -> dict[str, Any]:
        """Return every order with how often it was created and updated, its fields and its parcels."""
        orders = []
        for order in self._store.all():
            entry = {
                "order_number": order.number,
                "account": order.fields["account"],
                "id": order.external_id,
                "created": 1,
                "updated": order.updates,
                "parcels": len(order.parcels),
            }
            parcels = [
                {**one.sent, "checkpoints": one.checkpoints, "messages": one.messages}
                for one in order.parcels.values()
            ]
            orders.append(entry if brief else {**entry, "order": order_json(order), "trackings": parcels})
        return {"count": len(self._store), "orders": orders}

    def move(self, asked: Any) -> dict[str, Any]:
        """Let a parcel or its order move on, and return the order as its customer sees it."""
        return events.move(self._store, asked, now=self._clock.unix_seconds)

    def reset(self) -> None:
        """Forget orders, parcels and used-up rate."""
        self._store.clear()
        self._buckets.clear()

    def settings(self) -> dict[str, Any]:
        """Return the settings in force."""
        return self._settings.as_json()

    def change_settings(self, changes: Mapping[str, Any]) -> None:
        """Change settings from the next call on."""
        self._settings = self._settings.changed(changes)

    def _handlers(self, path: str) -> dict[str, _Handler]:
        match path:
            case "/v4/track/orders/":
                return {"GET": self._list, "POST": self._write, "PUT": self._write}
            case "/v4/track/orders/info/":
                return {"GET": self._info}
            case "/v4/track/events/":
                return {"POST": self._event}
        return {"GET": self._retrieve} if _ONE_ORDER.fullmatch(path) else {}

    def _write(self, call: Call) -> Answer:
        payload = self._body(call)
        if isinstance(payload, Answer):
            return payload
        writer = Writer(settings=self._settings, store=self._store, now=self._clock.unix_seconds)
        numbers = self.orders_of(call)
        try:
            written = writer.write(
                payload,
                account=account_of(token_of(call) or ""),
                creates_only=call.method == "POST" and self._settings.post_existing == "refuse",
                fails=call.fault == "mutation-failed",
            )
        except Early as problem:
            return json_answer(problem.status, {"detail": str(problem)}, orders=numbers)
        except Refused as problem:
            return self._complained(problem.found, numbers)
        body = b"" if self._settings.body == "empty" else json_answer(200, written.shown).body
        status = 201 if written.created else 200
        return Answer(status=status, orders=(written.number,), committed=True, body=body)

    def _list(self, call: Call) -> Answer:
        url = f"http://{call.headers.get('host', 'localhost')}/{self.name}{ORDERS}"
        try:
            found, following, previous = page(
                list(self._store.all()), call.query, size=self._settings.page_size, url=url
            )
        except CursorError as problem:
            return _error(404, str(problem))
        results = [order_json(order) for order in found]
        return json_answer(200, {"next": following, "previous": previous, "results": results})

    def _retrieve(self, call: Call) -> Answer:
        found = _ONE_ORDER.fullmatch(call.path)
        order = self._store.by_id(found[1]) if found else None
        return _error(404, "Not found.") if order is None else json_answer(200, order_json(order))

    def _info(self, call: Call) -> Answer:
        try:
            order = info.find(self._store, call.query)
        except info.LookupRefused as problem:
            return self._complained(
                [Complaint(path=("non_field_errors",), code="invalid", detail=str(problem))]
            )
        return _error(404, "Not found.") if order is None else json_answer(200, info.show(order))

    def _event(self, call: Call) -> Answer:
        event = self._body(call)
        if isinstance(event, Answer):
            return event
        if not isinstance(event, dict):
            detail = f"Invalid data. Expected a dictionary, but got {type(event).__name__}."
            return self._complained([Complaint(path=("non_field_errors",), code="invalid", detail=detail)])
        if found := events.event_complaints(event):
            return self._complained(found)
        return Answer(status=204, committed=events.attach(self._store, event))

    def _body(self, call: Call) -> Any:
        media_type = call.headers.get("content-type", "")
        if media_type.partition(";")[0].strip().lower() != "application/json":
            return _error(415, f'Unsupported media type "{media_type}" in request.')
        try:
            return read_json(call.body)
        except NotJsonError as problem:
            return _error(400, f"JSON parse error - {problem}", code="parse_error")

    def _complained(self, found: list[Complaint], numbers: tuple[str, ...] = ()) -> Answer:
        content = {"type": self._settings.error_type, "errors": [one.as_json() for one in found]}
        return json_answer(400, content, orders=numbers)


def _error(status: int, text: str, *, code: str | None = None) -> Answer:
    kind, usual = _CODES.get(status, ("client_error" if status < 500 else "server_error", "error"))
    return json_answer(
        status, {"type": kind, "errors": [{"code": code or usual, "detail": text, "attr": None}]}
    )
