"""The front of a stand-in: the ASGI application that stands between the wire and an `Api`.

Every call is written to the journal, then meets key and pace, then a planned fault, and only then the API.
Whatever is below `/_control` is for the test that drives the stand-in, and for this machine alone.
"""

from dataclasses import replace

from starlette.types import Receive, Scope, Send

from orderdrop.sandbox.calls import Answer, Api, Call
from orderdrop.sandbox.clock import Clock
from orderdrop.sandbox.control import CONTROL_PREFIX, Control
from orderdrop.sandbox.faults import Fault, Faults
from orderdrop.sandbox.journal import DROPPED, Entry, Journal
from orderdrop.sandbox.wire import Line

_HTML = "text/html; charset=utf-8"
PROXY_PAGE = (
    b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n"
)
DRIFTED = b'{"version": "next", "result": {"items": [{"ok": true}]}}'
LOGIN_PAGE = (
    b"<!doctype html><html><head><title>Log in</title></head><body><form>Log in</form></body></html>\n"
)


class Front:
    """ASGI application of one stand-in API, to be mounted under its prefix."""

    def __init__(self, api: Api, *, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._faults = Faults()
        self._journal = Journal()
        self._control = Control(api=api, faults=self._faults, journal=self._journal)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request, or spoil it as planned."""
        if scope["type"] != "http":
            raise RuntimeError(f"The sandbox speaks HTTP only, not {scope['type']}.")
        line = Line(scope, receive, send)
        call = await line.read_call()
        if call is None:
            return
        if call.path == CONTROL_PREFIX or call.path.startswith(CONTROL_PREFIX + "/"):
            await line.send(self._control.answer(call, from_this_machine=line.from_this_machine()))
            return
        entry = self._journal.open(call, at=self._clock.unix_seconds())
        refused = self._api.admit(call)
        fault = None if refused else self._faults.meet(call)
        if refused or fault:
            entry.orders = self._api.orders_of(call)
        if fault:
            await self._spoil(fault, replace(call, fault=fault.kind), entry, line)
            return
        answer = refused or self._api.answer(call)
        entry.status, entry.committed = answer.status, answer.committed
        entry.orders = entry.orders or answer.orders
        await line.send(answer, self._api.response_headers(call))

    async def _spoil(self, fault: Fault, call: Call, entry: Entry, line: Line) -> None:
        own = self._api.fault_kinds[fault.kind].own
        real = self._api.answer(call) if fault.commits or own else None
        entry.fault, entry.committed = fault.kind, real is not None and real.committed
        answer = self._spoiled(fault, real)
        headers = self._api.response_headers(call)
        if fault.kind == "trickle":
            whole = await line.send_slowly(answer, headers, gap_seconds=fault.seconds)
            entry.status = answer.status if whole else DROPPED
            return
        if fault.seconds and await line.client_left(within_seconds=fault.seconds):
            entry.status = DROPPED
            return
        match fault.kind:
            case "hang" | "drop-before" | "drop-after-commit":
                entry.status = DROPPED
                await line.cut()
            case "truncated":
                entry.status = DROPPED
                await line.send_half(answer, headers)
            case _:
                entry.status = answer.status
                await line.send(answer, headers)

    def _spoiled(self, fault: Fault, real: Answer | None) -> Answer:
        match fault.kind:
            case "502-html":
                return Answer(status=502, body=PROXY_PAGE, content_type=_HTML)
            case "html-200":
                return Answer(status=200, body=LOGIN_PAGE, content_type=_HTML)
            case "redirect":
                return Answer(status=302, headers=(("Location", "/login"),))
            case "endpoint-missing":
                return self._api.refusal(404, "Not found")
            case "401" | "402" | "403" | "429" | "500" | "503":
                wait = () if fault.retry_after is None else (("Retry-After", fault.retry_after),)
                answer = self._api.refusal(int(fault.kind), "Refused on purpose")
                return replace(answer, headers=(*answer.headers, *wait))
            case "drift" if real and real.status < 300:
                return replace(real, body=DRIFTED)
            case _:
                answer = real or self._api.refusal(503, "Refused on purpose")
                emptied = fault.kind == "empty-2xx" and answer.status < 300
                return replace(answer, body=b"") if emptied else answer
