"""The long life of `orderdrop serve`: resume, poll at the feeds' times, stop gracefully."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import structlog

from orderdrop import schedule
from orderdrop.cli.session import Session
from orderdrop.errors import Busy, OrderdropError, Stopped
from orderdrop.pipeline.feed import poll, resume
from orderdrop.pipeline.imports import suits
from orderdrop.pipeline.purging import purge
from orderdrop.pipeline.resuming import go_on
from orderdrop.pipeline.sweeping import sweep

_LOOK_SECONDS = 0.5


def serve_until_stopped(session: Session) -> None:
    """Serve until the session's stop is set; returns when the work under way is recorded.

    Raises SettingsError at once for a feed that could never be polled.
    """
    parts, log = session.parts, structlog.get_logger()
    plans = session.feed_plans()
    for plan in plans.values():
        loaded = parts.mapping(plan.mapping)
        suits(parts, loaded.mapping.mapping, loaded.mapping.destination, plan.account)
    watched = _Watched(log)

    def poll_feed(name: str) -> None:
        with watched.work(name):
            for _ in poll(parts, plans[name]):
                pass

    def finish_what_was_left() -> None:
        with watched.work("(imports)"):
            for finished in resume(parts, plans):
                log.info("resumed", batch=finished.batch.id, status=finished.batch.status.value)
        for name, feed in session.settings.feeds.items():
            polled_soon = feed.cron is None and not feed.paused
            if polled_soon or not parts.ledger.unfinished(name):
                continue
            with watched.work(f"(left by {name})"):
                for finished in poll(parts, plans[name], only_left=True):
                    log.info("resumed", batch=finished.batch.id, status=finished.batch.status.value)

    def send_what_waited(account: str) -> None:
        with watched.work(f"(account {account})"):
            for finished in go_on(parts, account, plans):
                if finished.batch.waits_since is None:
                    log.info("resumed", batch=finished.batch.id, status=finished.batch.status.value)

    retention = session.settings.retention

    def remove_what_is_old() -> None:
        with watched.work("(what was left behind)"):
            for path in sweep(parts, Path(gettempdir())):
                log.info("swept", path=str(path))
        if retention is not None:
            with watched.work("(retention)"):
                purge(parts, retention, tell=lambda batch: log.info("purged", batch=batch.id))

    log.info("serving", feeds=len(plans))
    scheduler = schedule.start(
        session.settings.feeds,
        poll_feed,
        parts.clock(),
        tidy=finish_what_was_left,
        daily=remove_what_is_old,
        resume={name: partial(send_what_waited, name) for name in session.settings.accounts},
    )
    try:
        beat_at = float("-inf")
        while not parts.stop.wait(_LOOK_SECONDS):
            if scheduler.running and parts.monotonic() >= beat_at:
                with watched.work("(heartbeat)"):
                    parts.ledger.lease(heartbeat(), parts.owner, parts.clock(), parts.lease_seconds)
                beat_at = parts.monotonic() + parts.lease_seconds / 3
    finally:
        log.info("stopping")
        parts.ledger.release(heartbeat(), parts.owner)
        scheduler.shutdown(wait=True)
        log.info("stopped")


def heartbeat() -> str:
    """The lease that a serving process of this host renews; `orderdrop health` asks for it."""
    return f"serve:{socket.gethostname()}"


class _Watched:
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
