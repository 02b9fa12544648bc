"""Settings become concrete parts; the one place that picks them."""

import os
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random, SystemRandom
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies

import httpx

from orderdrop import settings as setup
from orderdrop.core.progress import Event, Step, Watcher, nobody
from orderdrop.core.shape import Shape
from orderdrop.delivery.breaker import Breaker, Turn
from orderdrop.delivery.known import Known
from orderdrop.delivery.pace import pace_for
from orderdrop.destinations import registry
from orderdrop.destinations.base import AccountOptions, Carrier, Destination
from orderdrop.destinations.proxies import proxy_for
from orderdrop.destinations.readback import Readable, Reader
from orderdrop.errors import Fault, SettingsError, SetupError
from orderdrop.ledger.database import Database
from orderdrop.ledger.ledger import Batch, Ledger
from orderdrop.ledger.memory import MemoryLedger
from orderdrop.ledger.open import open_ledger
from orderdrop.ledger.sql import SqlLedger
from orderdrop.mapping import load as mappings
from orderdrop.mapping.load import LoadedMapping
from orderdrop.mapping.say import nearest
from orderdrop.pickup.folder import FolderInbox
from orderdrop.pickup.inbox import Inbox
from orderdrop.pickup.settling import Settle
from orderdrop.pipeline.parts import FeedPlan, Line, Parts
from orderdrop.pipeline.restoring import lost
from orderdrop.processes import ProcessName, has_died, this_process
from orderdrop.trial import breaks


def build(
    settings: setup.Settings,
    *,
    ledger: Ledger | None = None,
    watcher: Watcher = nobody,
    stop: threading.Event | None = None,
    clock: Callable[[], datetime] | None = None,
    monotonic: Callable[[], float] = time.monotonic,
    random: Random | None = None,
    patience_seconds: float = 0.0,
    insists: bool = False,
) -> Parts:
    """Put the parts together. Opens the ledger, nothing else: accounts and feeds are reached when they are needed.

    `patience_seconds`: how long to wait for what another orderdrop holds. `insists`: an account that was stopped is
    tried at once, for a person asks for it.
    """
    stop, me, clock = stop or threading.Event(), this_process(), clock or (lambda: datetime.now(UTC))
    ledger, random = ledger or open_settled_ledger(settings), random or SystemRandom()
    lines = _Lines(
        settings,
        ledger,
        clock=clock,
        monotonic=monotonic,
        random=random,
        insists=insists,
        watcher=watcher,
        me=me,
    )
    return Parts(
        ledger=ledger,
        workdir=settings.workdir,
        owner=str(me),
        mapping=lambda name: load_mapping(settings, name),
        mapping_from_text=lambda text, file: mappings.parse(text, file, find_shape, registry.names()),
        destination=registry.find,
        destination_of=lambda name: account_of(settings, name).destination,
        line=lines.line,
        clock=clock,
        monotonic=monotonic,
        sleep=stop.wait,
        random=random,
        has_died=lambda name: has_died(name, me),
        patience_seconds=patience_seconds,
        watcher=watcher,
        stop=stop,
        hang_up=lines.close,
        reader=lines.reader,
        breaks=_trial(settings, ledger),
    )


def _trial(settings: setup.Settings, ledger: Ledger) -> Callable[[Path, Batch], str | None]:
    def trial(file: Path, batch: Batch) -> str | None:
        text = ledger.mapping_text(batch.mapping_digest) or ""
        return breaks(file, batch.mapping, text, folder=settings.workdir / "spill", environ=os.environ)

    return trial


def open_settled_ledger(settings: setup.Settings, *, restored: bool = False) -> Ledger:
    """The ledger of the settings; refuses to begin an empty one where batches were reported before: it would send everything again.

    Refuses one that is older than the reports, too, unless it is known to be a backup that was `restored`.
    """
    reports = settings.workdir / "reports"
    ledger = open_ledger(settings.ledger, must_exist=reports.is_dir() and any(reports.iterdir()))
    missing = [] if restored or isinstance(ledger, MemoryLedger) else lost(ledger, settings.workdir)
    if missing:
        ledger.close()
        raise SetupError(
            f"The ledger is older than the reports below {reports}: it does not know batch {missing[-1]}"
            + (f" and {len(missing) - 1} more." if len(missing) > 1 else "."),
            next_step="If a backup was put back, run `orderdrop ledger restored`; else correct `ledger:` or `workdir:`.",
        )
    return ledger


