from dataclasses import dataclass, field

import pytest

from orderdrop.pickup.inbox import Entry
from orderdrop.pickup.settling import Settle, is_temp_name, pick, settled

NOW = 1_000_000.0
OLD = NOW - 3_600


def entry(name: str = "orders.csv", size: int = 10, modified_at: float = OLD) -> Entry:
    return Entry(name=name, size=size, modified_at=modified_at)


@dataclass
class Looks:
    """An inbox whose looks are written down beforehand; the last one repeats."""

    looks: list[list[Entry]]
    done: set[str] = field(default_factory=set)
    taken: int = 0
    slept: list[float] = field(default_factory=list)

    def look(self) -> list[Entry]:
        self.taken += 1
        return self.looks[min(self.taken, len(self.looks)) - 1]

    def exists(self, name: str) -> bool:
        return name in self.done

    def pick(self, settle: Settle) -> list[Entry]:
        return pick(self, settle, self.slept.append, lambda: NOW + sum(self.slept))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("orders.csv.filepart", id="WinSCP"),
        pytest.param("orders.csv.part", id="lftp and our own replies"),
        pytest.param("orders.csv.PART", id="in capitals"),
        pytest.param("orders.tmp", id="many clients"),
        pytest.param("orders.csv.partial", id="rsync and rclone"),
        pytest.param("orders.csv.crdownload", id="browser"),
        pytest.param(".orders.csv.x7Yz", id="rsync's dotfile"),
        pytest.param(".DS_Store", id="macOS"),
        pytest.param("~$orders.xlsx", id="Excel's lock"),
        pytest.param("Thumbs.db", id="Windows thumbnails"),
        pytest.param("desktop.ini", id="Windows folder"),
    ],
)
def test_temp_names_are_known(name: str) -> None:
    assert is_temp_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "orders.csv",
        "parts.csv",
        "tmp.csv",
        "orders.part.csv",
        "orders.csv.rejects.csv",
        "orders.receipt.json",
    ],
)
def test_other_names_are_not_taken_for_temp_names(name: str) -> None:
    assert not is_temp_name(name)


@pytest.mark.parametrize(
    ("second", "is_settled"),
    [
        pytest.param(entry(), True, id="still and old"),
        pytest.param(entry(size=11), False, id="grew"),
        pytest.param(entry(modified_at=OLD + 1), False, id="touched"),
        pytest.param(entry(name="renamed.csv"), False, id="renamed: seen only once"),
    ],
)
def test_two_looks_must_agree(second: Entry, is_settled: bool) -> None:
    assert settled([entry()], [second], Settle(), NOW) == ([second] if is_settled else [])


@pytest.mark.parametrize(
    ("age_seconds", "is_settled"),
    [
        pytest.param(59.9, False, id="too young"),
        pytest.param(60, True, id="just old enough"),
        pytest.param(200_000_000, True, id="a client set the time back to 2020"),
        pytest.param(-1, True, id="the server's clock is a second ahead"),
        pytest.param(-3_600, True, id="an hour ahead"),
    ],
)
def test_age_counts_but_a_time_in_the_future_blocks_nobody(age_seconds: float, is_settled: bool) -> None:
    seen = [entry(modified_at=NOW - age_seconds)]
    assert settled(seen, seen, Settle(), NOW) == (seen if is_settled else [])


def test_the_oldest_file_comes_first_and_names_break_ties() -> None:
    seen = [entry("b", modified_at=OLD), entry("a", modified_at=OLD), entry("c", modified_at=OLD - 1)]
    assert [found.name for found in settled(seen, seen, Settle(), NOW)] == ["c", "a", "b"]


def test_a_pick_pauses_once_for_two_looks() -> None:
    looks = Looks([[entry()]])
    assert looks.pick(Settle(pause_seconds=2)) == [entry()]
    assert (looks.taken, looks.slept) == (2, [2])


def test_an_empty_inbox_costs_one_look_and_no_pause() -> None:
    looks = Looks([[]])
    assert looks.pick(Settle()) == []
    assert (looks.taken, looks.slept) == (1, [])


def test_files_that_are_too_young_cost_no_pause() -> None:
    looks = Looks([[entry(modified_at=NOW - 1)]])
    assert looks.pick(Settle()) == []
    assert (looks.taken, looks.slept) == (1, [])


def test_one_look_with_no_age_takes_what_is_there() -> None:
    looks = Looks([[entry(modified_at=NOW)]])
    assert looks.pick(Settle(looks=1, min_age_seconds=0)) == [entry(modified_at=NOW)]
    assert looks.slept == []


def test_a_writer_that_moves_on_the_third_look_is_noticed() -> None:
    looks = Looks([[entry(), entry("b")], [entry(), entry("b")], [entry(size=11), entry("b")]])
    assert looks.pick(Settle(looks=3)) == [entry("b")]


def test_looking_ends_early_when_nothing_can_settle_any_more() -> None:
    looks = Looks([[entry()], [entry(size=11)]])
    assert looks.pick(Settle(looks=9)) == []
    assert looks.taken == 2


def test_a_file_that_appears_between_the_looks_waits_for_the_next_pick() -> None:
    looks = Looks([[entry()], [entry(), entry("late.csv")]])
    assert looks.pick(Settle()) == [entry()]


@pytest.mark.parametrize(
    ("pattern", "done"),
    [
        pytest.param("{name}.done", "orders.csv.done", id="whole name"),
        pytest.param("{stem}.ok", "orders.ok", id="other ending"),
        pytest.param("done_{name}", "done_orders.csv", id="in front"),
    ],
)
def test_with_a_done_file_only_finished_files_are_taken_and_at_once(pattern: str, done: str) -> None:
    young = entry(modified_at=NOW)
    looks = Looks([[entry("b.csv"), young, entry(done)]], done={done})
    assert looks.pick(Settle(done_file=pattern)) == [young]
    assert (looks.taken, looks.slept) == (1, [])
    assert Settle(done_file=pattern).done_name("orders.csv") == done


def test_without_a_done_file_there_is_no_done_name() -> None:
    assert Settle().done_name("orders.csv") is None


def test_a_done_file_alone_gives_nothing() -> None:
    assert (
        Looks([[entry("orders.csv.done")]], done={"orders.csv.done"}).pick(Settle(done_file="{name}.done"))
        == []
    )


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"looks": 0}, id="no look"),
        pytest.param({"min_age_seconds": -1}, id="negative age"),
        pytest.param({"pause_seconds": -1}, id="negative pause"),
        pytest.param({"done_file": "all.done"}, id="one done-file for every file"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(wrong: dict[str, int | str]) -> None:
    with pytest.raises(ValueError, match=r"looks|done_file"):
        Settle(**wrong)  # type: ignore[arg-type]  # wrong on purpose
