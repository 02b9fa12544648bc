"""Faults of the API that last: what waits for them, who finds out that they are over, and how often anybody is told."""

import io
import json
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.acceptance.site import Site, until
from tests.faults.place import Place
from tests.integration.judge import Judge, judging
from tests.integration.toxic import ToxicProxy

from orderdrop import logs
from orderdrop.core.progress import Step
from orderdrop.delivery.circuit import (
    FIRST_REST_SECONDS,
    LEAST_PART_OF_A_REST,
    MAX_REST_SECONDS,
    OUTAGE_AFTER,
)
from orderdrop.delivery.known import LOOK_SECONDS
from orderdrop.delivery.pace import BLOCK_SECONDS

MINUTE = timedelta(minutes=1)
MOMENT = timedelta(seconds=LOOK_SECONDS)
ALWAYS = 1_000_000
EACH = 60  # orders of a drop: at 40 a second neither process is through when it learns of a silence
OBEYED_WITHIN = LOOK_SECONDS + BLOCK_SECONDS + 0.25  # by the other process, requests under way included


@pytest.fixture
def own_judge() -> Iterator[Judge]:
    with judging() as judge:
        yield judge


@pytest.fixture
def down(own_judge: Judge, tmp_path: Path) -> Place:
    """A place whose API is in maintenance."""
    own_judge.plan("503", next=ALWAYS)
    return Place(folder=tmp_path, judge=own_judge, prefix="O", account={"rate": 50})


def alarms(place: Place) -> list[str]:
    return [event.step.value for event in place.told if event.name == "local"]


@pytest.mark.parametrize("restarts", [False, True], ids=["one-process", "started-again-and-again"])
def test_A30_H19_a_maintenance_of_eight_hours_ends_by_itself_with_one_alarm_and_one_all_clear(
    down: Place, restarts: bool
) -> None:
    down.feed["reply"] = True
    down.drop("orders.csv", *range(12))
    parts = down.parts()
    (before,) = down.poll(parts)
    assert (before["status"], before["orders"]["unsent"]) == ("unfinished", 12)
    knocks = down.judge.last_call()
    assert OUTAGE_AFTER <= knocks <= OUTAGE_AFTER + 4
    for minute in range(8 * 60):
        down.passed += MINUTE
        if restarts and minute % 7 == 0:
            parts.close()
            parts = down.parts()
        down.go_on(parts)
    asked = down.judge.last_call() - knocks
    hours = 8 * 3600 / (LEAST_PART_OF_A_REST * MAX_REST_SECONDS)
    assert 8 * 3600 / MAX_REST_SECONDS <= asked <= hours + 6, "one request at a time, less and less often"
    assert alarms(down) == ["account_stopped"]

    down.judge.heal()
    came = down.judge.last_call()
    while not (sent := down.go_on(parts)):
        down.passed += MINUTE
    parts.close()
    assert [(one["batch"], one["status"]) for one in sent] == [(before["batch"], "accepted")]
    assert sent[0]["problems"] == []
    assert down.judge.posts(after=came) == {f"O-{number}": 1 for number in range(12)}
    assert alarms(down) == ["account_stopped", "account_works"]
    (told,) = down.inbox.rglob("*.receipt.json")
    assert json.loads(told.read_text())["status"] == "accepted", "the sender has the new receipt"


def test_A30_files_that_come_during_an_outage_wait_and_go_in_their_order(down: Place) -> None:
    parts = down.parts()
    for hour in range(3):
        down.drop(f"{hour}.csv", *range(hour * 8, hour * 8 + 8), down.row(99, email=f"v{hour}@example.com"))
        down.poll(parts)
        down.passed += 20 * MINUTE
    down.judge.heal()
    down.passed += 20 * MINUTE
    finished = down.go_on(parts)
    parts.close()
    assert [one["drop"]["name"] for one in finished] == ["0.csv", "1.csv", "2.csv"]
    assert [one["problems"] for one in finished] == [[], [], []]
    held = down.judge.held("O-")
    assert len(held) == 25
    assert held["O-99"]["email"] == "v2@example.com", "the newest version of the order is what stays"


