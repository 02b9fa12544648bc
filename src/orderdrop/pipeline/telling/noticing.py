"""Telling people: what is news is written down in the ledger, and from there it goes on its way to each channel.

Written down and sent are two steps, so that a channel that is down keeps nobody waiting and loses nothing, and of several
processes one writes and one sends. A process that dies between the service's yes and its own note sends once more.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from orderdrop.core.notices import Cause, Fact, Matter, Message, Notice, Sending, Told
from orderdrop.errors import Busy, Stopped
from orderdrop.notices.channel import Recipient
from orderdrop.notices.deciding import Terms, decide
from orderdrop.notices.wording import moment, notice
from orderdrop.pipeline.leases import leased
from orderdrop.pipeline.parts import Parts
from orderdrop.pipeline.telling.survey import Survey, Watched

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
"""A channel that failed is tried again after a minute, then after twice as long, up to an hour."""
LOUD_AFTER = 4
"""After so many failures in a row the log says that a channel is not reached."""
GIVEN_UP_AFTER = timedelta(days=3)
"""What could not be sent for so long is not sent any more."""
KEPT = timedelta(days=90)
"""Notices that were sent stay in the ledger for so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What is watched, who is told, how often, and where the console is."""

    watched: Watched
    recipients: Sequence[Recipient]
    terms: Terms
    console_url: str | None = None

    def channels(self, cause: Cause) -> list[str]:
        """The names of those who are told of a cause."""
        return [one.name for one in self.recipients if cause in one.causes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What came of a look: notices that were written, sendings that arrived or failed."""

    written: tuple[Notice, ...] = ()
    sent: tuple[Sending, ...] = ()
    failed: tuple[Sending, ...] = ()


def look(parts: Parts, telling: Telling, survey: Survey, *, insists: bool = False) -> Looked:
    """Write down what is news, and send what is due; `insists`: also what failed a moment ago.

    Raises LedgerUnavailable. Of several processes that look at once one writes each notice.
    """
    # before the facts: what others tell meanwhile must not look as if it were over
    told = parts.ledger.told()
    written = tuple(_tell(parts, telling, told, survey.facts()))
    sent, failed = _send(parts, telling, insists=insists)
    return Looked(written=written, sent=tuple(sent), failed=tuple(failed))


def _tell(parts: Parts, telling: Telling, told: Sequence[Told], facts: Sequence[Fact]) -> list[Notice]:
    now, known = parts.clock(), {one.matter: one for one in told}
    by_matter: dict[Matter, list[Fact]] = {matter: [] for matter in known}
    for fact in facts:
        by_matter.setdefault(fact.matter, []).append(fact)
    written = []
    for matter, found in by_matter.items():
        channels = telling.channels(matter.cause)
        if not channels or not telling.watched.minds(matter):
            continue
        decision = decide(matter, known.get(matter), found, now, telling.terms)
        if decision is None:
            continue
        news = notice(decision, at=now, console_url=telling.console_url) if decision.tone else None
        if parts.ledger.tell(known.get(matter), decision.after, news, channels) and news is not None:
            written.append(news)
    return written


def _send(parts: Parts, telling: Telling, *, insists: bool) -> tuple[list[Sending], list[Sending]]:
    """Send what is due, channel by channel and oldest first; a channel that fails is left alone for a while."""
    sent: list[Sending] = []
    failed: list[Sending] = []
    if not _due(parts, insists=insists):
        return sent, failed
    recipients = {one.name: one for one in telling.recipients}
    # another process sends, or somebody wants the end: what waits is in the ledger
    with suppress(Busy, Stopped), leased(parts, "notices") as lease:
        for waiting in _due(parts, insists=insists):  # again: another process may have been at it
            recipient = recipients.get(waiting[0].channel)
            if recipient is None:
                failed += _given_up(parts, waiting)
                continue
            for at, sending in enumerate(waiting):
                lease.check()
                why = recipient.channel.send(sending.notice.message)
                if why is not None:
                    failed += _put_off(parts, waiting[at:], why)
                    break
                sent.append(replace(sending, sent_at=parts.clock(), said=""))
                parts.ledger.record_sending(sent[-1])
    return sent, failed


