"""Feeds and the steps to their sources, in words."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from rich.text import Text

from orderdrop.core.neutral import printable
from orderdrop.pickup.steps import Result, Step
from orderdrop.pipeline.feeds.polling import FeedLine, Standing

_MARKS = {Result.PASSED: ("ok", "green"), Result.FAILED: ("failed", "red"), Result.NOT_TRIED: ("-", "dim")}
_COLOURS = {
    Standing.PAUSED: "yellow",
    Standing.FAILING: "red",
    Standing.LATE: "red",
    Standing.POLLING: "green",
}


def feed_texts(lines: Iterable[FeedLine]) -> Iterator[Text]:
    """Every feed in a few lines: how it stands, its polls, its last drop, and what a person must know."""
    for line in lines:
        yield Text.assemble(
            (line.plan.name, "bold"), "  ", (line.standing.value, _COLOURS.get(line.standing, "")),
            (f"  {line.plan.mapping} to {line.plan.account}, polled {line.plan.when}", "dim"),
        )  # fmt: skip
        for told in _told(line):
            yield Text(f"  {printable(told)}")


def _told(line: FeedLine) -> Iterator[str]:
    state = line.state
    polls = f"last poll {_moment(state.polled_at)}"
    yield f"{polls}, next {_moment(line.next_poll)}" if line.next_poll else polls
    if line.newest is not None:
        yield f"last drop {_moment(line.last_drop)}; newest batch {line.newest.id} ({line.newest.drop.name}, {line.newest.status.value})"
    if line.plan.paused:
        yield "paused in the settings (`paused: true`)"
    if state.paused_at is not None:
        yield f"paused since {_moment(state.paused_at)} by {state.paused_by}: {state.pause_reason}"
    if line.absent:
        yield f"a file has not come: {line.absent}"
    if state.failed:
        yield f"no poll has worked since {_moment(state.failing_since)}: {state.failed}"
    if line.standing is Standing.LATE:
        yield "its poll is overdue: is `orderdrop serve` at work?"
    yield from map(str, line.overdue)


def step_text(step: Step) -> Text:
    """A step as it ended."""
    mark, colour = _MARKS[step.result]
    took = f"{step.seconds:7.2f} s" if step.result is not Result.NOT_TRIED else f"{'':9}"
    told = step.told if step.result is not Result.NOT_TRIED else "not tried"
    lines = [printable(told), *(printable(more) for more in (step.next_step, step.to_add) if more)]
    return Text.assemble((f"{mark:<7}", colour), f"{step.name:<9}", took, "  ", f"\n{'':27}".join(lines))


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if moment is not None else "never"
