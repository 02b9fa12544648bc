"""The words of notices: what happened, where, since when, what to do next, and where to look."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from orderdrop.core.neutral import printable
from orderdrop.core.notices import Cause, Matter, Message, Notice, Told, Tone
from orderdrop.notices.deciding import Decision

MOST = 20
"""So many facts are listed in one notice; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is said of a cause: of one fact, of several (`{n}`) if that differs, once it is over; `when` it is told, what to `do`."""

    one: str
    several: str = ""
    over: str = ""
    when: str
    do: str


WORDS = {
    Cause.FAILED: Words(
        one="a file could not be used",
        several="{n} files could not be used",
        when="a file could not be read at all, lacks a column, or has no mapping; nothing of it was sent",
        do="Read its receipt (`orderdrop batches show BATCH`) and ask the sender for another file; if the mapping is wrong, mend it "
        "and run `orderdrop rerun BATCH`.",
    ),
    Cause.REJECTS: Words(
        one="many rows of a file came back",
        several="many rows of {n} files came back",
        when="more rows of a batch were rejected, refused or held than `rejects_over` allows, and at least `rejects_at_least`",
        do="Look at what they have in common (`orderdrop batches show BATCH`). The sender has the reject report and sends it back "
        "corrected; if it is the mapping, mend it and run `orderdrop rerun BATCH`.",
    ),
    Cause.HELD: Words(
        one="a batch is held",
        several="{n} batches are held",
        when="a batch has too many bad rows, or far more or fewer rows than usual; nothing of it is sent",
        do="Read its remarks and ask the sender, then `orderdrop batches release BATCH` or `orderdrop batches discard BATCH`.",
    ),
    Cause.STUCK: Words(
        one="a file broke orderdrop",
        several="{n} files broke orderdrop",
        when="a batch is `stuck`, because orderdrop broke over its file three times, or `unbalanced`",
        do="Give the file and its receipt to the maintainers; `orderdrop rerun BATCH` tries it again. The other files went on.",
    ),
    Cause.UNFINISHED: Words(
        one="orders of a batch are unsent",
        several="orders of {n} batches are unsent",
        when="a batch is `unfinished`, and its orders do not go by themselves",
        do="`orderdrop batches show BATCH` says why. Mend it, then `orderdrop rerun BATCH --only unsent`.",
    ),
    Cause.ABSENT: Words(
        one="the expected file has not come",
        over="a new file has come",
        when="no new file of a feed has come by the time that its `expected` says",
        do="Ask the sender. `orderdrop health` shows an upload that broke off, and whether the feed is polled.",
    ),
    Cause.INCOMPLETE: Words(
        one="an upload does not become complete",
        several="{n} uploads do not become complete",
        over="no upload is incomplete any more",
        when="an upload, a done-file or the other files of a set have not come after `settle.overdue`",
        do="Ask the sender to send it again, and remove what is left of it.",
    ),
    Cause.UNREACHABLE: Words(
        one="its files cannot be fetched",
        over="its files can be fetched again",
        when="the polls of a feed have failed for `unreachable`: server, login, host key, mapping, or one file that cannot be fetched",
        do="Mend what it says; `orderdrop run FEED` tries at once. Files wait where they are until then.",
    ),
    Cause.STOPPED: Words(
        one="nothing is sent to this account",
        over="orders are sent to this account again",
        when="an account was stopped: its key, its bill, its address, or the API does not work",
        do="Mend the key, the bill or the address, or wait for the API. What waits goes by itself then; `orderdrop health` says what it is.",
    ),
    Cause.LEDGER: Words(
        one="the ledger cannot be written",
        over="the ledger can be written again",
        when="the ledger has not been writable for `unreachable`; every `serve` that finds it so tells it by itself",
        do="See that its disk has room, or its server runs. Nothing is sent until then, and nothing is lost.",
    ),
}


def notice(decision: Decision, *, at: datetime, console_url: str | None) -> Notice:
    """The notice of a decision that has news."""
    told, tone = decision.after, decision.tone
    if told is None or tone is None:
        raise AssertionError("a decision without news has no words")
    said = _said(told.matter, tone, len(decision.facts))
    lines = [f"{said}.", "", *_lines(decision, tone, told, console_url)]
    message = Message(tone=tone, title=f"[orderdrop] {said}", text="\n".join(lines))
    return Notice(matter=told.matter, at=at, message=message)


def trial(host: str, at: datetime) -> Message:
    """What somebody reads who tries whether a channel works."""
    return Message(
        tone=Tone.CLEAR,
        title="[orderdrop] a test",
        text=f"Somebody tried on {host} at {moment(at)} whether this channel works. It does. Nothing is to be done.",
    )


def _said(matter: Matter, tone: Tone, number: int) -> str:
    words, place = WORDS[matter.cause], printable(matter.place)
    of_them = words.one if number == 1 or not words.several else words.several.format(n=number)
    what = words.over if tone is Tone.CLEAR else of_them
    still = "still: " if tone is Tone.REMINDER else ""
    return f"{place + ': ' if place else ''}{still}{what}"


def _lines(decision: Decision, tone: Tone, told: Told, console_url: str | None) -> Iterator[str]:
    if tone is Tone.CLEAR:
        yield f"It had been so since {moment(told.since)}. Nothing is to be done."
        return
    for fact in decision.facts[:MOST]:
        yield f"- {printable(fact.said)}"
        if console_url and fact.page:
            yield f"  {console_url}{fact.page}"
    if len(decision.facts) > MOST:
        yield f"- and {len(decision.facts) - MOST} more"
    if decision.others:
        yield f"({decision.others} more as told before)"
    if tone is Tone.REMINDER:
        yield from ("", f"It is so since {moment(told.since)}.")
    yield from ("", f"What to do: {WORDS[told.matter.cause].do}")


def moment(at: datetime) -> str:
    """A moment as notices write it."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