def test_A30_an_order_that_only_the_newest_file_may_change_is_not_undone_by_one_that_waited(
    down: Place,
) -> None:
    parts = down.parts()
    down.drop("old.csv", *range(10), down.row(99, email="old@example.com"))
    down.poll(parts)
    down.judge.heal()
    down.passed += 20 * MINUTE
    down.drop("new.csv", down.row(99, email="new@example.com"))
    (new,) = down.poll(parts)  # is what finds out that the account works again
    (old,) = down.go_on(parts)
    parts.close()
    assert new["status"] == "accepted"
    assert (old["orders"]["accepted"], old["orders"]["held"]) == (10, 1)
    assert [problem["code"] for problem in old["problems"]] == ["stale"]
    assert down.judge.held("O-")["O-99"]["email"] == "new@example.com"


def test_A11_an_outage_that_one_process_meets_stops_the_other_without_a_request(down: Place) -> None:
    one, other = down.parts(), down.parts()
    down.drop("first.csv", *range(10))
    down.poll(one)
    knocks = down.judge.last_call()
    down.drop("second.csv", *range(10, 20))
    down.passed += MOMENT
    (second,) = down.poll(other)
    started_later = down.parts()
    down.drop("third.csv", *range(20, 30))
    (third,) = down.poll(started_later)
    assert down.judge.last_call() == knocks, "nobody knocked again"
    assert [(one["status"], one["orders"]["unsent"]) for one in (second, third)] == [("unfinished", 10)] * 2
    assert "does not work for account local" in second["problems"][0]["message"]
    down.judge.heal()
    down.passed += timedelta(seconds=FIRST_REST_SECONDS)
    assert len(down.go_on(other)) == 3
    for parts in (one, other, started_later):
        parts.close()
    assert down.posts().keys() == set(range(30))
    assert len(down.judge.held("O-")) == 30
    assert alarms(down) == ["account_stopped", "account_works"]


def test_A11_an_order_that_always_breaks_the_api_does_not_keep_the_account_stopped(
    down: Place,
) -> None:
    parts = down.parts()
    down.drop("orders.csv", *range(12))
    down.poll(parts)
    down.judge.heal()
    down.judge.plan("500", next=ALWAYS, match='"O-0"')
    for _ in range(3):
        down.passed += timedelta(seconds=MAX_REST_SECONDS)
        down.go_on(parts)
    parts.close()
    assert set(down.judge.held("O-")) == {f"O-{number}" for number in range(1, 12)}
    assert alarms(down) == ["account_stopped", "account_works"]


@pytest.mark.parametrize("kind", ["401", "402", "403"])
def test_A3_A4_what_a_person_must_mend_is_asked_for_every_few_minutes_and_at_once_by_a_new_process(
    kind: str, own_judge: Judge, tmp_path: Path
) -> None:
    place = Place(folder=tmp_path, judge=own_judge, prefix="O", account={"rate": 50})
    own_judge.plan(kind, next=ALWAYS)
    place.drop("orders.csv", *range(10))
    parts = place.parts()
    place.poll(parts)
    knocks = own_judge.last_call()
    for _ in range(60):
        place.passed += MINUTE
        place.go_on(parts)
    assert 4 <= own_judge.last_call() - knocks <= 8
    parts.close()
    own_judge.heal()
    parts = place.parts()
    (sent,) = place.go_on(parts)
    parts.close()
    assert (sent["status"], sent["orders"]["accepted"]) == ("accepted", 10)
    assert alarms(place) == ["account_stopped", "account_works"]


