"""The last metre of the connection: whole requests in, whole answers out, and the line cut on purpose."""

import asyncio
from collections.abc import Iterable
from ipaddress import ip_address

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from orderdrop.sandbox.calls import Answer, Call

_TRANSPORT = "orderdrop.transport"
_LAST_SECONDS = 0.2


class CuttableProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 protocol, with its transport handed to the application.

    An ASGI application cannot close a connection without an answer: when it returns or raises without
    one, the server sends a 500 of its own. uvicorn copies `app_state` into every request's scope, and
    that copy is the way the transport gets there.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Remember the transport of this connection in the scope of each of its requests."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, _TRANSPORT: transport}

    def shutdown(self) -> None:
        """Let a call end that is about to; one that hangs on purpose must not keep the server up."""
        super().shutdown()
        self.loop.call_later(_LAST_SECONDS, self.transport.abort)


class Line:
    """One request's connection to its client."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send

    async def read_call(self) -> Call | None:
        """Return the request with its whole body, or None if the client left before that."""
        body = await self._read_body()
        if body is None:
            return None
        scope = self._scope
        path: str = scope["path"]
        raw_path: str = scope.get("raw_path", path.encode()).decode("latin-1")
        prefix = scope.get("root_path", "")
        return Call(
            method=scope["method"],
            path=path.removeprefix(prefix) or "/",
            raw_path=raw_path.removeprefix(prefix) or "/",
            query=scope["query_string"].decode("latin-1"),
            headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
            body=body,
        )

    def from_this_machine(self) -> bool:
        """Tell whether the client's address is a loopback address."""
        client = self._scope.get("client")
        try:
            address = ip_address(client[0] if client else "")
        except ValueError:
            return False
        return bool((getattr(address, "ipv4_mapped", None) or address).is_loopback)

    async def send(self, answer: Answer, headers: Iterable[tuple[str, str]] = ()) -> None:
        """Send the whole answer with the extra headers."""
        await self._start(answer, headers)
        await self._send({"type": "http.response.body", "body": answer.body})

    async def send_half(self, answer: Answer, headers: Iterable[tuple[str, str]]) -> None:
        """Promise the whole body, send half of it, then close the connection."""
        await self._start(answer, headers)
        half = answer.body[: len(answer.body) // 2]
        await self._send({"type": "http.response.body", "body": half, "more_body": True})
        self._transport().close()
        await self._until_gone()

    async def send_slowly(
        self, answer: Answer, headers: Iterable[tuple[str, str]], *, gap_seconds: float
    ) -> bool:
        """Send the body byte by byte; False if the client left before the end."""
        await self._start(answer, headers)
        for position in range(len(answer.body)):
            if await self.client_left(within_seconds=gap_seconds):
                return False
            byte = answer.body[position : position + 1]
            await self._send({"type": "http.response.body", "body": byte, "more_body": True})
        await self._send({"type": "http.response.body", "body": b""})
        return True

    async def cut(self) -> None:
        """Close the connection at once, without a byte of an answer."""
        self._transport().abort()
        # Returning before the server has seen the loss would make it send, and log, a 500 to a closed line.
        await self._until_gone()

    async def client_left(self, *, within_seconds: float) -> bool:
        """Wait that long, or until the client has gone; True if it has."""
        try:
            async with asyncio.timeout(within_seconds):
                await self._until_gone()
        except TimeoutError:
            return False
        return True

    async def _read_body(self) -> bytes | None:
        parts: list[bytes] = []
        while (message := await self._receive())["type"] == "http.request":
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                return b"".join(parts)
        return None

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _start(self, answer: Answer, headers: Iterable[tuple[str, str]]) -> None:
        raw = [(b"content-length", str(len(answer.body)).encode())]
        if answer.body:
            raw.append((b"content-type", answer.content_type.encode()))
        raw += [(name.lower().encode(), value.encode()) for name, value in (*answer.headers, *headers)]
        await self._send({"type": "http.response.start", "status": answer.status, "headers": raw})

    def _transport(self) -> asyncio.Transport:
        transport: asyncio.Transport | None = self._scope.get("state", {}).get(_TRANSPORT)
        if transport is None:
            raise RuntimeError(
                "This fault closes the connection, which only the sandbox's own server can do."
            )
        return transport
