"""What `orderdrop serve` does so that people need not look: it looks every few seconds, tells, and says in the log what came of it."""

from typing import Any

from orderdrop.cli.session import Session
from orderdrop.core.notices import Sending
from orderdrop.errors import LedgerUnavailable, OrderdropError
from orderdrop.pipeline.parts import Parts
from orderdrop.pipeline.telling.noticing import KEPT, LOUD_AFTER, LedgerAlarm, Telling, look
from orderdrop.pipeline.telling.survey import Survey
from orderdrop.wiring.notices import telling_of


class Herald:
    """Tells people, in a thread of its own; a channel that hangs keeps back other notices and nothing else."""

    def __init__(self, parts: Parts, telling: Telling, log: Any) -> None:
        self._parts, self._telling, self._log = parts, telling, log
        self._survey = Survey(parts=parts, watched=telling.watched, began_at=parts.clock())
        self._ledger = LedgerAlarm(parts=parts, telling=telling)
        self._first = True

    def ledger_is(self, failed: OrderdropError | None) -> None:
        """Take note of how the last writing went."""
        self._ledger.state(failed.message if isinstance(failed, LedgerUnavailable) else None)

    def look(self) -> None:
        """Tell what is news. Raises LedgerUnavailable, which is news by itself once it has lasted."""
        for channel, why in self._ledger.tell().items():
            (self._log.error if why else self._log.info)("ledger_alarm", channel=channel, why=why)
        # after a restart what could not be sent is tried at once
        looked = look(self._parts, self._telling, self._survey, insists=self._first)
        self._first = False
        for notice in looked.written:
            self._log.info(
                "notice", cause=notice.matter.cause.value, of=notice.matter.place, title=notice.message.title
            )
        for sending in looked.failed:
            self._not_sent(sending)

    def forget(self) -> None:
        """Let go of notices that were sent long ago."""
        self._parts.ledger.forget_notices(self._parts.clock() - KEPT)

    def _not_sent(self, sending: Sending) -> None:
        facts = {"channel": sending.channel, "title": sending.notice.message.title, "why": sending.said}
        if sending.given_up_at is not None:
            self._log.error("notice_given_up", **facts)
        elif sending.tries == LOUD_AFTER:
            self._log.error("notice_not_sent", **facts, tries=sending.tries)


def herald_of(session: Session, log: Any) -> Herald | None:
    """Whoever tells people, None where nobody is to be told. Raises SettingsError for a channel that cannot work."""
    telling = telling_of(session.settings)
    return Herald(session.parts, telling, log) if telling is not None else None
