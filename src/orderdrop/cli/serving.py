"""The long life of `orderdrop serve`: resume, poll at the feeds' times, stop gracefully."""

import structlog

from orderdrop import schedule, wiring
from orderdrop.cli.session import Session
from orderdrop.errors import Busy, OrderdropError, Stopped
from orderdrop.pipeline.feed import poll, resume

_POLL_SECONDS = 0.5


def serve_until_stopped(session: Session) -> None:
    """Serve until the session's stop is set; returns when the work under way is recorded.

    Raises SettingsError at once for a feed that could never be polled.
    """
    parts, log = session.parts, structlog.get_logger()
    plans = {name: wiring.feed_plan(session.settings, name) for name in session.settings.feeds}
    for name in session.settings.feeds:
        parts.mapping(plans[name].mapping)
    told: dict[str, str] = {}

    def poll_quietly(name: str) -> None:
        try:
            for _ in poll(parts, plans[name]):
                pass
            if told.pop(name, None):
                log.info("feed_recovered", feed=name)
        except (Busy, Stopped) as error:
            log.info("poll_left_out", feed=name, why=error.message)
        except OrderdropError as error:
            if told.get(name) != error.message:  # one alarm a cause, not one a poll
                log.error("poll_failed", feed=name, why=error.message, next_step=error.next_step)
            told[name] = error.message
        except Exception as error:  # noqa: BLE001 - one broken feed must not end the others
            log.error("poll_broken", feed=name, error=type(error).__name__, why=str(error)[:500])

    log.info("serving", feeds=len(plans))
    for finished in resume(parts, plans):
        log.info("resumed", batch=finished.batch.id, status=finished.batch.status.value)
    scheduler = schedule.start(session.settings.feeds, poll_quietly, parts.clock())
    try:
        while not parts.stop.wait(_POLL_SECONDS):
            pass
    finally:
        log.info("stopping")
        scheduler.shutdown(wait=True)
        log.info("stopped")
