"""Progress as plain lines."""

import io

from orderdrop.cli.progress import progress
from orderdrop.core.progress import Event, Step


def told(*events: Event) -> list[str]:
    stream = io.StringIO()
    with progress(stream) as watcher:
        for event in events:
            watcher(event)
    return stream.getvalue().splitlines()


def test_a_step_is_a_line_with_the_name_of_the_drop() -> None:
    assert told(Event(step=Step.CLAIMED, name="orders.csv")) == ["orders.csv: claimed"]


def test_a_long_step_is_told_at_every_doubling_only() -> None:
    events = [
        Event(step=Step.OUTCOMES_RECORDED, name="a", done=done, total=1_000) for done in range(1, 1_001)
    ]
    assert [int(line.split()[3]) for line in told(*events)] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]


def test_what_is_put_off_says_why() -> None:
    event = Event(step=Step.PUT_OFF, name="a.csv", facts={"why": "The line broke."})
    assert told(event) == ["a.csv: put off to the next poll (The line broke.)"]


def test_what_is_waited_for_is_named_with_how_long_it_may_take() -> None:
    assert told(
        Event(step=Step.WAITING, name="feed acme"), Event(step=Step.WAITING, batch="b-2", name="batch b-1")
    ) == [
        "feed acme: another orderdrop works on it; waiting for half a minute at most",
        "batch b-1: it came first and has some of the same orders; waiting until it is done",
    ]


def test_a_name_cannot_forge_a_line_or_move_the_cursor() -> None:
    assert told(Event(step=Step.CLAIMED, name="a\nb\x1b[2J")) == ["a\\nb\\x1b[2J: claimed"]


def test_steps_that_say_nothing_to_a_person_are_left_out() -> None:
    assert told(Event(step=Step.ANSWERED, name="a.csv"), Event(step=Step.CLAIMED)) == []


def test_when_quiet_nothing_is_written() -> None:
    stream = io.StringIO()
    with progress(stream, quiet=True) as watcher:
        watcher(Event(step=Step.CLAIMED, name="a"))
    assert stream.getvalue() == ""
