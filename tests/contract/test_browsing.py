"""What every way of looking around promises, asked of each implementation; the one in memory works all out the plain way."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from tests.contract.ledgers import LEDGERS
from tests.unit.ledger.facts import (
    ACCOUNT,
    NOW,
    a_batch,
    a_drop,
    a_refusal,
    accepted,
    an_attempt,
    an_order,
    later,
    lineage,
    prepared,
    refused,
    sent,
)

from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus, OrderFate, RowFate
from orderdrop.core.problems import Cell, Code, Problem, Severity
from orderdrop.ledger.browsing import BY_HAND, CANDIDATES, Browsing, Day, Filter
from orderdrop.ledger.ledger import PURGED, REASONS, Exclusion, Ledger, RejectedOrder
from orderdrop.ledger.memory_browsing import MemoryBrowsing
from orderdrop.ledger.open import open_ledger
from orderdrop.ledger.sql import SqlLedger
from orderdrop.ledger.sql_browsing import SqlBrowsing


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """A ledger and what looks around in it."""

    ledger: Ledger
    pages: Browsing


@pytest.fixture(params=LEDGERS)
def looking(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Looking]:
    opened = open_ledger(LEDGERS[request.param](request, tmp_path))
    pages = SqlBrowsing(opened.database) if isinstance(opened, SqlLedger) else MemoryBrowsing(opened)
    yield Looking(ledger=opened, pages=pages)
    opened.close()


def day(offset: int = 0) -> str:
    return f"{NOW + timedelta(days=offset):%Y-%m-%d}"


def a_problem(column: str | None = "Qty", **facts: object) -> Problem:
    usual = Problem(
        code=Code.NOT_AN_INTEGER,
        message="a whole number is expected",
        cells=(Cell(row=3, column=column),),
        order="FR-1",
    )
    return replace(usual, **facts)  # type: ignore[arg-type]  # a test names fields


def with_parcels(order: StoredOrder, *numbers: str) -> StoredOrder:
    trackers = [{"tracking_number": number} for number in numbers]
    return order._replace(
        payload=orjson.dumps({"merchant_id": order.key, "fulfillments": [{"trackers": trackers}]})
    )


def of_feed(number: int, feed: str | None, **facts: object) -> object:
    return a_batch(f"b-{number}", drop=a_drop(f"d-{number}", feed=feed), **facts)


def keys(found: object) -> list[tuple[str, str]]:
    return [(one.batch.id, one.order.key) for one in found]  # type: ignore[attr-defined]  # orders as a search finds them


def test_batches_come_newest_first_with_their_books(looking: Looking) -> None:
    prepared(looking.ledger, an_order(0), an_order(1), batch=a_batch("b-1"))
    looking.ledger.conclude("b-1", BatchStatus.UNFINISHED, later(5))
    prepared(looking.ledger, an_order(0, "b-2"), batch=a_batch("b-2"))
    found = looking.pages.batches(Filter())
    assert [(line.batch.id, line.counts.orders.built) for line in found] == [("b-2", 1), ("b-1", 2)]
    assert [line.counts for line in found] == [looking.ledger.counts(line.batch.id) for line in found]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        pytest.param(Filter(feeds=("acme",)), ["b-3", "b-1"], id="of a feed"),
        pytest.param(Filter(feeds=()), [], id="of no feed"),
        pytest.param(Filter(statuses=(BatchStatus.ACCEPTED,)), ["b-2"], id="in a status"),
        pytest.param(Filter(name="SPRING"), ["b-3"], id="by a part of the name, whatever its capitals"),
        pytest.param(Filter(name="%"), [], id="by a part of the name, literally"),
        pytest.param(Filter(before="b-3"), ["b-2", "b-1"], id="the next page"),
        pytest.param(Filter(before="b-2", feeds=("acme",)), ["b-1"], id="the next page of a feed"),
        pytest.param(Filter(before="nowhere"), [], id="behind one that is not there"),
    ],
)  # fmt: skip
def test_batches_are_narrowed_down(looking: Looking, wanted: Filter, found: list[str]) -> None:
    looking.ledger.open_batch(of_feed(1, "acme"))  # type: ignore[arg-type]
    looking.ledger.open_batch(of_feed(2, None, status=BatchStatus.ACCEPTED))  # type: ignore[arg-type]
    looking.ledger.open_batch(a_batch("b-3", drop=a_drop("d-3", name="Spring-sale.csv")))
    assert [line.batch.id for line in looking.pages.batches(wanted)] == found


def test_batches_are_counted_by_status_and_feed(looking: Looking) -> None:
    looking.ledger.open_batch(of_feed(1, "acme"))  # type: ignore[arg-type]
    looking.ledger.open_batch(of_feed(2, None))  # type: ignore[arg-type]
    looking.ledger.open_batch(of_feed(3, "acme", status=BatchStatus.HELD))  # type: ignore[arg-type]
    assert dict(looking.pages.by_status()) == {BatchStatus.RECEIVED: 2, BatchStatus.HELD: 1}
    assert dict(looking.pages.by_status(("acme",))) == {BatchStatus.RECEIVED: 1, BatchStatus.HELD: 1}


def test_an_order_is_found_in_its_own_batch_only(looking: Looking) -> None:
    prepared(looking.ledger, an_order(0), an_order(1))
    assert looking.pages.order("b-1", "b-1-o1") == an_order(1)
    assert looking.pages.order("b-2", "b-1-o1") is None
    assert [one.key for one in looking.pages.orders("b-1", after=0)] == ["FR-1"]


@pytest.mark.parametrize("at_rest", [False, True], ids=["at work", "at rest"])
def test_problems_are_told_by_kind_and_column_with_the_first_of_each(looking: Looking, at_rest: bool) -> None:
    prepared(looking.ledger, an_order(0))
    looking.ledger.add_problems(
        "b-1",
        [
            a_problem("SKU"),
            a_problem("Qty", message="the first"),
            a_problem("Qty", message="the second"),
            a_problem(None),
            a_problem(cells=()),
            a_problem("Qty", severity=Severity.WARNING),
            a_problem("NUL\0 in it"),
        ],
    )
    if at_rest:
        looking.ledger.conclude("b-1", BatchStatus.REJECTS, later(5))
    found = looking.pages.causes("b-1")
    assert [(one.count, one.column, one.example) for one in found[:2]] == [
        (2, "Qty", "the first"),
        (2, None, "a whole number is expected"),
    ]
    assert [(one.count, one.severity) for one in found[2:]] == [(1, "error"), (1, "warning"), (1, "error")]
    assert looking.pages.causes("b-2") == []


@pytest.mark.parametrize("at_rest", [False, True], ids=["at work", "at rest"])
def test_each_problem_for_which_a_file_is_refused_is_told_in_its_own_words(
    looking: Looking, at_rest: bool
) -> None:
    prepared(looking.ledger, rows_read=0)
    lacks = Problem(code=Code.HEADING_MISSING, message="no SKU")
    unused = Problem(code=Code.HEADING_UNKNOWN, message="no Zip", severity=Severity.WARNING)
    problems = [lacks, replace(lacks, message="no Qty"), unused, replace(unused, message="no Fax")]
    looking.ledger.add_problems("b-1", problems)
    if at_rest:
        looking.ledger.conclude("b-1", BatchStatus.FAILED, later(5))
    found = [(one.count, one.example) for one in looking.pages.causes("b-1")]
    assert found == [(2, "no Zip"), (1, "no SKU"), (1, "no Qty")]


CHANGES: dict[str, Callable[[Ledger], object]] = {
    "orders become ready": lambda ledger: ledger.set_fates("b-1", [OrderFate.UNSENT], OrderFate.READY),
    "it is taken up": lambda ledger: ledger.take_up("b-1"),
    "an order is put aside": lambda ledger: ledger.put_aside("b-1", ["b-1-o3"], OrderFate.HELD, [a_problem()]),
    "a problem is added": lambda ledger: ledger.add_problems("b-1", [a_problem("Parcel")]),
    "rows are rejected": lambda ledger: ledger.add_row_fates("b-1", RowFate.REJECTED, [40, 41]),
    "orders are added": lambda ledger: ledger.add_orders("b-1", [an_order(9)]),
    "an order leaves": lambda ledger: sent(ledger, an_order(4)),
    "an answer comes": lambda ledger: ledger.record_outcomes([refused(an_attempt(an_order(2)))], ACCOUNT),
    "what is ready is looked at again": lambda ledger: ledger.overtaken("b-1"),
    "open attempts are closed": lambda ledger: ledger.reopen("b-1", later(9)),
    "it is purged": lambda ledger: ledger.purge(["b-1"], later(9)),
    "an order is excluded": lambda ledger: ledger.exclude(
        Exclusion(batch_id="b-1", order_key="FR-3", reason="no", at=later(9))
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("again", [False, True], ids=["then", "and it is concluded again"])
def test_whatever_changes_a_batch_at_rest_its_books_say_what_is(
    looking: Looking, change: Callable[[Ledger], object], again: bool
) -> None:
    ledger = looking.ledger
    same = an_order(4, key="FR-0", digest="digest-0")
    orders = [an_order(0), an_order(1), an_order(2), an_order(3, fate=OrderFate.UNSENT), same]
    prepared(ledger, *orders, batch=a_batch(), rows_read=8)
    ledger.add_row_fates("b-1", RowFate.IGNORED, [20, 21, 22])
    ledger.add_problems("b-1", [a_problem(), a_problem(code=Code.NOT_SENT)])
    ledger.record_outcomes([accepted(sent(ledger, orders[0])), refused(sent(ledger, orders[1]))], ACCOUNT)
    sent(ledger, orders[2])
    ledger.conclude("b-1", BatchStatus.UNFINISHED, later(5))
    change(ledger)
    if again:
        ledger.conclude("b-1", BatchStatus.REJECTS, later(10))
    plainly = MemoryBrowsing(ledger)
    assert looking.pages.figures() == plainly.figures()
    assert looking.pages.causes("b-1") == plainly.causes("b-1")
    assert looking.pages.refusals(NOW) == plainly.refusals(NOW)
    by_fate = {fate: len(ledger.orders("b-1", [fate])) for fate in OrderFate}
    (line,) = looking.pages.batches(Filter())
    assert line.counts == ledger.counts("b-1")
    assert line.counts.orders.built == sum(by_fate.values())
    assert line.counts.orders.accepted == by_fate[OrderFate.ACCEPTED]
    assert line.counts.orders.refused == by_fate[OrderFate.REFUSED]


def test_an_order_has_its_own_problems(looking: Looking) -> None:
    prepared(looking.ledger, an_order(0), an_order(1))
    first, second = a_problem("Qty"), a_problem("SKU")
    looking.ledger.add_problems("b-1", [first, a_problem(order="FR-0"), a_problem(order=None), second])
    assert looking.pages.problems("b-1", "FR-1") == [first, second]
    assert looking.pages.problems("b-1", "FR-1", limit=1) == [first]
    assert looking.pages.problems("b-2", "FR-1") == []


def test_an_order_is_found_by_its_number_and_by_its_beginning(looking: Looking) -> None:
    prepared(looking.ledger, *(an_order(n) for n in range(12)), batch=a_batch("b-1"))
    prepared(looking.ledger, an_order(1, "b-2"), an_order(2, "b-2"), batch=a_batch("b-2"))
    assert keys(looking.pages.find("FR-1").orders) == [
        ("b-2", "FR-1"),
        ("b-1", "FR-1"),
        ("b-1", "FR-11"),
        ("b-1", "FR-10"),
    ]
    assert not looking.pages.find("FR-1").more
    assert keys(looking.pages.versions("FR-1")) == [("b-2", "FR-1"), ("b-1", "FR-1")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("0034-A", ["FR-0"], id="one of its tracking numbers"),
        pytest.param("0034", ["FR-2", "FR-0"], id="how they begin"),
        pytest.param("034", [], id="not what stands within"),
        pytest.param("_034", [], id="literally"),
        pytest.param("é%_1", ["FR-1"], id="with any character"),
        pytest.param("fr-0", [], id="as it is written"),
        pytest.param("", [], id="nothing for nothing"),
    ],
)
def test_an_order_is_found_by_its_tracking_numbers(looking: Looking, text: str, found: list[str]) -> None:
    orders = [
        with_parcels(an_order(0), "0034-A", "0034-B"),
        with_parcels(an_order(1), "é%_12"),
        with_parcels(an_order(2), "0034-C"),
    ]
    prepared(looking.ledger, *orders)
    assert [one.order.key for one in looking.pages.find(text).orders] == found


def test_a_search_shows_own_feeds_only(looking: Looking) -> None:
    for number, feed in enumerate(("acme", "other", None), start=1):
        order = with_parcels(an_order(number, f"b-{number}"), f"T-{number}")
        prepared(looking.ledger, order, batch=of_feed(number, feed))  # type: ignore[arg-type]
    assert keys(looking.pages.find("FR", ("acme",)).orders) == [("b-1", "FR-1")]
    assert keys(looking.pages.find("T-", ("other",)).orders) == [("b-2", "FR-2")]
    assert looking.pages.versions("FR-2", ("acme",)) == []


def test_a_search_says_when_it_does_not_show_all(looking: Looking) -> None:
    prepared(looking.ledger, *(an_order(n) for n in range(6)))
    assert (len(looking.pages.find("FR", limit=5).orders), looking.pages.find("FR", limit=5).more) == (
        5,
        True,
    )
    assert not looking.pages.find("FR", limit=6).more


def test_a_search_for_too_short_a_text_says_that_it_did_not_look_at_all(looking: Looking) -> None:
    many = [an_order(n, lineage=lineage(2)) for n in range(CANDIDATES + 1)]
    prepared(looking.ledger, *many)
    prepared(looking.ledger, an_order(77, "b-2"), batch=of_feed(2, "other"))  # type: ignore[arg-type]
    assert looking.pages.find("FR-", ("other",)).more
    assert keys(looking.pages.find("FR-77", ("other",)).orders) == [("b-2", "FR-77")]


def with_rejected(ledger: Ledger, number: int, *problems: Problem, feed: str | None = "acme") -> None:
    """A batch with one good order, FR-<number>, and rows that our checks turned back."""
    ledger.open_batch(of_feed(number, feed))  # type: ignore[arg-type]
    ledger.add_orders(f"b-{number}", [an_order(number, f"b-{number}")])
    ledger.add_problems(f"b-{number}", problems)
    ledger.add_row_fates(f"b-{number}", RowFate.REJECTED, [30])
    ledger.finish_preparation(f"b-{number}", rows_read=2, verdict="{}", status=BatchStatus.SENDING)


def rejected_keys(found: Iterable[RejectedOrder]) -> list[tuple[str, str]]:
    return [(one.batch.id, one.key) for one in found]


def test_an_order_that_our_checks_rejected_is_found_with_its_batch_and_what_is_wrong(
    looking: Looking,
) -> None:
    wrong = [a_problem(order="X-1"), a_problem("SKU", order="X-1", code=Code.REQUIRED)]
    with_rejected(looking.ledger, 1, *wrong, a_problem(order="X-10"))
    hits = looking.pages.find("X-1")
    batch = looking.ledger.batch("b-1")
    assert hits.orders == []
    assert hits.rejected[0] == RejectedOrder(key="X-1", batch=batch, problems=tuple(wrong), count=2)  # type: ignore[arg-type]
    assert rejected_keys(hits.rejected) == [("b-1", "X-1"), ("b-1", "X-10")]
    assert looking.ledger.rejected_orders("X-1") == [hits.rejected[0]]
    assert looking.ledger.rejected_orders("X-") == []


def test_an_order_with_problems_is_rejected_only_in_batches_that_do_not_have_it(looking: Looking) -> None:
    with_rejected(looking.ledger, 1, a_problem(order="FR-2"))
    with_rejected(looking.ledger, 2, a_problem(order="FR-2"), a_problem(order=None))
    with_rejected(looking.ledger, 3, a_problem(order="FR-2"))
    for found in (looking.pages.find("FR-2").rejected, looking.ledger.rejected_orders("FR-2")):
        assert rejected_keys(found) == [("b-3", "FR-2"), ("b-1", "FR-2")]
    assert keys(looking.pages.find("FR-2").orders) == [("b-2", "FR-2")]
    assert rejected_keys(looking.ledger.rejected_orders("FR-2", limit=1)) == [("b-3", "FR-2")]


def test_each_rejected_order_has_its_own_problems_whatever_else_has_its_number_or_its_batch(
    looking: Looking,
) -> None:
    told: dict[tuple[str, str], tuple[Problem, ...]] = {}
    for number in (1, 2):
        for key, count in (("X-1", number), ("X-2", REASONS)):
            rows = (Cell(row=10 * number + at, column="Qty") for at in range(count))
            told[f"b-{number}", key] = tuple(a_problem(order=key, cells=(cell,)) for cell in rows)
        with_rejected(looking.ledger, number, *told[f"b-{number}", "X-1"], *told[f"b-{number}", "X-2"])
    found = looking.pages.find("X-").rejected
    assert {(one.batch.id, one.key): tuple(one.problems) for one in found} == told
    assert all(one.count == len(one.problems) for one in found)


def test_an_order_that_was_only_warned_of_is_not_rejected(looking: Looking) -> None:
    with_rejected(looking.ledger, 1, a_problem(order="X-1", severity=Severity.WARNING))
    assert looking.pages.find("X-1").rejected == []
    assert looking.ledger.rejected_orders("X-1") == []


def test_no_order_is_rejected_before_its_batch_is_prepared(looking: Looking) -> None:
    looking.ledger.open_batch(a_batch())
    looking.ledger.add_problems("b-1", [a_problem(order="X-1")])
    assert looking.pages.find("X-1").rejected == []
    assert looking.ledger.rejected_orders("X-1") == []


def test_rejected_orders_of_one_batch_come_last_found_first(looking: Looking) -> None:
    with_rejected(looking.ledger, 1, *(a_problem(order=f"X-{key}") for key in ("b", "C", "a")))
    assert rejected_keys(looking.pages.find("X-").rejected) == [
        ("b-1", "X-a"),
        ("b-1", "X-C"),
        ("b-1", "X-b"),
    ]
    few = looking.pages.find("X-", limit=2)
    assert (rejected_keys(few.rejected), few.more) == ([("b-1", "X-a"), ("b-1", "X-C")], True)


def test_of_many_problems_of_a_rejected_order_some_are_told_and_all_are_counted(looking: Looking) -> None:
    many = [a_problem(order="X-1", cells=(Cell(row=row, column="Qty"),)) for row in range(2, 11)]
    with_rejected(looking.ledger, 1, *many)
    (found,) = looking.pages.find("X-1").rejected
    assert (found.problems, found.count) == (tuple(many[:REASONS]), 9)
    assert looking.ledger.rejected_orders("X-1") == [found]


def test_rejected_orders_are_found_in_own_feeds_only(looking: Looking) -> None:
    for number, feed in enumerate(("acme", "other", None), start=1):
        with_rejected(looking.ledger, number, a_problem(order="X-1"), feed=feed)
    assert rejected_keys(looking.pages.find("X-", ("other",)).rejected) == [("b-2", "X-1")]
    assert len(looking.pages.find("X-").rejected) == 3


def test_so_many_problems_that_not_all_are_looked_at_are_said(looking: Looking) -> None:
    with_rejected(looking.ledger, 1, *(a_problem(order="FR-1") for _ in range(CANDIDATES)))
    assert looking.pages.find("FR-").more


def test_a_purge_leaves_a_rejected_order_its_number(looking: Looking) -> None:
    with_rejected(looking.ledger, 1, a_problem(order="X-1", value="two"))
    looking.ledger.conclude("b-1", BatchStatus.REJECTS, later(5))
    looking.ledger.purge(["b-1"], later(9))
    (found,) = looking.pages.find("X-1").rejected
    assert [(one.message, one.value) for one in found.problems] == [(PURGED, None)]


def test_a_search_in_everything_is_left_where_an_order_of_the_number_was_rejected(looking: Looking) -> None:
    with_rejected(looking.ledger, 10, a_problem(order="FR-1"))
    assert looking.ledger.find_orders("FR-1") == []
    assert keys(looking.ledger.find_orders("R-1")) == [("b-10", "FR-10")]


def test_tracking_numbers_go_with_the_personal_data(looking: Looking) -> None:
    prepared(looking.ledger, with_parcels(an_order(0, fate=OrderFate.HELD), "0034-A"))
    looking.ledger.conclude("b-1", BatchStatus.REJECTS, later(5))
    looking.ledger.purge(["b-1"], later(9))
    assert looking.pages.find("0034-A").orders == []
    assert keys(looking.pages.find("FR-0").orders) == [("b-1", "FR-0")]


def test_a_preparation_that_begins_again_forgets_tracking_numbers_too(looking: Looking) -> None:
    looking.ledger.open_batch(a_batch())
    looking.ledger.add_orders("b-1", [with_parcels(an_order(0), "0034-A")])
    looking.ledger.begin_preparation("b-1")
    looking.ledger.add_orders("b-1", [with_parcels(an_order(0), "0034-B")])
    assert looking.pages.find("0034-A").orders == []
    assert keys(looking.pages.find("0034-B").orders) == [("b-1", "FR-0")]


def test_arrivals_are_drops_by_day_not_reruns(looking: Looking) -> None:
    for number, (feed, days) in enumerate(
        (("acme", -1), ("acme", 0), ("acme", 0), (None, 0), ("acme", -9)), 1
    ):
        drop = a_drop(f"d-{number}", feed=feed, arrived_at=NOW + timedelta(days=days))
        looking.ledger.open_batch(a_batch(f"b-{number}", drop=drop))
    looking.ledger.open_batch(a_batch("b-9", drop=a_drop("d-1"), parent_id="b-1"))
    since = NOW - timedelta(days=2)
    assert looking.pages.arrivals(since) == [
        Day(day=day(-1), counts={"acme": 1}),
        Day(day=day(), counts={"acme": 2, BY_HAND: 1}),
    ]
    assert looking.pages.arrivals(since, ("acme",))[1] == Day(day=day(), counts={"acme": 2})
    assert looking.pages.arrivals(since, ()) == []


def test_a_day_is_one_of_utc(looking: Looking) -> None:
    for number, hours in enumerate((-19.6, 4.4)):  # NOW is at 19:30
        drop = a_drop(f"d-{number}", arrived_at=NOW + timedelta(hours=hours))
        looking.ledger.open_batch(a_batch(f"b-{number}", drop=drop))
    assert [one.day for one in looking.pages.arrivals(NOW - timedelta(days=2))] == [day(-1), day()]


def test_refusals_are_errors_by_code_and_day(looking: Looking) -> None:
    for number, (feed, days) in enumerate((("acme", -1), ("acme", 0), ("other", 0), ("acme", -9)), 1):
        looking.ledger.open_batch(of_feed(number, feed, created_at=NOW + timedelta(days=days)))  # type: ignore[arg-type]
        looking.ledger.add_problems(
            f"b-{number}", [a_problem(), a_problem("SKU"), a_refusal(), a_problem(severity=Severity.WARNING)]
        )
    looking.ledger.conclude("b-2", BatchStatus.REJECTS, later(5))
    both = {"not_an_integer": 2, "refused": 1}
    since = NOW - timedelta(days=2)
    assert looking.pages.refusals(since, ("acme",)) == [
        Day(day=day(-1), counts=both),
        Day(day=day(), counts=both),
    ]
    assert looking.pages.refusals(since)[1] == Day(day=day(), counts={"not_an_integer": 4, "refused": 2})


def test_figures_say_what_the_ledger_holds(looking: Looking) -> None:
    ledger = looking.ledger
    first, second = an_order(0), an_order(1, lineage=lineage(3, 4))
    prepared(ledger, first, second, batch=of_feed(1, "acme"), rows_read=4)  # type: ignore[arg-type]
    ledger.add_row_fates("b-1", RowFate.REJECTED, [5])
    ledger.record_outcomes([accepted(sent(ledger, first)), refused(sent(ledger, second))], ACCOUNT)
    ledger.conclude("b-1", BatchStatus.REJECTS, later(30))
    prepared(ledger, an_order(0, "b-2"), batch=of_feed(2, None, account="shop-us", created_at=later(60)))  # type: ignore[arg-type]
    ledger.open_batch(of_feed(3, "acme", created_at=later(70)))  # type: ignore[arg-type]
    figures = looking.pages.figures()
    assert figures == MemoryBrowsing(ledger).figures()
    assert dict(figures.orders) == {
        (ACCOUNT, "accepted"): 1,
        (ACCOUNT, "refused"): 1,
        ("shop-us", "ready"): 1,
    }
    assert figures.rows[ACCOUNT, "refused"] == 2
    assert figures.rows[ACCOUNT, "rejected"] == 1
    assert dict(figures.oldest) == {"shop-us": later(60), ACCOUNT: later(70)}
    assert dict(figures.drops) == {"acme": 2, BY_HAND: 1}
    assert dict(figures.last_successes) == {"acme": later(30)}
    assert dict(looking.pages.last_drops()) == dict(figures.last_drops) == {"acme": NOW}


def test_the_figures_of_an_empty_ledger_are_none(looking: Looking) -> None:
    figures = looking.pages.figures()
    assert (dict(figures.batches), dict(figures.orders), dict(figures.oldest)) == ({}, {}, {})
    assert dict(figures.drops) == {BY_HAND: 0}