def database_of(ledger: Ledger) -> Database:
    """The database behind a ledger, for what is kept beside it. Raises SetupError for a ledger in memory."""
    if not isinstance(ledger, SqlLedger):
        raise SetupError(
            "The console needs a ledger that lasts.", next_step="Name a file or database under `ledger:`."
        )
    return ledger.database


def scratch_ledger() -> Ledger:
    """A ledger in memory, for previews."""
    return MemoryLedger()


def find_shape(destination: str) -> Shape | None:
    """A destination's payload shape by name, None where there is no such destination."""
    return registry.find(destination).shape if destination in registry.names() else None


def load_mapping(settings: setup.Settings, name: str) -> LoadedMapping:
    """A mapping by name or path. Raises MappingError."""
    return mappings.load(mappings.find(name, settings.mappings), find_shape, registry.names())


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


def feed_plan(settings: setup.Settings, name: str) -> FeedPlan:
    """A feed by name. Raises SettingsError naming those there are."""
    feed = settings.feeds.get(name)
    if feed is None:
        fault = Fault(message=f"no feed `{name}` under `feeds:`{nearest(name, settings.feeds)}")
        raise SettingsError("The feed is not set up:", [fault])
    account_of(settings, feed.account)
    return FeedPlan(
        name=name,
        mapping=feed.mapping,
        account=feed.account,
        settle=Settle(
            looks=feed.settle.looks,
            min_age_seconds=feed.settle.age.total_seconds(),
            pause_seconds=feed.settle.pause.total_seconds(),
            done_file=feed.settle.done_file,
        ),
        reply=feed.reply,
        largest_file_bytes=settings.largest_file,
        overdue_seconds=feed.settle.overdue.total_seconds(),
        open_inbox=lambda: _inbox(feed),
        files=feed.files,
    )


def _inbox(feed: setup.Feed) -> Inbox:
    if not feed.remote:
        return FolderInbox(Path(feed.source), feed.files)
    from orderdrop.pickup.sftp.inbox import SftpInbox  # with paramiko, which folders can do without
    from orderdrop.pickup.sftp.login import SftpLogin

    url = urlsplit(feed.source)
    known_hosts = feed.known_hosts or Path("~/.ssh/known_hosts").expanduser()
    folder = unquote(url.path) or "."
    login = SftpLogin(
        host=url.hostname or "",
        port=url.port or 22,
        user=unquote(url.username or ""),
        folder=folder.removeprefix("/~/") if folder.startswith("/~/") else folder,
        known_hosts=known_hosts,
        password=feed.password.get_secret_value() if feed.password else None,
        private_key=feed.private_key,
        passphrase=feed.passphrase.get_secret_value() if feed.passphrase else None,
        agent=feed.agent,
    )
    return SftpInbox(login, feed.files)


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
        options = _options(account_of(settings, account), account)
    return registry.find(destination).carrier(options, httpx.HTTPTransport)


def _options(account: setup.Account, name: str) -> AccountOptions:
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


class _Lines:
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
        self._tls: ssl.SSLContext | None = None  # takes long to make; all transports share it

    def line(self, name: str) -> Line:
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
        options = replace(_options(account_of(self._settings, name), name), leave=line.pace.take)
        reader = line.destination.reader(options, self._transports(options.base_url))
        with self._lock:
            self._readers.append(reader)
        return reader

    def close(self) -> None:
        with self._lock:
            lines, self._open = list(self._open.values()), {}
            readers, self._readers = self._readers, []
        for reader in readers:
            reader.close()
        for line in lines:
            line.carrier.close()

    def _transports(self, base_url: str) -> Callable[[], httpx.BaseTransport]:
        """What opens a way to an address: with TLS as the environment has it, through the proxy that it names."""
        tls = self._tls = self._tls or httpx.create_ssl_context()
        proxy = proxy_for(base_url, getproxies())
        return lambda: httpx.HTTPTransport(verify=tls, proxy=proxy)

    def _new(self, name: str) -> Line:
        account = account_of(self._settings, name)
        destination: Destination = registry.find(account.destination)
        options = _options(account, name)
        carrier = destination.carrier(options, self._transports(options.base_url))
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
