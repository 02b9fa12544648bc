from structlog.testing import capture_logs

from orderdrop.pickup.inbox import Claim, Entry
from orderdrop.pickup.looking import Looking, tell_taken_away


def entry(name: str, modified_at: float) -> Entry:
    return Entry(name=name, size=1, modified_at=modified_at)


def test_the_pattern_that_is_given_stands_in_for_the_inbox_s_own() -> None:
    looking = Looking("orders_*.csv", 10)
    assert looking.is_drop("orders_1.csv", None)
    assert not looking.is_drop("lines_1.csv", None)
    assert looking.is_drop("lines_1.csv", "lines_*.csv")


def test_a_temp_name_is_no_drop_though_it_matches() -> None:
    assert not Looking("*", 10).is_drop("orders.csv.filepart", None)


def test_what_a_look_passes_over_is_told_up_to_a_bound_and_forgotten_with_the_next_look() -> None:
    looking = Looking("*.csv", 2)
    for name in ("a.done", "b.done", "c.done"):
        looking.is_drop(name, None)
    assert looking.passed_over == ["a.done", "b.done"]
    looking.begin()
    assert looking.passed_over == []


def test_the_oldest_come_first_and_the_rest_with_a_later_look() -> None:
    found = [entry("c.csv", 3), entry("b.csv", 1), entry("a.csv", 1)]
    assert [one.name for one in Looking("*", 2).oldest(found)] == ["a.csv", "b.csv"]


def test_an_odd_file_is_mentioned_once_however_often_it_is_seen() -> None:
    looking = Looking("*", 10, server="sftp://acme@drops.example.com:22")
    with capture_logs() as logs:
        for _ in range(3):
            looking.mention("a\nb.csv", "the name contains a control character")
    assert logs == [
        {
            "event": "A file in the inbox is passed over",
            "log_level": "warning",
            "server": "sftp://acme@drops.example.com:22",
            "file": "'a\\nb.csv'",
            "why": "the name contains a control character",
        }
    ]


def test_ten_thousand_odd_files_do_not_fill_the_log() -> None:
    looking = Looking("*", 10)
    with capture_logs() as logs:
        for number in range(10_000):
            looking.mention(f"{number}\n.csv", "odd")
    assert len(logs) == 1_000


def test_a_claimed_file_that_somebody_took_away_is_told_with_the_place_where_it_lay() -> None:
    with capture_logs() as logs:
        tell_taken_away(Claim(name="orders.csv", place="processing/x__orders.csv"), "archive/2026-11-22")
    assert logs[0]["place"] == "processing/x__orders.csv"
    assert logs[0]["folder"] == "archive/2026-11-22"