def _due(parts: Parts, *, insists: bool) -> list[list[Sending]]:
    """What waits for each channel whose oldest sending is due; what is newer waits behind it."""
    queues: dict[str, list[Sending]] = {}
    for sending in parts.ledger.sendings():
        queues.setdefault(sending.channel, []).append(sending)
    now = parts.clock()
    return [queue for queue in queues.values() if insists or _is_due(queue[0].next_at, now)]


def _is_due(at: datetime, now: datetime) -> bool:
    """Whether a moment has come, or lies further ahead than any that is set: then the clock was set back since."""
    return at <= now or at - now > LONGEST_PAUSE


def _put_off(parts: Parts, sendings: Sequence[Sending], why: str) -> list[Sending]:
    """Let everything that waits for a channel wait longer; the longer the channel fails, the longer."""
    now, tries = parts.clock(), max(sending.tries for sending in sendings) + 1
    pause = min(FIRST_PAUSE * 2 ** min(tries - 1, 10), LONGEST_PAUSE)
    later = [
        replace(
            sending,
            tries=tries,
            said=why,
            next_at=now + pause,
            given_up_at=now if now - sending.notice.at >= GIVEN_UP_AFTER else None,
        )
        for sending in sendings
    ]
    for sending in later:
        parts.ledger.record_sending(sending)
    return later


def _given_up(parts: Parts, sendings: Sequence[Sending]) -> list[Sending]:
    """What waits for a channel that is not set up here: another process may know it, but not for ever."""
    now = parts.clock()
    old = [
        replace(sending, given_up_at=now, said=sending.said or "the channel is not set up")
        for sending in sendings
        if now - sending.notice.at >= GIVEN_UP_AFTER
    ]
    for sending in old:
        parts.ledger.record_sending(sending)
    return old


@dataclass(slots=True, kw_only=True)
class LedgerAlarm:
    """Tells of a ledger that cannot be written: of that alone nothing can be written down, so each process tells by itself.

    It counts as told once one channel took it; whoever was not reached then is tried again every minute.
    `state` is called whenever it was tried to write, and may be called from another thread than `tell`.
    """

    parts: Parts
    telling: Telling
    _failing: tuple[datetime, str] | None = None
    _told: Told | None = None
    _tried_at: datetime | None = None
    _owed: dict[str, Message] = field(default_factory=dict)
    _matter: Matter = field(default_factory=lambda: Matter(cause=Cause.LEDGER))

    def state(self, failed: str | None) -> None:
        """Take note that the ledger could be written, or why not."""
        if failed is None:
            self._failing = None
        elif self._failing is None:
            self._failing = (self.parts.clock(), failed)

    def tell(self) -> Mapping[str, str | None]:
        """Tell what is news, where anything is; whom, each with why it failed if it did."""
        now = self.parts.clock()
        if self._tried_at is not None and abs(now - self._tried_at) < FIRST_PAUSE:
            return {}
        decision = decide(self._matter, self._told, self._facts(now), now, self.telling.terms)
        news = notice(decision, at=now, console_url=None) if decision and decision.tone else None
        if news is not None:
            self._owed = dict.fromkeys(self.telling.channels(Cause.LEDGER), news.message)
        answers = self._send_owed()
        self._tried_at = now if self._owed else None
        if news is not None and answers and None not in answers.values():
            self._owed = {}  # nobody heard of it: in a minute whatever is so by then is told
        elif decision is not None:
            self._told = decision.after
        return answers

    def _send_owed(self) -> Mapping[str, str | None]:
        channels = {one.name: one.channel for one in self.telling.recipients}
        answers = {name: channels[name].send(message) for name, message in self._owed.items()}
        self._owed = {name: self._owed[name] for name, why in answers.items() if why is not None}
        return answers

    def _facts(self, now: datetime) -> list[Fact]:
        if self._failing is None or now - self._failing[0] < self.telling.watched.unreachable:
            return []
        since, why = self._failing
        return [Fact(matter=self._matter, subject="ledger", said=f"since {moment(since)}: {why}")]
