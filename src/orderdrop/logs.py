"""Logs: one event a line, structured, on stderr, without secrets or personal data.

Orders are named by their key and payloads never appear; what must not be seen is not passed in.
"""

import contextlib
import logging
import sys
from typing import TextIO

import structlog
from structlog.types import EventDict, WrappedLogger

from orderdrop.core.neutral import printable
from orderdrop.core.progress import Event, Step

_NOISY = (Step.PREPARING, Step.ATTEMPTS_RECORDED, Step.ANSWERED, Step.OUTCOMES_RECORDED)


def configure(*, json_lines: bool, stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Say once, at the start of a command, where events go and how they look."""
    out = stream or sys.stderr
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _one_line,
    ]
    last: structlog.types.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json_lines
        else structlog.processors.LogfmtRenderer(key_order=["at", "level", "event"], bool_as_flag=False)
    )
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: _Printer(out),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(stream=out, level=logging.ERROR, format="%(message)s", force=True)
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)  # a poll says itself what became of it


def log_step(event: Event) -> None:
    """A watcher that logs the steps of batches."""
    if event.step in _NOISY:
        return
    if event.step in (Step.ACCOUNT_STOPPED, Step.ACCOUNT_WORKS):
        alarm = logging.ERROR if event.step is Step.ACCOUNT_STOPPED else logging.INFO
        structlog.get_logger().log(alarm, event.step.value, account=event.name, **event.facts)
        return
    facts = {
        key: value
        for key, value in (("batch", event.batch), ("drop", event.name), ("count", event.done))
        if value
    }
    structlog.get_logger().info(event.step.value, **facts, **event.facts)


class _Printer(structlog.WriteLogger):
    """Writes lines as long as there is room: orders go on being sent where the disk of the log is full.

    Each is written at once with its end: two processes may write to one log.
    """

    def msg(self, message: str) -> None:
        with contextlib.suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = error = critical = exception = msg


def _one_line(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:  # noqa: ARG001 - structlog's signature
    """Names from outside may hold line ends and control characters; a log line may not."""
    return {key: printable(value) if isinstance(value, str) else value for key, value in event.items()}
