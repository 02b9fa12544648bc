"""Times and names with values, as the command line takes them."""

from datetime import UTC, datetime

import pytest

from orderdrop.cli.times import bounds, more_of
from orderdrop.destinations.readback import Bounds
from orderdrop.errors import UsageError


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        pytest.param({"gte": "2026-11-22"}, Bounds(gte=datetime(2026, 11, 22, tzinfo=UTC)), id="from-a-day"),
        pytest.param(
            {"lte": "2026-11-22"}, Bounds(lte=datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)), id="to-a-day"
        ),
        pytest.param(
            {"gt": "2026-11-22"}, Bounds(gt=datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)), id="after-a-day"
        ),
        pytest.param({"lt": "2026-11-22"}, Bounds(lt=datetime(2026, 11, 22, tzinfo=UTC)), id="before-a-day"),
        pytest.param(
            {"gte": "2026-11-22T19:30"}, Bounds(gte=datetime(2026, 11, 22, 19, 30, tzinfo=UTC)), id="a-time"
        ),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_a_day_is_meant_whole_and_a_time_is_utc(said: dict[str, str], meant: Bounds | None) -> None:
    assert bounds(**said) == meant


def test_a_time_of_another_zone_is_that_moment() -> None:
    found = bounds(gte="2026-11-22T19:30+01:00")
    assert found is not None
    assert found.gte == datetime(2026, 11, 22, 18, 30, tzinfo=UTC)


def test_a_word_that_is_no_time_is_told_with_the_ways_to_write_one() -> None:
    with pytest.raises(UsageError, match=r"'yesterday' is no time\. Write 2026-11-22"):
        bounds(gte="yesterday")


def test_names_with_values_are_split_at_the_first_sign() -> None:
    assert more_of(["account=1617", "client=a=b"]) == {"account": "1617", "client": "a=b"}


@pytest.mark.parametrize("word", ["account", "=1617", "account="])
def test_a_name_or_a_value_alone_is_refused(word: str) -> None:
    with pytest.raises(UsageError, match="KEY=VALUE"):
        more_of([word])
