from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdrop.pickup.names import (
    LONGEST_NAME_BYTES,
    claim_place,
    free_name,
    latest_name,
    name_in_claim,
    why_odd,
)

any_name = st.text(min_size=1, max_size=60).filter(lambda name: why_odd(name) is None)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("", "empty", id="empty"),
        pytest.param(".", "folder", id="the folder itself"),
        pytest.param("..", "folder", id="the parent"),
        pytest.param("a/b.csv", "separator", id="path"),
        pytest.param("/etc/passwd", "separator", id="absolute path"),
        pytest.param("..\\b.csv", "separator", id="Windows path"),
        pytest.param("a\0.csv", "control", id="NUL"),
        pytest.param("a\n.csv", "control", id="forged log line"),
        pytest.param("a\x1b[2J.csv", "control", id="terminal code"),
        pytest.param("a\udcff.csv", "UTF-8", id="undecodable byte"),
        pytest.param("ü" * 111, "longer than 220 bytes", id="bytes are counted, not letters"),
    ],
)
def test_an_odd_name_is_refused_with_its_reason(name: str, reason: str) -> None:
    assert reason in str(why_odd(name))


@pytest.mark.parametrize(
    "name", ["orders.csv", "-x.csv", "a b (1).csv", "$(id).csv", "ü" * 110, "...", "\u202egpj.csv"]
)
def test_an_unusual_name_is_no_odd_name(name: str) -> None:
    assert why_odd(name) is None


@given(name=any_name, now=st.floats(0, 4e9), seed=st.integers())
def test_every_claim_gives_its_original_name_back(name: str, now: float, seed: int) -> None:
    place = claim_place(name, now, Random(seed))
    folder, _, file_name = place.partition("/")
    assert (folder, name_in_claim(file_name)) == ("processing", name)
    assert len(file_name.encode()) <= LONGEST_NAME_BYTES + 25


def test_a_claim_is_called_by_moment_and_chance() -> None:
    assert claim_place("orders.csv", 1_795_376_000, Random(1)).endswith("__orders.csv")
    assert claim_place("o", 0, Random(1)) != claim_place("o", 0, Random(2))
    assert claim_place("o", 0, Random(1)).startswith("processing/19700101T000000Z-")


@pytest.mark.parametrize(
    "file_name",
    [
        "orders.csv",
        "20261122T193000Z-5f1c0a__",
        "20261122T193000Z-5f1c0a__..",
        "20261122T193000Z__a.csv",
        "x20261122T193000Z-5f1c0a__a",
    ],
)
def test_what_no_claim_put_there_is_no_claim(file_name: str) -> None:
    assert name_in_claim(file_name) is None


@pytest.mark.parametrize(
    ("taken", "free", "latest"),
    [
        pytest.param([], "orders.csv", None, id="nothing there"),
        pytest.param(["other.csv", "orders.csv.rejects.csv"], "orders.csv", None, id="only others"),
        pytest.param(["orders.csv"], "orders (2).csv", "orders.csv", id="taken once"),
        pytest.param(
            ["orders.csv", "orders (2).csv", "orders (10).csv"],
            "orders (11).csv",
            "orders (10).csv",
            id="counts as numbers",
        ),
        pytest.param(["orders (2).csv"], "orders.csv", None, id="the sender's own number"),
    ],
)
def test_a_taken_name_gets_the_next_number(taken: list[str], free: str, latest: str | None) -> None:
    assert (free_name("orders.csv", taken), latest_name("orders.csv", taken)) == (free, latest)


@given(name=any_name, count=st.integers(1, 5))
def test_free_names_never_collide_and_the_latest_is_known(name: str, count: int) -> None:
    taken: list[str] = []
    for _ in range(count):
        taken.append(free_name(name, taken))
        assert latest_name(name, taken) == taken[-1]
    assert len(set(taken)) == count
