"""The long life of `orderdrop serve`: resume, poll at the feeds' times, stop gracefully."""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import structlog

from orderdrop import schedule
from orderdrop.cli.heralding import Herald, herald_of
from orderdrop.cli.session import Session
from orderdrop.errors import Busy, OrderdropError, Paused, Stopped, TrustError
from orderdrop.pipeline.batches.batch import Finished
from orderdrop.pipeline.batches.imports import suits
from orderdrop.pipeline.feeds.feed import poll
from orderdrop.pipeline.feeds.polling import poll_feed
from orderdrop.pipeline.feeds.resuming import finish_left, go_on
from orderdrop.pipeline.parts import FeedPlan, Parts
from orderdrop.pipeline.upkeep.purging import purge
from orderdrop.pipeline.upkeep.sweeping import sweep

_LOOK_SECONDS = 0.5
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 900.0, 86_400.0


def serve_until_stopped(session: Session) -> None:
    """Serve until the session's stop is set; returns when the work under way is recorded.

    Raises SettingsError at once for a feed that could never be polled, or a channel on which nobody could be told.
    """
    parts, log = session.parts, structlog.get_logger()
    plans = session.feed_plans()
    for plan in plans.values():
        loaded = parts.mapping(plan.mapping)
        suits(parts, loaded.mapping.mapping, loaded.mapping.destination, plan.account)
    watched, herald = Watched(log), herald_of(session, log)
    chores = Chores(session, plans, watched, herald, log)
    log.info("serving", feeds=len(plans))
    scheduler = schedule.start(
        session.settings.feeds,
        chores.poll_feed,
        parts.clock(),
        tidy=chores.finish_what_was_left,
        daily=chores.remove_what_is_old,
        resume={name: partial(chores.send_what_waited, name) for name in session.settings.accounts},
        look=chores.tell_people if herald is not None else None,
    )
    try:
        beat_at = float("-inf")
        while not parts.stop.wait(_LOOK_SECONDS):
            if scheduler.running and parts.monotonic() >= beat_at:
                with watched.work("(heartbeat)"):
                    _beat(parts, herald)
                beat_at = parts.monotonic() + parts.lease_seconds / 3
    finally:
        log.info("stopping")
        parts.ledger.release(heartbeat(), parts.owner)
        scheduler.shutdown(wait=True)
        log.info("stopped")


def heartbeat() -> str:
    """The lease that a serving process of this host renews; `orderdrop health` asks for it."""
    return f"serve:{socket.gethostname()}"


def _beat(parts: Parts, herald: Herald | None) -> None:
    """Give a sign of life; whoever tells people learns whether the ledger could be written."""
    failed: OrderdropError | None = None
    try:
        parts.ledger.lease(heartbeat(), parts.owner, parts.clock(), parts.lease_seconds)
    except OrderdropError as error:
        failed = error
        raise
    finally:
        if herald is not None:
            herald.ledger_is(failed)