def test_A30_looks_in_vain_leave_the_reports_alone_until_there_is_something_else_to_say(down: Place) -> None:
    down.feed["reply"] = True
    down.drop("orders.csv", *range(10))
    parts = down.parts()
    (first,) = down.poll(parts)
    down.told.clear()
    down.passed += 20 * MINUTE
    (again,) = down.go_on(parts)
    assert again == first
    assert Step.REPORTED not in {event.step for event in down.told}

    down.judge.heal()
    down.judge.plan("402", next=ALWAYS)
    down.passed += 20 * MINUTE
    (other,) = down.go_on(parts)
    parts.close()
    (told,) = down.inbox.rglob("*.receipt.json")
    assert json.loads(told.read_text()) == other
    assert "has not paid" in other["problems"][0]["message"]


@pytest.mark.parametrize(
    "step",
    [Step.ATTEMPTS_RECORDED, Step.ANSWERED, Step.OUTCOMES_RECORDED, Step.SENT, Step.REPORTED],
)
def test_P1_a_process_that_dies_while_it_sends_what_waited_leaves_nothing_behind(
    step: Step, down: Place
) -> None:
    class Death(BaseException):
        pass

    def die() -> None:
        raise Death

    down.feed["reply"] = True
    down.drop("orders.csv", *range(10))
    down.poll()
    down.judge.heal()
    down.passed += timedelta(seconds=FIRST_REST_SECONDS)
    parts = down.parts()
    down.at(step, die)
    with pytest.raises(Death):
        down.go_on(parts)
    parts.close()
    down.passed += 10 * MINUTE
    parts = down.parts()
    down.poll(parts)
    down.go_on(parts)
    parts.close()
    assert set(down.judge.held("O-")) == {f"O-{number}" for number in range(10)}
    assert parts_left(down) == []
    (told,) = down.inbox.rglob("*.receipt.json")
    assert json.loads(told.read_text())["status"] == "accepted", "the sender has the new receipt all the same"


def parts_left(place: Place) -> list[Any]:
    parts = place.parts()
    try:
        return [*parts.ledger.unfinished(), *parts.ledger.waiting()]
    finally:
        parts.close()


def test_H19_the_log_has_one_line_for_the_stop_and_one_for_the_end(down: Place) -> None:
    stream = io.StringIO()
    logs.configure(json_lines=True, stream=stream)
    try:
        parts = down.parts()
        down.drop("orders.csv", *range(10))
        down.poll(parts)
        down.passed += 20 * MINUTE
        down.go_on(parts)
        down.judge.heal()
        down.passed += 20 * MINUTE
        down.go_on(parts)
        parts.close()
        for event in down.told:
            logs.log_step(event)
    finally:
        logs.configure(json_lines=False)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    (stop,) = [line for line in lines if line["event"] == "account_stopped"]
    assert (stop["level"], stop["account"], stop["why"]) == ("error", "local", "outage")
    assert [line["level"] for line in lines if line["event"] == "account_works"] == ["info"]


def drops_of(site: Site, count: int, orders: int) -> list[list[str]]:
    """Commands that each import a file of their own into the one account."""
    commands = []
    for number in range(count):
        name = f"{number}.csv"
        site.file(name, site.rows(range(number * orders, (number + 1) * orders)))
        commands.append(["import", name, "--mapping", "small", "--account", "local"])
    return commands


@contextmanager
def all_at_once(site: Site, commands: list[list[str]]) -> Iterator[None]:
    """Run commands side by side, each in a process of its own, to their good end."""
    with ExitStack() as stack:
        started = [stack.enter_context(site.start(*command)) for command in commands]
        yield
        for process in started:
            _, said = process.communicate(timeout=60)
            assert process.returncode == 0, said


