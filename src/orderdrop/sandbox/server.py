"""Serves the stand-ins on loopback: one prefix each, and an index that names them.

`serve` blocks, for the command line; `running` lends a server to a test or a demo.
"""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from uuid import uuid4

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from orderdrop.sandbox.calls import Api
from orderdrop.sandbox.clock import Clock, system_clock
from orderdrop.sandbox.control import CONTROL_PREFIX
from orderdrop.sandbox.front import Front
from orderdrop.sandbox.kinds import KINDS
from orderdrop.sandbox.parcellab.api import ParcellabApi
from orderdrop.sandbox.parcellab.settings import ParcellabSettings
from orderdrop.sandbox.shippify.api import ShippifyApi
from orderdrop.sandbox.shippify.settings import ShippifySettings
from orderdrop.sandbox.shipup.api import ShipupApi
from orderdrop.sandbox.shipup.settings import ShipupSettings
from orderdrop.sandbox.wire import CuttableProtocol

_START_SECONDS = 20.0


class SandboxStartError(Exception):
    """The sandbox cannot run as asked; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    """The settings of every stand-in."""

    shipup: ShipupSettings = field(default_factory=ShipupSettings)
    parcellab: ParcellabSettings = field(default_factory=ParcellabSettings)
    shippify: ShippifySettings = field(default_factory=ShippifySettings)

    def with_key(self, key: str | None) -> "SandboxSettings":
        """Return the settings with this one key for all stand-ins; None takes any key.

        Written as `a:b` it is parcelLab's account and token, and Shippify's id and secret.
        """
        return SandboxSettings(
            shipup=replace(self.shipup, key=key),
            parcellab=replace(self.parcellab, key=key),
            shippify=replace(self.shippify, key=key),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxAddress:
    """Where the sandbox answers."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The root, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def shipup(self) -> str:
        """The base URL of the Shipup stand-in, to be used in place of https://api.shipup.co."""
        return f"{self.url}/shipup"

    @property
    def parcellab(self) -> str:
        """The base URL of the parcelLab stand-in, to be used in place of https://api.parcellab.com."""
        return f"{self.url}/parcellab"

    @property
    def shippify(self) -> str:
        """The base URL of the Shippify stand-in, to be used in place of https://api.shippify.co."""
        return f"{self.url}/shippify"

    @property
    def ready_line(self) -> str:
        """The one line that is printed once the sandbox answers."""
        each = f"shipup={self.shipup} parcellab={self.parcellab} shippify={self.shippify}"
        return f"ready {self.url} {each}"


def create_app(settings: SandboxSettings | None = None, *, clock: Clock | None = None) -> ASGIApp:
    """Return the ASGI application with every stand-in under its prefix.

    The faults that close connections need the protocol class of this module's servers.
    """
    chosen, clock = settings or SandboxSettings(), clock or system_clock()

    def new_uuid() -> str:
        return str(uuid4())

    apis: Sequence[Api] = (
        ShipupApi(chosen.shipup, clock=clock, new_uuid=new_uuid),
        ParcellabApi(chosen.parcellab, clock=clock, new_uuid=new_uuid),
        ShippifyApi(chosen.shippify, clock=clock, new_uuid=new_uuid),
    )
    mounts = [Mount(f"/{api.name}", app=Front(api, clock=clock)) for api in apis]
    return Starlette(routes=[Route("/", _index(apis)), *mounts])


def serve(
    *,
    host: str = "127.0.0.1",
    port: int = 8808,
    settings: SandboxSettings | None = None,
    announce: Callable[[SandboxAddress], None],
) -> None:
    """Serve until interrupted; `announce` is called once it answers. Raises `SandboxStartError`."""
    with _listening(host, port) as listener:
        address = SandboxAddress(host=host, port=listener.getsockname()[1])
        server = _Server(create_app(settings), started=lambda: announce(address))
        try:
            server.run(sockets=[listener])
        except KeyboardInterrupt:
            return


@contextmanager
def running(
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    settings: SandboxSettings | None = None,
    clock: Clock | None = None,
) -> Iterator[SandboxAddress]:
    """Lend a sandbox in a background thread; port 0 lets the system choose. Raises `SandboxStartError`."""
    with _listening(host, port) as listener:
        answers = threading.Event()
        server = _Server(create_app(settings, clock=clock), started=answers.set)
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listener]}, name="orderdrop-sandbox", daemon=True
        )
        thread.start()
        try:
            if not answers.wait(_START_SECONDS):
                raise SandboxStartError(f"The sandbox did not answer within {_START_SECONDS:.0f} seconds.")
            yield SandboxAddress(host=host, port=listener.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join(_START_SECONDS)


class _Server(uvicorn.Server):
    def __init__(self, app: ASGIApp, *, started: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=CuttableProtocol,
                loop="asyncio",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=60,
                timeout_graceful_shutdown=1,
            )
        )
        self._started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._started()


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    require_loopback(host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Without the protocol's number asyncio leaves Nagle's algorithm on, and every answer waits 40 ms.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise SandboxStartError(
                f"Port {port} on {host} cannot be used ({error.strerror}). Choose another with --port, or 0 for any."
            ) from error
        yield listener


def require_loopback(host: str) -> None:
    """Raise `SandboxStartError` unless the host is this machine's own, by address or as `localhost`."""
    try:
        loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise SandboxStartError(
            f"The sandbox serves this machine only, and {host} is not a loopback address. Use 127.0.0.1."
        )


def _index(apis: Sequence[Api]) -> Callable[[Request], JSONResponse]:
    content = {
        "sandbox": "orderdrop",
        "apis": {
            api.name: {
                "prefix": f"/{api.name}",
                "control": f"/{api.name}{CONTROL_PREFIX}",
                "fault_kinds": list(api.fault_kinds),
            }
            for api in apis
        },
        "fault_kinds": list(KINDS),
    }
    return lambda _: JSONResponse(content)
