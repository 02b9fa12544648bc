"""Books that balance, and the status that they deserve."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdrop.core.outcomes import (
    BatchStatus,
    Counts,
    OrderCounts,
    OrderFate,
    RowCounts,
    RowFate,
    conclude,
    tally,
)

alone = st.dictionaries(st.sampled_from(RowFate), st.integers(0, 50))
orders = st.dictionaries(st.sampled_from(OrderFate), st.tuples(st.integers(0, 20), st.integers(0, 60)))


@given(alone, orders)
def test_books_balance_when_every_row_was_told_and_only_then(
    alone: dict[RowFate, int], orders: dict[OrderFate, tuple[int, int]]
) -> None:
    told = sum(alone.values()) + sum(rows for _, rows in orders.values())
    assert tally(told, alone, orders).rows.balanced
    assert not tally(told + 1, alone, orders).rows.balanced


@given(alone, orders)
def test_orders_that_were_built_are_the_sum_of_their_fates(
    alone: dict[RowFate, int], orders: dict[OrderFate, tuple[int, int]]
) -> None:
    counted = tally(0, alone, orders).orders
    parts = [getattr(counted, field.name) for field in fields(counted) if field.name != "built"]
    assert counted.built == sum(parts) == sum(count for count, _ in orders.values())


def test_orders_ready_or_under_way_count_as_unsent() -> None:
    counts = tally(9, {}, {OrderFate.READY: (1, 2), OrderFate.SENDING: (1, 3), OrderFate.UNSENT: (2, 4)})
    assert (counts.orders.unsent, counts.rows.unsent) == (4, 9)


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        pytest.param(RowCounts(read=3, accepted=3), BatchStatus.ACCEPTED, id="all-accepted"),
        pytest.param(
            RowCounts(read=3, accepted=1, unchanged=1, ignored=1), BatchStatus.ACCEPTED, id="nothing-to-do"
        ),
        pytest.param(RowCounts(), BatchStatus.ACCEPTED, id="no-rows"),
        pytest.param(RowCounts(read=2, accepted=1, rejected=1), BatchStatus.REJECTS, id="our-checks"),
        pytest.param(RowCounts(read=2, accepted=1, refused=1), BatchStatus.REJECTS, id="the-destination"),
        pytest.param(RowCounts(read=2, accepted=1, held=1), BatchStatus.REJECTS, id="held-siblings"),
        pytest.param(RowCounts(read=2, pending=1, rejected=1), BatchStatus.PENDING, id="answers-to-come"),
        pytest.param(
            RowCounts(read=2, unsent=1, pending=1), BatchStatus.PENDING, id="pending-goes-on-by-itself"
        ),
        pytest.param(RowCounts(read=4, accepted=3), BatchStatus.UNBALANCED, id="a-row-without-a-fate"),
        pytest.param(RowCounts(read=2, accepted=3), BatchStatus.UNBALANCED, id="a-row-with-two-fates"),
        pytest.param(RowCounts(read=4, unsent=3), BatchStatus.UNBALANCED, id="never-green-whatever-else"),
    ],
)
def test_a_batch_gets_the_status_that_its_books_deserve(rows: RowCounts, status: BatchStatus) -> None:
    assert conclude(Counts(rows=rows, orders=OrderCounts())) is status


@given(st.sampled_from([field.name for field in fields(RowCounts) if field.name != "read"]))
def test_no_fate_is_left_out_of_the_balance(name: str) -> None:
    assert RowCounts(read=1, **{name: 1}).balanced
    assert not replace(RowCounts(read=1), **{name: 2}).balanced


def test_a_batch_goes_on_by_itself_only_where_nobody_must_decide() -> None:
    assert {status for status in BatchStatus if status.resumes} == {
        BatchStatus.RECEIVED,
        BatchStatus.SENDING,
        BatchStatus.PENDING,
    }


def test_a_fate_is_final_once_only_a_person_can_change_it() -> None:
    assert {fate for fate in OrderFate if not fate.final} == {
        OrderFate.READY,
        OrderFate.SENDING,
        OrderFate.PENDING,
    }