@pytest.mark.parametrize("retry_after", ["3", "date"])
def test_A10_a_silence_that_one_process_was_asked_for_the_other_keeps_too(
    retry_after: str, own_judge: Judge, tmp_path: Path
) -> None:
    site = Site(folder=tmp_path, prefix="T", judge=own_judge)
    port, both_send = urlsplit(own_judge.base_url).port or 0, Event()
    with ToxicProxy(upstream=port, meanwhile=both_send.wait) as held:
        site.set_up(base_url=own_judge.base_url.replace(str(port), str(held.port)), rate="40", timeout="60s")
        commands = drops_of(site, 2, EACH)
        site.run("batches", "list")  # the ledger is there
        with all_at_once(site, commands):
            until(lambda: {int(key[2:]) // EACH for key in own_judge.posts()} == {0, 1})
            when = datetime.now(UTC) + timedelta(seconds=3.9)
            asked = format_datetime(when, usegmt=True) if retry_after == "date" else retry_after
            own_judge.plan("429", retry_after=asked)
            both_send.set()  # only now they get answers
    calls = [call for call in own_judge.calls() if call["method"] == "POST"]
    (refused_at,) = [call["at"] for call in calls if call["status"] == 429]
    obeyed_from = refused_at + OBEYED_WITHIN
    assert [call["orders"] for call in calls if obeyed_from < call["at"] < refused_at + 2.5] == []
    after = {int(call["orders"][0][2:]) // EACH for call in calls if call["at"] > refused_at + 2.5}
    assert after == {0, 1}, "both went on"
    assert len(own_judge.held("T")) == 2 * EACH


def test_A33_three_processes_of_one_account_together_keep_to_its_limit(
    own_judge: Judge, tmp_path: Path
) -> None:
    site = Site(folder=tmp_path, prefix="R", judge=own_judge)
    site.set_up(rate="20", concurrency=1)  # what arrives late is one request of each process
    commands = drops_of(site, 3, 25)
    site.run("batches", "list")
    with all_at_once(site, commands):
        pass
    at = sorted(call["at"] for call in own_judge.calls() if call["method"] == "POST")
    assert len(at) == 75
    late = 20 * BLOCK_SECONDS + 3  # places that were taken and used a moment later, by each process
    for first, begin in enumerate(at):
        together = sum(moment < begin + 1.0 for moment in at[first:])
        assert together <= 20 + late
    assert at[-1] - at[0] >= (75 - late) / 20, "three times as fast, had each its own"


def test_A33_the_published_limit_is_enough_for_two_feeds_in_two_processes(tmp_path: Path) -> None:
    with judging(rate=10.0, burst=6) as judge:
        site = Site(folder=tmp_path, prefix="L", judge=judge)
        site.set_up(rate="10", concurrency=1)  # as above
        commands = drops_of(site, 2, 25)
        site.run("batches", "list")
        with all_at_once(site, commands):
            pass
        assert Counter(call["status"] for call in judge.calls() if call["method"] == "POST") == {201: 50}


def test_A3_serve_sends_what_waited_once_it_is_started_with_the_right_key(tmp_path: Path) -> None:
    with judging(key="right") as judge:
        site = Site(folder=tmp_path, prefix="S", judge=judge)
        site.set_up()
        site.drop("orders.csv", site.rows(range(6)))
        with site.start("serve") as process:
            until(lambda: site.found("*.receipt.json"))
            until(lambda: "1 batch waits for it with 6 orders" in site.run("health").out)
            process.send_signal(signal.SIGTERM)
            _, before = process.communicate(timeout=10)
        knocks = judge.last_call()
        settings = site.folder / "orderdrop.yaml"
        settings.write_text(settings.read_text().replace("key: any", "key: right"))
        with site.start("serve") as process:
            until(lambda: len(judge.held("S")) == 6)
            until(lambda: site.run("health").out == "serving\n")
            process.send_signal(signal.SIGTERM)
            _, after = process.communicate(timeout=10)
        assert judge.posts(after=knocks) == {site.key(number): 1 for number in range(6)}
    assert events(before)["account_stopped"] == 1
    assert (events(after)["account_works"], events(after)["resumed"]) == (1, 1)
    (receipt,) = site.inbox.rglob("*.receipt.json")
    assert json.loads(receipt.read_text())["status"] == "accepted"


def events(log: str) -> Counter[str]:
    return Counter(json.loads(line)["event"] for line in log.splitlines())