class Chores:
    """What a serving process does at its times; an error ends one chore and is told."""

    def __init__(
        self,
        session: Session,
        plans: Mapping[str, FeedPlan],
        watched: "Watched",
        herald: Herald | None,
        log: Any,
    ) -> None:
        self._parts, self._settings, self._plans = session.parts, session.settings, plans
        self._watched, self._herald, self._log = watched, herald, log
        self._refusals = _Refusals(session.parts.monotonic)

    def poll_feed(self, name: str) -> None:
        """Bring what lies at a feed to rest."""
        with self._watched.work(name):
            for _ in poll_feed(self._parts, self._plans[name]):
                pass

    def finish_what_was_left(self) -> None:
        """Go on where an earlier process ended; a feed that is polled soon is left to its poll.

        Any other is tried every minute, but for one that refused our login: that one less and less often.
        """
        with self._watched.work("(imports)"):
            for finished in finish_left(self._parts, self._plans):
                self._resumed(finished)
        for name, feed in self._settings.feeds.items():
            paused = feed.paused or self._parts.ledger.feed_state(name).paused_at is not None
            polled_soon = feed.cron is None and not paused
            if polled_soon or not self._parts.ledger.unfinished(name):
                self._refusals.forget(name)
                continue
            if self._refusals.rests(name):
                continue
            with self._watched.work(f"(left by {name})"), self._refusals.noted(name):
                for finished in poll(self._parts, self._plans[name], only_left=True):
                    self._resumed(finished)

    def send_what_waited(self, account: str) -> None:
        """Try an account for which orders wait."""
        with self._watched.work(f"(account {account})"):
            for finished in go_on(self._parts, account, self._plans):
                if finished.batch.waits_since is None:
                    self._resumed(finished)

    def tell_people(self) -> None:
        """Look whether something is news, and send what is on its way."""
        with self._watched.work("(notices)"):
            if self._herald is not None:
                self._herald.look()

    def remove_what_is_old(self) -> None:
        """Sweep up what dead runs left behind, and purge what is past its retention."""
        with self._watched.work("(what was left behind)"):
            for path in sweep(self._parts, Path(gettempdir())):
                self._log.info("swept", path=str(path))
        if self._settings.retention is not None:
            with self._watched.work("(retention)"):
                purge(
                    self._parts,
                    self._settings.retention,
                    tell=lambda batch: self._log.info("purged", batch=batch.id),
                )

        with self._watched.work("(notices)"):
            if self._herald is not None:
                self._herald.forget()

    def _resumed(self, finished: Finished) -> None:
        self._log.info("resumed", batch=finished.batch.id, status=finished.batch.status.value)


class _Refusals:
    """Feeds that refused our login, or whose server we do not know: the wait doubles with each such try.

    Some servers lock out who fails often, and for as long as he goes on trying.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._waits: dict[str, tuple[float, float]] = {}  # seconds, and until when

    def rests(self, feed: str) -> bool:
        """Whether it is too early to try a feed again."""
        return feed in self._waits and self._monotonic() < self._waits[feed][1]

    def forget(self, feed: str) -> None:
        """Begin anew with a feed."""
        self._waits.pop(feed, None)

    @contextmanager
    def noted(self, feed: str) -> Iterator[None]:
        """What comes of a try in the block counts, and is raised as it is."""
        try:
            yield
        except TrustError:
            before, _ = self._waits.get(feed, (_FIRST_WAIT_SECONDS / 2, 0.0))
            wait = min(2 * before, _LONGEST_WAIT_SECONDS)
            self._waits[feed] = wait, self._monotonic() + wait
            raise
        self.forget(feed)


class Watched:
    """Lets errors of one feed end one poll, and tells each cause once, not once a poll."""

    def __init__(self, log: Any) -> None:
        self._log = log
        self._told: dict[str, str] = {}

    @contextmanager
    def work(self, feed: str) -> Iterator[None]:
        """What is raised in the block is told and goes no further."""
        try:
            yield
        except (Busy, Stopped) as error:
            self._log.info("poll_left_out", feed=feed, why=error.message)
        except Paused as error:
            if self._told.get(feed) != error.message:
                self._log.info("feed_paused", feed=feed, why=error.message)
            self._told[feed] = error.message
        except OrderdropError as error:
            self._tell(feed, "poll_failed", why=error.message, next_step=error.next_step)
        except Exception as error:  # noqa: BLE001 - one broken feed must not end the others
            self._tell(feed, "poll_broken", error=type(error).__name__, why=str(error)[:500])
        else:
            if self._told.pop(feed, None):
                self._log.info("feed_recovered", feed=feed)

    def _tell(self, feed: str, event: str, **facts: str | None) -> None:
        cause = f"{event} {facts['why']}"
        if self._told.get(feed) != cause:
            self._log.error(event, feed=feed, **facts)
        self._told[feed] = cause
