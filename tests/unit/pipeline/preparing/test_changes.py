"""A feed whose files are written otherwise overnight."""

from dataclasses import replace

import pytest
from tests.unit.ledger.facts import a_batch, a_drop

from orderdrop.core.outcomes import BatchStatus
from orderdrop.frames import Verdict
from orderdrop.ledger.memory import MemoryLedger
from orderdrop.pipeline.preparing.changes import changed_since
from orderdrop.pipeline.preparing.opening import Reading

USUAL = Verdict(format="csv", encoding="utf-8", delimiter=";", quote='"', last_line_end=True)


def history(*verdicts: Verdict) -> MemoryLedger:
    ledger = MemoryLedger()
    for number, verdict in enumerate(verdicts):
        ledger.open_batch(a_batch(f"b-{number}"))
        ledger.finish_preparation(
            f"b-{number}", rows_read=1, verdict=Reading(table=verdict).to_json(), status=BatchStatus.SENDING
        )
    ledger.open_batch(a_batch("b-99"))
    return ledger


@pytest.mark.parametrize(
    ("now", "told"),
    [
        pytest.param({"delimiter": "\t"}, "the delimiter was semicolon and is tab", id="delimiter"),
        pytest.param({"encoding": "cp1252"}, "the encoding was UTF-8 and is cp1252", id="encoding"),
        pytest.param({"quote": None}, 'the quote was " and is none', id="quote"),
        pytest.param({"escape": "\\"}, "the escape was none and is \\", id="escape"),
        pytest.param({"header_row": 4}, "the row of the headings was 1 and is 4", id="titles"),
        pytest.param({"header_rows": 2}, "the number of heading rows was 1 and is 2", id="heading-rows"),
        pytest.param({"last_line_end": False}, "had a line end and has none, so it may be cut", id="cut"),
        pytest.param({"format": "xlsx", "delimiter": None}, "the format was csv and is xlsx", id="format"),
    ],
)
def test_what_is_otherwise_is_told_and_stops_nothing(now: dict[str, object], told: str) -> None:
    verdict = replace(USUAL, **now)  # type: ignore[arg-type]  # a table of fields
    (problem,) = changed_since(a_batch("b-99"), Reading(table=verdict), history(USUAL))
    assert told in problem.message
    assert not problem.blocks


def test_the_newest_drop_that_was_read_is_what_counts() -> None:
    comma = replace(USUAL, delimiter=",")
    ledger = history(comma, USUAL)
    assert changed_since(a_batch("b-99"), Reading(table=USUAL), ledger) == []
    (problem,) = changed_since(a_batch("b-99"), Reading(table=comma), ledger)
    assert "b-1" in problem.message


@pytest.mark.parametrize(
    "batch",
    [
        pytest.param(a_batch("b-99", scope="{}", parent_id="b-0"), id="a-rerun"),
        pytest.param(a_batch("b-99", parent_id="b-0"), id="a-correction"),
        pytest.param(a_batch("b-99", drop=a_drop(feed=None)), id="a-file-by-hand"),
        pytest.param(a_batch("b-99", mapping="another"), id="another-mapping"),
    ],
)
def test_only_the_drops_of_a_feed_under_one_mapping_are_compared(batch: object) -> None:
    now = Reading(table=replace(USUAL, delimiter=","))
    assert changed_since(batch, now, history(USUAL)) == []  # type: ignore[arg-type]  # a table of batches


def test_the_first_drop_of_a_feed_is_as_it_is() -> None:
    assert changed_since(a_batch("b-99"), Reading(table=USUAL), history()) == []
