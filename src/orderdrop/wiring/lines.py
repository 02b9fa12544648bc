"""The lines to the accounts: the destination, a carrier, the pace and the breaker of each."""

import ssl
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from random import Random
from urllib.request import getproxies

import httpx

from orderdrop import settings as setup
from orderdrop.core.progress import Event, Step, Watcher
from orderdrop.delivery.breaker import Breaker, Turn
from orderdrop.delivery.known import Known
from orderdrop.delivery.pace import pace_for
from orderdrop.destinations import registry
from orderdrop.destinations.base import AccountOptions, Carrier, Destination
from orderdrop.destinations.proxies import proxy_for
from orderdrop.destinations.readback import Readable, Reader
from orderdrop.destinations.timing import Answers, Timed
from orderdrop.errors import Fault, SettingsError, SetupError
from orderdrop.ledger.ledger import Ledger
from orderdrop.mapping.say import nearest
from orderdrop.pipeline.parts import Line
from orderdrop.processes import ProcessName, has_died


def account_of(settings: setup.Settings, name: str) -> setup.Account:
    """An account by name. Raises SettingsError naming those there are."""
    account = settings.accounts.get(name)
    if account is None:
        fault = Fault(message=f"no account `{name}` under `accounts:`{nearest(name, settings.accounts)}")
        raise SettingsError("The account is not set up:", [fault])
    if account.destination not in registry.names():
        hint = nearest(account.destination, registry.names())
        fault = Fault(
            message=f"account `{name}` names destination `{account.destination}`, which is not known{hint}"
        )
        raise SettingsError("The account cannot be used:", [fault])
    return account


def told(turn: Turn) -> Event:
    """What a watcher is told when an account is stopped or works again."""
    if turn.reason is None:
        return Event(step=Step.ACCOUNT_WORKS, name=turn.account)
    facts: dict[str, str | int | float] = {
        "why": turn.reason.value,
        "said": turn.detail,
        "next_try_in_seconds": round(turn.rest_seconds),
    }
    return Event(step=Step.ACCOUNT_STOPPED, name=turn.account, facts=facts)


def unused_carrier(settings: setup.Settings, destination: str, account: str | None) -> Carrier:
    """What tells how an account would send, and in which parcels; without one, as any new account of the destination."""
    options = AccountOptions(name="", base_url="http://127.0.0.1", key="none:none")
    if account is not None:
        options = options_of(account_of(settings, account), account)
    return registry.find(destination).carrier(options, httpx.HTTPTransport)


def options_of(account: setup.Account, name: str) -> AccountOptions:
    """An account of the settings as destinations take it."""
    return AccountOptions(
        name=name,
        base_url=str(account.base_url).rstrip("/"),
        key=account.key.get_secret_value(),
        rate=account.rate if isinstance(account.rate, float) else None,
        unlimited=account.rate == "unlimited",
        burst=account.burst,
        endpoint=account.endpoint,
        auth=account.auth,
        timeout_seconds=account.timeout.total_seconds(),
        deadline_seconds=account.deadline.total_seconds(),
        concurrency=account.concurrency,
    )


class Lines:
    """The lines to the accounts, opened once each and shared by all batches of the process."""

    def __init__(
        self,
        settings: setup.Settings,
        ledger: Ledger,
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        random: Random,
        insists: bool,
        watcher: Watcher,
        me: ProcessName,
    ) -> None:
        self._settings = settings
        self._ledger, self._clock, self._monotonic, self._random = ledger, clock, monotonic, random
        self._insists, self._watcher, self._me = insists, watcher, me
        self._lock = threading.Lock()
        self._open: dict[str, Line] = {}
        self._readers: list[Reader] = []
        self.answers = Answers()
        self._tls: ssl.SSLContext | None = None  # takes long to make; all transports share it

    def line(self, name: str) -> Line:
        """The one way to an account, opened when it is first asked for."""
        with self._lock:
            if name not in self._open:
                self._open[name] = self._new(name)
            return self._open[name]

    def reader(self, name: str) -> Reader:
        """A reader for one thread; its requests go at the pace of the account's line."""
        line = self.line(name)
        if not isinstance(line.destination, Readable):
            raise SetupError(
                f"Account `{name}` belongs to {line.destination.name}, which cannot be read back.",
                next_step="`orderdrop orders find` shows what the ledger knows.",
            )
        options = replace(options_of(account_of(self._settings, name), name), leave=line.pace.take)
        reader = line.destination.reader(options, self._transports(options))
        with self._lock:
            self._readers.append(reader)
        return reader

    def close(self) -> None:
        """Let go of every connection, those of readers too."""
        with self._lock:
            lines, self._open = list(self._open.values()), {}
            readers, self._readers = self._readers, []
        for reader in readers:
            reader.close()
        for line in lines:
            line.carrier.close()

    def _transports(self, account: AccountOptions) -> Callable[[], httpx.BaseTransport]:
        """What opens a way to an account, which is counted: with TLS as the environment has it, through the proxy that it names."""
        tls, proxy = self._tls_to(account.base_url), proxy_for(account.base_url, getproxies())
        return lambda: Timed(httpx.HTTPTransport(verify=tls, proxy=proxy), account.name, self.answers)

    def _tls_to(self, base_url: str) -> ssl.SSLContext:
        if base_url.startswith("http:"):
            return ssl.SSLContext(
                ssl.PROTOCOL_TLS_CLIENT
            )  # never used: it trusts nobody, and is made at once
        self._tls = self._tls or httpx.create_ssl_context()
        return self._tls

    def _new(self, name: str) -> Line:
        account = account_of(self._settings, name)
        destination: Destination = registry.find(account.destination)
        options = options_of(account, name)
        carrier = destination.carrier(options, self._transports(options))
        known = Known(self._ledger, name, clock=self._clock, monotonic=self._monotonic)
        return Line(
            account=name,
            destination=destination,
            carrier=carrier,
            pace=pace_for(carrier.limits, monotonic=self._monotonic, burst=account.burst, known=known),
            breaker=Breaker(
                clock=self._monotonic,
                known=known,
                insists=self._insists,
                owner=str(self._me),
                has_died=lambda name: has_died(name, self._me),
                random=self._random,
                tell=lambda turn: self._watcher(told(turn)),
            ),
            concurrency=account.concurrency,
            links=account.links,
            keep_links=account.keep_links,
            stop_after_refusals=account.stop_after_refusals or None,
        )
