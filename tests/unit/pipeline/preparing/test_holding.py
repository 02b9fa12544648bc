"""When a batch waits for a person."""

import pytest
from tests.unit.ledger.facts import a_batch, a_drop, prepared

from orderdrop.ledger.memory import MemoryLedger
from orderdrop.mapping.model import Hold
from orderdrop.pipeline.preparing.holding import why_held

USUAL = (100, 110, 90, 100, 105)


def history(*rows: int) -> MemoryLedger:
    """A feed whose drops had so many rows; the batch b-99 is the newest."""
    ledger = MemoryLedger()
    for number, count in enumerate(rows):
        prepared(ledger, batch=a_batch(f"b-{number}"), rows_read=count)
    ledger.open_batch(a_batch("b-99"))
    return ledger


@pytest.mark.parametrize(
    ("earlier", "read", "held"),
    [
        pytest.param(USUAL, 100, False, id="as-usual"),
        pytest.param(USUAL, 150, False, id="just-as-far-as-allowed"),
        pytest.param(USUAL, 151, True, id="far-too-many"),
        pytest.param(USUAL, 49, True, id="far-too-few"),
        pytest.param(USUAL[:4], 1000, False, id="four-drops-make-nothing-usual"),
        pytest.param((*USUAL, *[100] * 20, 5), 100, False, id="one-odd-drop-does-not-move-the-median"),
    ],
)
def test_a_drop_far_from_its_feeds_usual_size_is_held(
    earlier: tuple[int, ...], read: int, held: bool
) -> None:
    why = why_held(Hold(volume_off="50%"), a_batch("b-99"), history(*earlier), 0, read)
    assert (why is not None) == held


def test_the_message_tells_both_numbers() -> None:
    why = why_held(Hold(volume_off="50%"), a_batch("b-99"), history(*USUAL), 0, 1234) or ""
    assert "has 1,234 rows" in why
    assert "usually have 100" in why


def test_both_reasons_are_told_at_once() -> None:
    hold = Hold(volume_off="50%", bad_rows_over="20%")
    why = why_held(hold, a_batch("b-99"), history(*USUAL), 500, 1000) or ""
    assert "500 of 1000 rows are bad" in why
    assert "usually have 100" in why


@pytest.mark.parametrize(
    "batch",
    [
        pytest.param(a_batch("b-99", scope="{}", parent_id="b-1"), id="a-rerun-was-asked-for"),
        pytest.param(a_batch("b-99", parent_id="b-1"), id="a-correction-is-small"),
        pytest.param(a_batch("b-99", drop=a_drop(feed=None)), id="a-file-by-hand-has-no-usual-size"),
    ],
)
def test_only_the_drops_of_a_feed_have_a_usual_size(batch: object) -> None:
    assert why_held(Hold(volume_off="50%"), batch, history(*USUAL), 0, 1) is None  # type: ignore[arg-type]  # a table of batches


@pytest.mark.parametrize("content", [{}, {"volume_off": "50"}, {"volume_off": "half"}])
def test_a_hold_that_says_nothing_or_no_share_is_refused(content: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="write"):
        Hold.model_validate(content)
