"""What every ledger promises, asked of each implementation."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta, timezone
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
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
    failed,
    later,
    lineage,
    prepared,
    refused,
    sent,
)

from orderdrop.core.lineage import Lineage
from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import BatchStatus, Counts, OrderFate, RowFate
from orderdrop.core.problems import Cell, Code, Owner, Problem, RaisedBy, Severity
from orderdrop.errors import Busy, LedgerUnavailable
from orderdrop.ledger.accounts import AccountState
from orderdrop.ledger.feeds import FeedState
from orderdrop.ledger.ledger import (
    NO_MAPPING,
    Attempt,
    AttemptOutcome,
    Exclusion,
    Ledger,
    MappingVersion,
    Outcome,
)
from orderdrop.ledger.open import open_ledger


def test_a_lease_has_one_holder_until_it_runs_out(ledger: Ledger) -> None:
    assert ledger.lease("feed:acme", "one", NOW, 30)
    assert not ledger.lease("feed:acme", "two", later(29.9), 30)
    assert ledger.lease_holder("feed:acme", later(29.9)) == "one"
    assert ledger.lease_holder("feed:acme", later(30)) is None
    assert ledger.lease("feed:acme", "two", later(30), 30)
    assert ledger.lease_holder("feed:acme", later(31)) == "two"


def test_a_ledger_of_honest_facts_finds_nothing_wrong_with_itself(ledger: Ledger) -> None:
    ledger.open_batch(a_batch())
    assert ledger.damage() == []


def test_a_holder_renews_its_lease(ledger: Ledger) -> None:
    assert ledger.lease("feed:acme", "one", NOW, 30)
    assert ledger.lease("feed:acme", "one", later(20), 30)
    assert ledger.lease_holder("feed:acme", later(49)) == "one"


def test_a_lease_that_was_given_back_is_free(ledger: Ledger) -> None:
    ledger.lease("feed:acme", "one", NOW, 30)
    ledger.release("feed:acme", "one")
    assert ledger.lease_holder("feed:acme", NOW) is None
    assert ledger.lease("feed:acme", "two", NOW, 30)


def test_nobody_gives_back_the_lease_of_another(ledger: Ledger) -> None:
    ledger.lease("feed:acme", "one", NOW, 30)
    ledger.release("feed:acme", "two")
    ledger.release("feed:other", "two")
    assert ledger.lease_holder("feed:acme", NOW) == "one"


def test_leases_of_different_names_do_not_meet(ledger: Ledger) -> None:
    assert ledger.lease("feed:acme", "one", NOW, 30)
    assert ledger.lease("feed:zenith", "two", NOW, 30)


def test_of_many_threads_that_want_a_lease_one_gets_it(ledger: Ledger) -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda n: ledger.lease("batch:b-1", f"worker-{n}", NOW, 30), range(24)))
    assert taken.count(True) == 1


def test_a_mapping_is_kept_as_it_was_pinned_first(ledger: Ledger) -> None:
    ledger.pin_mapping("d1", "acme", "mapping: acme # ü", NOW)
    ledger.pin_mapping("d1", "acme", "something else", later(1))
    assert ledger.mapping_text("d1") == "mapping: acme # ü"
    assert ledger.mapping_text("d2") is None


def test_the_versions_of_a_mapping_come_with_the_batches_that_ran_under_them(ledger: Ledger) -> None:
    ledger.pin_mapping("d1", "acme", "one", NOW)
    ledger.pin_mapping("d2", "acme", "two", later(5))
    ledger.pin_mapping("d3", "other", "three", NOW)
    ledger.open_batch(a_batch(id="b-1", mapping_digest="d1", created_at=later(1)))
    ledger.open_batch(a_batch(id="b-2", mapping_digest="d1", created_at=later(3)))
    assert ledger.mapping_versions("acme") == [
        MappingVersion(digest="d1", pinned_at=NOW, first_used=later(1), last_used=later(3), batches=2),
        MappingVersion(digest="d2", pinned_at=later(5)),
    ]
    assert ledger.mapping_versions("nobody's") == []


def test_a_batch_comes_back_as_it_was_opened(ledger: Ledger) -> None:
    paris = timezone(timedelta(hours=1))
    batch = a_batch(
        created_at=NOW.astimezone(paris).replace(microsecond=123456),
        finished_at=later(5),
        parent_id="b-0",
        verdict='{"encoding":"cp1252"}',
        rows_read=7,
        remarks="été",
        drop=a_drop(feed=None, place=None, size=2**40),
    )
    ledger.open_batch(batch)
    found = ledger.batch("b-1")
    assert found == batch
    assert found is not None
    assert found.created_at.utcoffset() is not None
    assert ledger.batch("b-2") is None


def test_a_second_batch_of_a_drop_leaves_the_drop_alone(ledger: Ledger) -> None:
    drop = a_drop()
    ledger.open_batch(a_batch("b-1", drop=drop))
    ledger.open_batch(a_batch("b-2", drop=replace(drop, name="other.csv"), parent_id="b-1"))
    second = ledger.batch("b-2")
    assert second is not None
    assert second.drop == drop


def test_a_batch_cannot_be_opened_twice(ledger: Ledger) -> None:
    ledger.open_batch(a_batch())
    with pytest.raises(LedgerUnavailable, match="recorded nothing"):
        ledger.open_batch(a_batch(drop=a_drop("d-new", sha256="ef" * 32)))
    ledger.open_batch(a_batch("b-2", drop=a_drop("d-new", sha256="99" * 32)))
    assert [batch.id for batch in ledger.batches_of_content("99" * 32, "acme-shipments", ACCOUNT)] == ["b-2"]


def test_batches_come_newest_first_page_by_page(ledger: Ledger) -> None:
    for number in range(5):
        ledger.open_batch(a_batch(f"b-{number}"))  # all at the same instant: the order is that of registering
    assert [batch.id for batch in ledger.batches(limit=2)] == ["b-4", "b-3"]
    assert [batch.id for batch in ledger.batches(limit=2, before="b-3")] == ["b-2", "b-1"]
    assert [batch.id for batch in ledger.batches(limit=2, before="b-1")] == ["b-0"]
    assert ledger.batches(before="b-0") == []
    assert ledger.batches(before="no such batch") == []


def test_batches_are_chosen_by_feed_and_status(ledger: Ledger) -> None:
    ledger.open_batch(a_batch("b-1"))
    ledger.open_batch(a_batch("b-2", drop=a_drop("d-2", feed="zenith")))
    ledger.open_batch(a_batch("b-3", status=BatchStatus.HELD))
    assert [batch.id for batch in ledger.batches(feed="acme")] == ["b-3", "b-1"]
    assert [batch.id for batch in ledger.batches(statuses=[BatchStatus.HELD])] == ["b-3"]
    assert [batch.id for batch in ledger.batches(feed="acme", statuses=[BatchStatus.RECEIVED])] == ["b-1"]
    assert ledger.batches(statuses=[]) == []


def test_a_page_is_full_even_where_a_choice_leaves_gaps(ledger: Ledger) -> None:
    for number in range(6):
        ledger.open_batch(a_batch(f"b-{number}", drop=a_drop(f"d-{number}", feed=f"feed{number % 2}")))
    assert [batch.id for batch in ledger.batches(limit=2, feed="feed0")] == ["b-4", "b-2"]
    assert [batch.id for batch in ledger.batches(limit=2, feed="feed0", before="b-2")] == ["b-0"]


def test_the_same_content_is_recognised_under_the_same_mapping_and_account(ledger: Ledger) -> None:
    ledger.open_batch(a_batch("b-1"))
    ledger.open_batch(a_batch("b-2"))
    ledger.open_batch(a_batch("b-3", mapping="other"))
    ledger.open_batch(a_batch("b-4", account="shop-us"))
    ledger.open_batch(a_batch("b-5", drop=a_drop("d-5", sha256="ef" * 32)))
    found = ledger.batches_of_content("ab" * 32, "acme-shipments", ACCOUNT)
    assert [batch.id for batch in found] == ["b-1", "b-2"]


def test_a_place_leads_to_its_newest_batch(ledger: Ledger) -> None:
    for number in (1, 2):
        ledger.open_batch(a_batch(f"b-{number}", drop=a_drop(f"d-{number}", place="processing/x.csv")))
    found = ledger.batch_at_place("acme", "processing/x.csv")
    assert found is not None
    assert found.id == "b-2"
    assert ledger.batch_at_place("zenith", "processing/x.csv") is None
    assert ledger.batch_at_place("acme", "processing/y.csv") is None


def test_a_source_that_was_told_knows_where_the_drop_lies_now(ledger: Ledger) -> None:
    ledger.open_batch(a_batch())
    ledger.feed_done("b-1", "archive/2026-11-22/x.csv")
    batch = ledger.batch("b-1")
    assert batch is not None
    assert batch.feed_done
    assert batch.drop.place == "archive/2026-11-22/x.csv"
    assert ledger.batch_at_place("acme", "processing/d-1.csv") is None


@pytest.mark.parametrize("status", BatchStatus)
def test_a_batch_whose_status_resumes_is_unfinished(ledger: Ledger, status: BatchStatus) -> None:
    ledger.open_batch(a_batch(status=status, feed_done=True))
    assert [batch.id for batch in ledger.unfinished()] == (["b-1"] if status.resumes else [])


def test_a_batch_whose_source_was_not_told_is_unfinished_if_there_is_a_source(ledger: Ledger) -> None:
    ledger.open_batch(a_batch("b-1", status=BatchStatus.ACCEPTED))
    ledger.open_batch(a_batch("b-2", status=BatchStatus.ACCEPTED, drop=a_drop("d-2", feed=None)))
    assert [batch.id for batch in ledger.unfinished()] == ["b-1"]
    ledger.feed_done("b-1", None)
    assert ledger.unfinished() == []


def test_what_was_set_aside_for_want_of_a_mapping_is_listed_while_it_lies_there(ledger: Ledger) -> None:
    for name, feed, digest in (
        ("1", "acme", NO_MAPPING),
        ("2", "acme", "f00"),
        ("3", "zenith", NO_MAPPING),
        ("4", "acme", NO_MAPPING),
    ):
        drop = a_drop(f"d-{name}", feed=feed, place=f"failed/{name}.csv")
        ledger.open_batch(a_batch(f"b-{name}", status=BatchStatus.FAILED, mapping_digest=digest, drop=drop))
    assert [batch.id for batch in ledger.set_aside("acme")] == ["b-1", "b-4"]
    ledger.feed_done("b-1", "failed/1.csv")
    assert [batch.id for batch in ledger.set_aside("acme")] == ["b-1", "b-4"], (
        "the source was told, and it waits still"
    )
    ledger.feed_done("b-1", None)
    assert [batch.id for batch in ledger.set_aside("acme")] == ["b-4"]


def test_unfinished_batches_come_oldest_first_and_by_feed(ledger: Ledger) -> None:
    ledger.open_batch(a_batch("b-3"))
    # the clock was set back: still the second to come
    ledger.open_batch(a_batch("b-1", created_at=later(-3600)))
    ledger.open_batch(a_batch("b-2", drop=a_drop("d-2", feed="zenith")))
    assert [batch.id for batch in ledger.unfinished()] == ["b-3", "b-1", "b-2"]
    assert [batch.id for batch in ledger.unfinished("acme")] == ["b-3", "b-1"]


def test_a_batch_that_was_given_up_stays_so_whatever_is_recorded_of_it_later(ledger: Ledger) -> None:
    for name in ("b-1", "b-2"):
        ledger.open_batch(a_batch(name, status=BatchStatus.HELD))
    ledger.conclude("b-1", BatchStatus.REJECTS, later(1), "nobody wants it", given_up=True)
    ledger.conclude("b-1", BatchStatus.REJECTS, later(2))
    ledger.conclude("b-2", BatchStatus.REJECTS, later(2))
    assert {batch.id: batch.given_up for batch in ledger.batches()} == {"b-1": True, "b-2": False}


def test_a_batch_is_concluded_and_may_be_opened_again(ledger: Ledger) -> None:
    ledger.open_batch(a_batch())
    ledger.conclude("b-1", BatchStatus.UNFINISHED, later(9), "the API was down")
    batch = ledger.batch("b-1")
    assert batch is not None
    assert (batch.status, batch.finished_at, batch.remarks) == (
        BatchStatus.UNFINISHED,
        later(9),
        "the API was down",
    )
    ledger.conclude("b-1", BatchStatus.SENDING, None)
    batch = ledger.batch("b-1")
    assert batch is not None
    assert (batch.status, batch.finished_at, batch.remarks) == (BatchStatus.SENDING, None, "the API was down")


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda ledger: ledger.conclude("b-9", BatchStatus.FAILED, NOW), id="conclude"),
        pytest.param(lambda ledger: ledger.feed_done("b-9", None), id="feed_done"),
        pytest.param(lambda ledger: ledger.begin_preparation("b-9"), id="begin_preparation"),
        pytest.param(lambda ledger: ledger.add_orders("b-9", [an_order(0, "b-9")]), id="add_orders"),
        pytest.param(lambda ledger: ledger.add_problems("b-9", [a_refusal()]), id="add_problems"),
        pytest.param(lambda ledger: ledger.add_row_fates("b-9", RowFate.IGNORED, [2]), id="add_row_fates"),
        pytest.param(
            lambda ledger: ledger.finish_preparation(
                "b-9", rows_read=1, verdict="{}", status=BatchStatus.SENDING
            ),
            id="finish_preparation",
        ),
        pytest.param(lambda ledger: ledger.counts("b-9"), id="counts: never a balanced nothing"),
        pytest.param(
            lambda ledger: ledger.counts_of(["b-9"]), id="counts of several: never a balanced nothing"
        ),
    ],
)
def test_a_batch_that_is_not_there_is_never_worked_on(ledger: Ledger, act: Callable[[Ledger], None]) -> None:
    with pytest.raises(LedgerUnavailable, match=r"recorded nothing.*report this"):
        act(ledger)


def test_an_order_comes_back_as_it_was_added(ledger: Ledger) -> None:
    order = an_order(
        4,
        payload='{"name":"Zoë \\"x\\" \\u0000 😀"}'.encode(),
        lineage=Lineage(
            levels=("fulfillments", "fulfillments.trackers"),
            rows=(7, 9, 8),
            positions=((0, 0), (0, 1), (1, -1)),
        ),
        fate=OrderFate.HELD,
        reference="job-7",
    )
    without_payload = an_order(5, payload=None, digest=None)
    ledger.open_batch(a_batch())
    ledger.add_orders("b-1", [order, without_payload])
    assert ledger.orders("b-1") == [order, without_payload]


def test_a_problem_comes_back_as_it_was_added(ledger: Ledger) -> None:
    everywhere = Problem(
        code=Code.ROWS_DISAGREE,
        message="rows 2 and 9 disagree",
        cells=(Cell(row=2, column="Größe"), Cell(row=9)),
        value="a\nb",
        order="FR-1",
        path="items.0.size",
        raised_by=RaisedBy.API,
        owner=Owner.DESTINATION,
        severity=Severity.WARNING,
    )
    of_the_file = Problem(code=Code.FILE_EMPTY, message="the file is empty")
    ledger.open_batch(a_batch())
    ledger.add_problems("b-1", [everywhere])
    ledger.add_problems("b-1", [of_the_file])
    ledger.add_problems("b-1", [])
    assert ledger.problems("b-1") == [everywhere, of_the_file]
    assert ledger.problems("b-1", limit=1) == [everywhere]


def test_row_fates_come_back_as_ranges_by_row(ledger: Ledger) -> None:
    ledger.open_batch(a_batch())
    ledger.add_row_fates("b-1", RowFate.REJECTED, [30, 31])
    ledger.add_row_fates("b-1", RowFate.IGNORED, iter([4, 2, 3, 9]))
    ledger.add_row_fates("b-1", RowFate.IGNORED, [])
    assert list(ledger.row_fates("b-1")) == [
        (RowFate.IGNORED, 2, 4),
        (RowFate.IGNORED, 9, 9),
        (RowFate.REJECTED, 30, 31),
    ]


def test_a_preparation_begins_again_from_nothing(ledger: Ledger) -> None:
    other = an_order(0, "b-2", key="other")
    prepared(ledger, other, batch=a_batch("b-2"))
    ledger.open_batch(a_batch())
    for _ in range(2):
        ledger.begin_preparation("b-1")
        ledger.add_orders("b-1", [an_order(0), an_order(1)])
        ledger.add_row_fates("b-1", RowFate.IGNORED, [9])
        ledger.add_problems("b-1", [a_refusal()])
    ledger.finish_preparation(
        "b-1", rows_read=3, verdict='{"rows":3}', status=BatchStatus.SENDING, remarks="ok"
    )
    assert ledger.counts("b-1").rows.balanced
    assert len(ledger.orders("b-1")) == 2
    assert len(ledger.problems("b-1")) == 1
    batch = ledger.batch("b-1")
    assert batch is not None
    assert (batch.rows_read, batch.verdict, batch.status, batch.remarks) == (
        3,
        '{"rows":3}',
        BatchStatus.SENDING,
        "ok",
    )
    assert ledger.orders("b-2") == [other]


def test_a_finished_preparation_is_never_begun_again(ledger: Ledger) -> None:
    prepared(ledger, an_order(0))
    with pytest.raises(LedgerUnavailable, match="b-1 is sending, its orders must not be forgotten"):
        ledger.begin_preparation("b-1")
    assert len(ledger.orders("b-1")) == 1


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(an_order(1, id="b-1-o0"), id="an id that is taken"),
        pytest.param(an_order(0, id="new"), id="a sequence that is taken"),
    ],
)
def test_orders_are_added_whole_or_not_at_all(ledger: Ledger, second: object) -> None:
    ledger.open_batch(a_batch())
    with pytest.raises(LedgerUnavailable):
        ledger.add_orders("b-1", [an_order(0), second])  # type: ignore[list-item]  # parametrize loses the type
    assert ledger.orders("b-1") == []


def test_orders_come_by_sequence_page_by_page(ledger: Ledger) -> None:
    ledger.open_batch(a_batch())
    ledger.add_orders("b-1", [an_order(n, fate=_FATES[n % 3]) for n in (5, 3, 1, 0, 2, 4)])
    assert [order.sequence for order in ledger.orders("b-1")] == [0, 1, 2, 3, 4, 5]
    assert [order.sequence for order in ledger.orders("b-1", after=3)] == [4, 5]
    assert [order.sequence for order in ledger.orders("b-1", limit=2)] == [0, 1]
    assert [order.sequence for order in ledger.orders("b-1", [OrderFate.READY])] == [0, 3]
    assert [order.sequence for order in ledger.orders("b-1", {OrderFate.HELD, OrderFate.READY}, after=0)] == [
        1,
        3,
        4,
    ]
    assert ledger.orders("b-1", []) == []
    assert ledger.orders("b-2") == []


_FATES = [OrderFate.READY, OrderFate.HELD, OrderFate.UNCHANGED]


def test_an_attempt_is_open_and_its_order_is_sending(ledger: Ledger) -> None:
    order = an_order(0)
    prepared(ledger, order, an_order(1))
    attempt = sent(ledger, order)
    assert ledger.attempts(order.id) == [attempt]
    assert [o.fate for o in ledger.orders("b-1")] == [OrderFate.SENDING, OrderFate.READY]


def test_an_answer_closes_its_attempt_and_settles_its_order(ledger: Ledger) -> None:
    order = an_order(0)
    prepared(ledger, order)
    attempt = sent(ledger, order)
    ledger.record_outcomes([accepted(attempt, message="created", reference="5dbad5")], ACCOUNT)
    assert ledger.attempts(order.id) == [
        replace(
            attempt,
            finished_at=later(1),
            outcome=AttemptOutcome.ACCEPTED,
            http_status=201,
            message="created",
        )
    ]
    assert ledger.orders("b-1") == [order._replace(fate=OrderFate.ACCEPTED, reference="5dbad5")]


def test_attempts_of_an_order_come_oldest_first(ledger: Ledger) -> None:
    order = an_order(0)
    prepared(ledger, order)
    for name in ("a-9", "a-1", "a-5"):  # the clock stands still and names say nothing
        ledger.record_outcomes([failed(sent(ledger, order, name), 503, OrderFate.READY)], ACCOUNT)
    assert [attempt.id for attempt in ledger.attempts(order.id)] == ["a-9", "a-1", "a-5"]


def test_a_pending_answer_keeps_its_ticket_until_the_verdict(ledger: Ledger) -> None:
    order = an_order(0)
    prepared(ledger, order)
    attempt = sent(ledger, order)
    ledger.record_outcomes(
        [accepted(attempt, fate=OrderFate.PENDING, attempt=AttemptOutcome.PENDING, reference="job-1")],
        ACCOUNT,
    )
    assert ledger.orders("b-1", [OrderFate.PENDING])[0].reference == "job-1"
    assert ledger.last_accepted(ACCOUNT, ["FR-0"]) == {}
    ledger.record_outcomes([accepted(attempt, reference="5dbad5", at=later(9))], ACCOUNT)
    assert ledger.orders("b-1")[0].reference == "5dbad5"
    assert [a.outcome for a in ledger.attempts(order.id)] == [AttemptOutcome.ACCEPTED]
    assert ledger.last_accepted(ACCOUNT, ["FR-0"]) == {"FR-0": "digest-0"}


def test_a_refusal_brings_its_problems(ledger: Ledger) -> None:
    order = an_order(0)
    prepared(ledger, order)
    ledger.add_problems("b-1", [a_refusal("found before")])
    ledger.record_outcomes([refused(sent(ledger, order), a_refusal("a"), a_refusal("b"))], ACCOUNT)
    assert [problem.message for problem in ledger.problems("b-1")] == ["found before", "a", "b"]
    assert ledger.orders("b-1")[0].fate is OrderFate.REFUSED


def test_the_problems_of_an_earlier_outcome_give_way_to_those_of_the_newest(ledger: Ledger) -> None:
    order, other = an_order(0), an_order(1)
    prepared(ledger, order, other)
    ledger.add_problems("b-1", [a_refusal("found before")])
    first, beside = sent(ledger, order), sent(ledger, other)
    ledger.record_outcomes([refused(first, a_refusal("old")), refused(beside, a_refusal("other"))], ACCOUNT)
    ledger.set_fates("b-1", [OrderFate.REFUSED], OrderFate.READY)
    ledger.record_outcomes([accepted(sent(ledger, order, "a-2"))], ACCOUNT)
    assert [problem.message for problem in ledger.problems("b-1")] == ["found before", "other"]


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"attempt_id": "a-unknown"}, id="an attempt that was never recorded"),
        pytest.param({"order_id": "o-unknown"}, id="an order that is not there"),
    ],
)
def test_answers_are_recorded_all_together_or_not_at_all(ledger: Ledger, wrong: dict[str, str]) -> None:
    orders = [an_order(n) for n in range(3)]
    prepared(ledger, *orders)
    attempts = [sent(ledger, order) for order in orders]
    before = ledger.orders("b-1")
    outcomes = [
        accepted(attempts[0]),
        refused(attempts[1]),
        replace(accepted(attempts[2]), **wrong),  # type: ignore[arg-type]  # a table of texts
    ]
    with pytest.raises(LedgerUnavailable, match="recorded nothing"):
        ledger.record_outcomes(outcomes, ACCOUNT)
    assert ledger.orders("b-1") == before
    assert ledger.problems("b-1") == []
    assert ledger.last_accepted(ACCOUNT, ["FR-0", "FR-1", "FR-2"]) == {}
    assert [attempt.outcome for order in orders for attempt in ledger.attempts(order.id)] == [None] * 3


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"id": "a-b-1-o0"}, id="an attempt that was recorded before"),
        pytest.param({"order_id": "o-unknown"}, id="an order that is not there"),
        pytest.param({"batch_id": "b-unknown"}, id="a batch that is not there"),
    ],
)
def test_attempts_are_recorded_all_together_or_not_at_all(ledger: Ledger, wrong: dict[str, str]) -> None:
    orders = [an_order(n) for n in range(3)]
    prepared(ledger, *orders)
    sent(ledger, orders[0])
    before = ledger.orders("b-1")
    attempts = [
        an_attempt(orders[1]),
        replace(an_attempt(orders[2]), **wrong),  # type: ignore[arg-type]  # a table of texts
    ]
    with pytest.raises(LedgerUnavailable, match="recorded nothing"):
        ledger.record_attempts(attempts)
    assert ledger.orders("b-1") == before
    assert ledger.attempts(orders[1].id) == []


@pytest.mark.parametrize("answered", [False, True], ids=["under-way", "answered"])
def test_of_two_workers_who_would_send_an_order_one_does(answered: bool, ledger: Ledger) -> None:
    """Both may believe that they hold the batch, when a clock jumped: the second sends nothing, not even the others."""
    order, other = an_order(0), an_order(1)
    prepared(ledger, order, other)
    attempt = sent(ledger, order)
    if answered:
        ledger.record_outcomes([accepted(attempt)], ACCOUNT)
    before = ledger.orders("b-1")
    with pytest.raises(Busy, match="Another orderdrop has begun to send these orders"):
        ledger.record_attempts([an_attempt(other, "a-late.0"), an_attempt(order, "a-late.1")])
    assert ledger.orders("b-1") == before
    assert ledger.attempts(other.id) == []


def test_nothing_to_record_is_no_error(ledger: Ledger) -> None:
    prepared(ledger)
    ledger.record_attempts([])
    ledger.record_outcomes([], ACCOUNT)
    assert ledger.counts("b-1").orders.built == 0


def test_after_a_crash_orders_without_an_answer_are_ready_again(ledger: Ledger) -> None:
    orders = [an_order(n) for n in range(4)]
    prepared(ledger, *orders)
    attempts = [sent(ledger, order) for order in orders[:3]]
    ledger.record_outcomes(
        [
            accepted(attempts[0]),
            accepted(attempts[1], fate=OrderFate.PENDING, attempt=AttemptOutcome.PENDING, reference="job-1"),
        ],
        ACCOUNT,
    )
    assert ledger.reopen("b-1", later(60)) == 1
    fates = [order.fate for order in ledger.orders("b-1")]
    assert fates == [OrderFate.ACCEPTED, OrderFate.PENDING, OrderFate.READY, OrderFate.READY]
    (lost,) = ledger.attempts(orders[2].id)
    assert (lost.outcome, lost.finished_at) == (AttemptOutcome.UNKNOWN, later(60))
    assert "stopped before" in lost.message
    assert ledger.reopen("b-1", later(61)) == 0


def test_reopening_a_batch_leaves_the_others_alone(ledger: Ledger) -> None:
    mine, theirs = an_order(0), an_order(0, "b-2")
    prepared(ledger, mine)
    prepared(ledger, theirs, batch=a_batch("b-2"))
    sent(ledger, mine)
    open_one = sent(ledger, theirs)
    ledger.reopen("b-1", later(60))
    assert ledger.attempts(theirs.id) == [open_one]
    assert ledger.orders("b-2")[0].fate is OrderFate.SENDING


def test_all_orders_of_some_fates_move_together(ledger: Ledger) -> None:
    prepared(ledger, an_order(0), an_order(1, fate=OrderFate.HELD), an_order(2, fate=OrderFate.UNSENT))
    assert ledger.set_fates("b-1", [OrderFate.HELD, OrderFate.UNSENT], OrderFate.READY) == 2
    assert {order.fate for order in ledger.orders("b-1")} == {OrderFate.READY}
    assert ledger.set_fates("b-1", [], OrderFate.HELD) == 0
    assert ledger.set_fates("b-9", [OrderFate.READY], OrderFate.HELD) == 0


def test_an_order_without_a_payload_never_becomes_ready(ledger: Ledger) -> None:
    ledger.open_batch(a_batch())
    ledger.begin_preparation("b-1")
    held = [an_order(0, fate=OrderFate.HELD), an_order(1, fate=OrderFate.HELD, payload=None, digest=None)]
    ledger.add_orders("b-1", held)

    assert ledger.set_fates("b-1", [OrderFate.HELD], OrderFate.READY) == 1
    assert [order.fate for order in ledger.orders("b-1")] == [OrderFate.READY, OrderFate.HELD]


def test_an_account_remembers_what_it_last_accepted(ledger: Ledger) -> None:
    first, second = an_order(0, digest="old"), an_order(1, digest="new", key="FR-0")
    prepared(ledger, first, second, an_order(2))
    ledger.record_outcomes([accepted(sent(ledger, first))], ACCOUNT)
    assert ledger.last_accepted(ACCOUNT, ["FR-0", "FR-1"]) == {"FR-0": "old"}
    # recorded later counts, even where the clock was set back in between
    ledger.record_outcomes([accepted(sent(ledger, second), at=later(-3600))], ACCOUNT)
    assert ledger.last_accepted(ACCOUNT, ["FR-0"]) == {"FR-0": "new"}
    assert ledger.last_accepted("shop-us", ["FR-0"]) == {}
    assert ledger.last_accepted(ACCOUNT, []) == {}


def test_thousands_of_keys_are_looked_up_at_once(ledger: Ledger) -> None:
    orders = [an_order(n) for n in range(2500)]
    prepared(ledger, *orders)
    attempts = [an_attempt(order) for order in orders]
    ledger.record_attempts(attempts)
    ledger.record_outcomes([accepted(attempt) for attempt in attempts], ACCOUNT)
    found = ledger.last_accepted(ACCOUNT, [order.key for order in orders])
    assert found == {order.key: order.digest for order in orders}


@pytest.mark.parametrize(
    ("status", "still_believed"),
    [
        pytest.param(None, False, id="no answer: it may have arrived"),
        pytest.param(500, False, id="an error after the fact is possible"),
        pytest.param(502, False, id="the proxy does not know"),
        pytest.param(408, False, id="the request may still be at work"),
        pytest.param(409, False, id="another request may be at work"),
        pytest.param(401, True, id="not let in: nothing changed"),
        pytest.param(429, True, id="turned away: nothing changed"),
    ],
)
def test_what_was_accepted_is_doubted_when_a_later_attempt_may_have_changed_it(
    ledger: Ledger, status: int | None, *, still_believed: bool
) -> None:
    first, second = an_order(0, digest="old"), an_order(1, digest="new", key="FR-0")
    prepared(ledger, first, second)
    ledger.record_outcomes([accepted(sent(ledger, first))], ACCOUNT)
    attempt = sent(ledger, second)
    assert ledger.last_accepted(ACCOUNT, ["FR-0"]) == {}
    ledger.record_outcomes([failed(attempt, status)], ACCOUNT)
    assert ledger.last_accepted(ACCOUNT, ["FR-0"]) == ({"FR-0": "old"} if still_believed else {})


def test_a_refusal_changes_nothing_of_what_was_accepted(ledger: Ledger) -> None:
    first, second = an_order(0, digest="old"), an_order(1, digest="new", key="FR-0")
    prepared(ledger, first, second)
    ledger.record_outcomes([accepted(sent(ledger, first))], ACCOUNT)
    ledger.record_outcomes([refused(sent(ledger, second))], ACCOUNT)
    assert ledger.last_accepted(ACCOUNT, ["FR-0"]) == {"FR-0": "old"}


def test_of_two_orders_with_one_key_that_are_accepted_together_the_later_one_counts(ledger: Ledger) -> None:
    orders = [an_order(n, key="FR-0", digest=f"v{n}") for n in range(2)]
    prepared(ledger, *orders)
    ledger.record_outcomes([accepted(sent(ledger, order)) for order in orders], ACCOUNT)
    assert ledger.last_accepted(ACCOUNT, ["FR-0"]) == {"FR-0": "v1"}


def test_a_doubt_lasts_until_the_next_acceptance(ledger: Ledger) -> None:
    orders = [an_order(n, key="FR-0", digest=f"v{n}") for n in range(4)]
    prepared(ledger, *orders)
    ledger.record_outcomes([accepted(sent(ledger, orders[0]))], ACCOUNT)
    sent(ledger, orders[1])
    ledger.reopen("b-1", later(60))  # killed before the answer: v1 may have arrived
    ledger.record_outcomes([refused(sent(ledger, orders[2]))], ACCOUNT)  # says nothing about v1
    assert ledger.last_accepted(ACCOUNT, ["FR-0"]) == {}
    ledger.record_outcomes([accepted(sent(ledger, orders[3]))], ACCOUNT)
    assert ledger.last_accepted(ACCOUNT, ["FR-0"]) == {"FR-0": "v3"}


def test_another_account_is_not_doubted(ledger: Ledger) -> None:
    here, there = an_order(0), an_order(0, "b-2")
    prepared(ledger, here)
    prepared(ledger, there, batch=a_batch("b-2", account="shop-us"))
    ledger.record_outcomes([accepted(sent(ledger, here))], ACCOUNT)
    sent(ledger, there)
    assert ledger.last_accepted(ACCOUNT, ["FR-0"]) == {"FR-0": "digest-0"}


UNKNOWN = {"attempt": AttemptOutcome.UNKNOWN, "http_status": None, "fate": OrderFate.UNSENT}
PENDING = {"attempt": AttemptOutcome.PENDING, "fate": OrderFate.PENDING}


@pytest.mark.parametrize(
    ("ended", "possible"),
    [
        pytest.param(lambda attempt: None, True, id="it is still open"),
        pytest.param(accepted, True, id="it was accepted"),
        pytest.param(lambda attempt: accepted(attempt, **PENDING), True, id="it was taken for later"),
        pytest.param(lambda attempt: accepted(attempt, **UNKNOWN), True, id="its answer was lost"),
        pytest.param(lambda attempt: failed(attempt, 500), True, id="500: after the fact is possible"),
        pytest.param(lambda attempt: failed(attempt, 200), True, id="200 and no answer that can be read"),
        pytest.param(lambda attempt: failed(attempt, 409), True, id="409: another may be at work"),
        pytest.param(lambda attempt: failed(attempt, None), False, id="it never left"),
        pytest.param(lambda attempt: failed(attempt, 401), False, id="not let in"),
        pytest.param(refused, False, id="it was refused"),
    ],
)
def test_an_account_may_hold_what_an_attempt_may_have_brought_there(
    ledger: Ledger, ended: Callable[[Attempt], Outcome | None], *, possible: bool
) -> None:
    order = an_order(0, digest="v1")
    prepared(ledger, order)
    assert ledger.possibly_held(ACCOUNT, ["FR-0"]) == {}
    outcome = ended(sent(ledger, order))
    if outcome is not None:
        ledger.record_outcomes([outcome], ACCOUNT)
    assert ledger.possibly_held(ACCOUNT, ["FR-0", "FR-1"]) == ({"FR-0": {"v1"}} if possible else {})


def test_what_an_account_may_hold_is_known_across_batches_and_versions(ledger: Ledger) -> None:
    first, second, other, again = (
        an_order(0, digest="v1"),
        an_order(0, "b-2", digest="v2"),
        an_order(0, "b-3", digest="v3"),
        an_order(0, "b-4", digest="v2"),
    )
    prepared(ledger, first)
    prepared(ledger, second, batch=a_batch("b-2"))
    prepared(ledger, other, batch=a_batch("b-3", account="shop-us"))
    for order in (first, second, other):
        ledger.record_outcomes([accepted(sent(ledger, order))], ACCOUNT)
    prepared(ledger, again, batch=a_batch("b-4"))
    ledger.record_outcomes([refused(sent(ledger, again))], ACCOUNT)
    assert ledger.possibly_held(ACCOUNT, ["FR-0"]) == {"FR-0": {"v1", "v2"}}
    assert ledger.possibly_held("shop-us", ["FR-0"]) == {"FR-0": {"v3"}}
    assert ledger.possibly_held(ACCOUNT, []) == {}


def test_what_a_dead_process_sent_may_have_arrived(ledger: Ledger) -> None:
    order = an_order(0, digest="v1")
    prepared(ledger, order)
    sent(ledger, order)
    ledger.reopen("b-1", later(60))
    assert ledger.possibly_held(ACCOUNT, ["FR-0"]) == {"FR-0": {"v1"}}


def test_the_books_of_a_batch_balance(ledger: Ledger) -> None:
    fates = list(OrderFate)
    orders = [
        an_order(n, fate=fate, lineage=lineage(*range(10 * n, 10 * n + n + 1)))
        for n, fate in enumerate(fates)
    ]
    rows = sum(range(1, len(fates) + 1))
    prepared(ledger, *orders, rows_read=rows + 7)
    ledger.add_row_fates("b-1", RowFate.IGNORED, [100, 101, 102, 200])
    ledger.add_row_fates("b-1", RowFate.REJECTED, [300, 301, 303])
    counts = ledger.counts("b-1")
    assert counts.rows.balanced
    assert (counts.rows.ignored, counts.rows.rejected) == (4, 3)
    assert counts.orders.built == len(fates)
    assert counts.orders.unsent == 3  # ready, sending, unsent
    assert counts.rows.held == fates.index(OrderFate.HELD) + 1


def test_a_row_without_a_fate_is_seen(ledger: Ledger) -> None:
    prepared(ledger, an_order(0), rows_read=2)
    assert not ledger.counts("b-1").rows.balanced


def test_the_books_of_an_empty_batch_are_all_zero(ledger: Ledger) -> None:
    ledger.open_batch(a_batch())
    counts: Counts = ledger.counts("b-1")
    assert counts.rows.balanced
    assert counts.rows.read == counts.orders.built == 0


@pytest.mark.parametrize("kind", [kind for kind in LEDGERS if kind != "memory"])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(seed=st.integers(0, 2**32))
def test_whatever_happens_every_row_keeps_exactly_one_fate(
    kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """A ledger on disk and the one in memory go through the same random story and tell the same afterwards."""
    url = LEDGERS[kind](request, tmp_path_factory.mktemp("story"))
    assert _story(open_ledger(url), Random(seed)) == _story(open_ledger("memory://"), Random(seed))


def _story(ledger: Ledger, random: Random) -> object:
    orders = [
        an_order(
            n, key=f"FR-{random.randrange(4)}", lineage=lineage(*range(9 * n, 9 * n + random.randint(1, 4)))
        )
        for n in range(8)
    ]
    prepared(ledger, *orders)
    for step in range(12):
        order = random.choice(orders)
        if order.id not in {ready.id for ready in ledger.orders("b-1", (OrderFate.READY,))}:
            with pytest.raises(Busy, match="has begun to send"):
                sent(ledger, order, f"a-{step}")
            continue
        attempt = sent(ledger, order, f"a-{step}")
        end = random.randrange(5)
        if end == 0:
            ledger.reopen("b-1", later(step))
        elif end == 1:
            ledger.record_outcomes([refused(attempt, a_refusal(f"at step {step}"))], ACCOUNT)
        elif end == 2:
            ledger.record_outcomes([failed(attempt, random.choice([None, 401, 429, 500]))], ACCOUNT)
        else:
            ledger.record_outcomes([accepted(attempt)], ACCOUNT)
        assert ledger.counts("b-1").rows.balanced
    told = (
        ledger.counts("b-1"),
        ledger.orders("b-1"),
        ledger.problems("b-1"),
        ledger.last_accepted(ACCOUNT, [order.key for order in orders]),
        [ledger.attempts(order.id) for order in orders],
        ledger.find_orders("fr-", limit=5),
    )
    ledger.close()
    return told


def test_a_search_for_a_whole_key_or_tracking_number_finds_just_these_newest_first(ledger: Ledger) -> None:
    parcel = b'{"trackings":[{"tracking_number":"0034"}],"name":"FR-1"}'
    prepared(ledger, an_order(0, key="FR-1"), an_order(1, key="FR-10"), an_order(2, key="X", payload=parcel))
    prepared(ledger, an_order(0, "b-2", key="XFR-1"), an_order(1, "b-2", key="FR-1"), batch=a_batch("b-2"))
    found = ledger.find_orders("FR-1")
    assert [(hit.batch.id, hit.order.key) for hit in found] == [("b-2", "FR-1"), ("b-1", "FR-1")]
    assert found[0].batch.drop == a_drop("d-2")
    assert found[0].order == an_order(1, "b-2", key="FR-1")
    assert [hit.order.key for hit in ledger.find_orders("0034")] == ["X"]
    assert [hit.batch.id for hit in ledger.find_orders("FR-1", limit=1)] == ["b-2"]


def test_a_search_for_anything_else_finds_what_contains_it_newest_first(ledger: Ledger) -> None:
    prepared(ledger, an_order(0, key="FR-1"), an_order(1, key="FR-10"))
    prepared(ledger, an_order(0, "b-2", key="XFR-1"), batch=a_batch("b-2"))
    assert [hit.order.key for hit in ledger.find_orders("fr-1")] == ["XFR-1", "FR-10", "FR-1"]
    assert [hit.order.key for hit in ledger.find_orders("r-1", limit=2)] == ["XFR-1", "FR-10"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("5dbad5", [0], id="the destination's reference"),
        pytest.param("mia@example.com", [1], id="in the payload"),
        pytest.param("MIA@Example.com", [1], id="capitals do not matter"),
        pytest.param("Zoë", [1], id="accents as they were sent"),
        pytest.param("100%", [2], id="a percent sign is a percent sign"),
        pytest.param("a_b", [2], id="an underscore is an underscore"),
        pytest.param("/", [2], id="a slash is a slash"),
        pytest.param("\\", [3], id="a backslash is a backslash"),
        pytest.param("%", [2], id="not everything"),
        pytest.param("_", [2], id="not every character"),
        pytest.param("nobody", [], id="nothing"),
    ],
)
def test_a_search_takes_its_text_literally(ledger: Ledger, text: str, found: list[int]) -> None:
    prepared(
        ledger,
        an_order(0, key="K0", reference="5dbad5f7ec", payload=None),
        an_order(1, key="K1", payload='{"email":"mia@example.com","name":"Zoë"}'.encode()),
        an_order(2, key="K2", payload=b'{"title":"100% a_b w/o"}'),
        an_order(3, key="K3", payload=b'{"title":"axb \\" 1000"}'),
    )
    assert [hit.order.sequence for hit in ledger.find_orders(text)] == found


def test_several_threads_write_at_the_same_time(ledger: Ledger) -> None:
    orders = [an_order(n) for n in range(40)]
    prepared(ledger, *orders)

    def work(share: list[int]) -> None:
        for n in share:
            ledger.record_outcomes([accepted(sent(ledger, orders[n]))], ACCOUNT)
            assert ledger.counts("b-1").rows.balanced

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, [list(range(start, 40, 8)) for start in range(8)]))
    assert ledger.counts("b-1").orders.accepted == 40


def test_tracking_links_are_kept_by_order_and_the_later_one_counts(ledger: Ledger) -> None:
    prepared(ledger, an_order(0), an_order(1))
    ledger.keep_links({"b-1-o0": "https://track/0?token=old", "b-1-o1": "https://track/1?token=t"})
    ledger.keep_links({"b-1-o0": "https://track/0?token=new"})
    ledger.keep_links({})
    assert ledger.links("b-1") == {
        "b-1-o0": "https://track/0?token=new",
        "b-1-o1": "https://track/1?token=t",
    }
    assert ledger.links("b-2") == {}
    assert ledger.find_orders("token=new") == []


def test_a_link_of_an_order_that_is_not_there_is_not_kept(ledger: Ledger) -> None:
    prepared(ledger, an_order(0))
    with pytest.raises(LedgerUnavailable):
        ledger.keep_links({"b-1-o0": "https://track/0", "b-1-o9": "https://track/9"})
    assert ledger.links("b-1") == {}


def taken(ledger: Ledger, order: StoredOrder) -> None:
    """Send an order and record that it was accepted."""
    ledger.record_outcomes([accepted(sent(ledger, order))], ACCOUNT)


def two_batches(
    ledger: Ledger, first: StoredOrder, second: StoredOrder, *, second_arrives: float = 60
) -> None:
    """Two drops, one after the other; `second` belongs to the batch b-2."""
    prepared(ledger, first)
    prepared(ledger, second, batch=a_batch("b-2", drop=a_drop("d-2", arrived_at=later(second_arrives))))


@pytest.mark.parametrize(
    ("fate", "counts"),
    [
        pytest.param(OrderFate.READY, True, id="is-about-to-leave"),
        pytest.param(OrderFate.PENDING, True, id="its-answer-is-owed"),
        pytest.param(OrderFate.UNSENT, False, id="waits-for-a-person"),
        pytest.param(OrderFate.ACCEPTED, False, id="is-there"),
    ],
)
def test_a_batch_waits_for_older_ones_that_are_under_way_with_its_orders(
    ledger: Ledger, fate: OrderFate, counts: bool
) -> None:
    two_batches(ledger, an_order(0, fate=fate), an_order(0, "b-2"))
    assert [batch.id for batch in ledger.rivals("b-2", older=True)] == ["b-1"] * counts
    assert ledger.rivals("b-1", older=True) == []


def test_a_batch_does_not_wait_for_other_orders_nor_for_other_accounts(ledger: Ledger) -> None:
    two_batches(ledger, an_order(0), an_order(1, "b-2"))
    prepared(ledger, an_order(1, "b-3"), batch=a_batch("b-3", account="other"))
    assert ledger.rivals("b-2", older=True) == []
    assert ledger.rivals("b-2", older=False) == []


def test_a_batch_waits_for_an_older_one_that_is_not_prepared(ledger: Ledger) -> None:
    ledger.open_batch(a_batch())
    prepared(ledger, an_order(0, "b-2"), batch=a_batch("b-2"))
    assert [batch.id for batch in ledger.rivals("b-2", older=True)] == ["b-1"]


def test_a_held_batch_sees_whoever_sends_its_orders_now(ledger: Ledger) -> None:
    two_batches(ledger, an_order(0, fate=OrderFate.HELD), an_order(0, "b-2"))
    assert [batch.id for batch in ledger.rivals("b-1", older=False)] == ["b-2"]


def test_an_order_older_than_what_was_accepted_is_stale(ledger: Ledger) -> None:
    two_batches(ledger, an_order(0), an_order(0, "b-2", digest="newer"))
    taken(ledger, an_order(0, "b-2"))
    assert [order.id for order in ledger.overtaken("b-1").stale] == ["b-1-o0"]
    assert ledger.accepted_as_of(ACCOUNT, ["FR-0", "FR-1"]) == {"FR-0": later(60)}


def test_what_arrived_later_is_not_stale(ledger: Ledger) -> None:
    two_batches(ledger, an_order(0), an_order(0, "b-2", digest="newer"))
    taken(ledger, an_order(0))
    assert ledger.overtaken("b-2").stale == []


def test_the_moment_that_an_order_itself_names_counts_instead_of_its_arrival(ledger: Ledger) -> None:
    two_batches(ledger, an_order(0, as_of=later(-10)), an_order(0, "b-2", digest="x", as_of=later(-20)))
    taken(ledger, an_order(0))
    assert [order.id for order in ledger.overtaken("b-2").stale] == ["b-2-o0"]
    assert ledger.accepted_as_of(ACCOUNT, ["FR-0"]) == {"FR-0": later(-10)}


def test_what_the_account_holds_by_now_becomes_unchanged_and_counts_as_newly_stated(ledger: Ledger) -> None:
    two_batches(ledger, an_order(0), an_order(0, "b-2"))
    taken(ledger, an_order(0))
    found = ledger.overtaken("b-2")
    assert (found.stale, found.owed) == ([], [])
    assert [order.fate for order in ledger.orders("b-2")] == [OrderFate.UNCHANGED]
    assert ledger.accepted_as_of(ACCOUNT, ["FR-0"]) == {"FR-0": later(60)}


def test_what_is_unchanged_in_an_older_drop_does_not_make_the_newer_older(ledger: Ledger) -> None:
    two_batches(ledger, an_order(0), an_order(0, "b-2"))
    taken(ledger, an_order(0, "b-2"))
    ledger.overtaken("b-1")
    assert ledger.accepted_as_of(ACCOUNT, ["FR-0"]) == {"FR-0": later(60)}


def test_a_doubted_payload_is_sent_again(ledger: Ledger) -> None:
    two_batches(ledger, an_order(0), an_order(0, "b-2"))
    taken(ledger, an_order(0))
    prepared(ledger, an_order(0, "b-3", digest="other"), batch=a_batch("b-3"))
    sent(ledger, an_order(0, "b-3"))
    ledger.overtaken("b-2")
    assert [order.fate for order in ledger.orders("b-2")] == [OrderFate.READY]


def test_an_order_whose_earlier_answer_is_out_is_owed(ledger: Ledger) -> None:
    two_batches(ledger, an_order(0, fate=OrderFate.PENDING), an_order(0, "b-2"))
    assert [order.id for order in ledger.overtaken("b-2").owed] == ["b-2-o0"]


def test_an_order_that_is_put_aside_says_why_and_no_release_sends_it(ledger: Ledger) -> None:
    prepared(ledger, an_order(0), an_order(1))
    ledger.put_aside("b-1", ["b-1-o0"], OrderFate.HELD, [a_refusal()])
    ledger.put_aside("b-1", ["b-1-o1"], OrderFate.UNSENT, [])
    ledger.set_fates("b-1", [OrderFate.HELD, OrderFate.UNSENT], OrderFate.READY)
    assert [(o.fate, o.payload is None, o.digest) for o in ledger.orders("b-1")] == [
        (OrderFate.HELD, True, "digest-0"),
        (OrderFate.READY, False, "digest-1"),
    ]
    assert ledger.problems("b-1") == [a_refusal()]


@pytest.mark.parametrize("stranger", ["b-2-o0", "b-1-o9"], ids=["of-another-batch", "of-none"])
def test_orders_are_put_aside_whole_or_not_at_all(ledger: Ledger, stranger: str) -> None:
    prepared(ledger, an_order(0))
    prepared(ledger, an_order(0, "b-2"), batch=a_batch("b-2"))
    with pytest.raises(LedgerUnavailable, match="an order that was to be changed is not there"):
        ledger.put_aside("b-1", ["b-1-o0", stranger], OrderFate.HELD, [a_refusal()])
    assert ledger.orders("b-1") == [an_order(0)]
    assert ledger.orders("b-2") == [an_order(0, "b-2")]
    assert ledger.problems("b-1") == []


def test_an_order_is_found_by_its_parcel_until_it_is_purged_even_if_it_was_put_aside(ledger: Ledger) -> None:
    parcel = b'{"trackings":[{"tracking_number":"0034"}]}'
    prepared(ledger, an_order(0, payload=parcel))
    ledger.put_aside("b-1", ["b-1-o0"], OrderFate.HELD, [])
    assert [hit.order.payload for hit in ledger.find_orders("0034")] == [None]
    ledger.conclude("b-1", BatchStatus.REJECTS, later(1))
    ledger.purge(["b-1"], later(2))
    assert ledger.find_orders("0034") == []


def test_exclusions_are_kept_by_batch_and_order_and_the_last_reason_counts(ledger: Ledger) -> None:
    for number in (1, 2, 3):
        ledger.open_batch(a_batch(f"b-{number}"))
    for batch_id, reason, at in (
        ("b-1", "a test order", 0),
        ("b-2", "cancelled", 1),
        ("b-1", "paid back", 2),
    ):
        ledger.exclude(Exclusion(batch_id=batch_id, order_key="FR-1", reason=reason, at=later(at)))
    assert [(e.batch_id, e.reason) for e in ledger.exclusions(["b-1", "b-2"])] == [
        ("b-2", "cancelled"),
        ("b-1", "paid back"),
    ]
    assert [e.reason for e in ledger.exclusions(["b-1", *(f"x-{n}" for n in range(1_000)), "b-2"])] == [
        "cancelled",
        "paid back",
    ], "by time, however many are asked for"
    assert ledger.exclusions(["b-3"]) == ledger.exclusions([]) == []


def test_a_batch_learns_whose_continuation_it_is(ledger: Ledger) -> None:
    ledger.open_batch(a_batch("b-2", scope='{"rows":"2-4"}'))
    ledger.adopt("b-2", "b-1")
    found = ledger.batch("b-2")
    assert found is not None
    assert (found.parent_id, found.scope) == ("b-1", '{"rows":"2-4"}')


def test_the_usual_size_of_a_feed_is_that_of_its_own_whole_drops(ledger: Ledger) -> None:
    for number, rows in enumerate((10, 20, 30, 40), start=1):
        prepared(ledger, batch=a_batch(f"b-{number}"), rows_read=rows)
    prepared(ledger, batch=a_batch("b-5", parent_id="b-1"), rows_read=1)
    prepared(ledger, batch=a_batch("b-6", drop=a_drop("d-6", feed="other")), rows_read=2)
    prepared(ledger, batch=a_batch("b-7", mapping="another"), rows_read=3)
    ledger.conclude("b-2", BatchStatus.FAILED, NOW)
    ledger.open_batch(a_batch("b-8"))
    assert ledger.row_numbers("acme", "acme-shipments", before="b-8", limit=2) == [40, 30]
    assert ledger.row_numbers("acme", "acme-shipments", before="b-4", limit=9) == [30, 10]


def test_an_answer_that_comes_after_another_owner_closed_its_attempt_changes_nothing(ledger: Ledger) -> None:
    prepared(ledger, an_order(0))
    late = sent(ledger, an_order(0))
    ledger.reopen("b-1", later(40))
    again = sent(ledger, an_order(0), "a-again")
    ledger.record_outcomes([refused(late)], ACCOUNT)
    assert [order.fate for order in ledger.orders("b-1")] == [OrderFate.SENDING]
    assert ledger.problems("b-1") == []
    ledger.record_outcomes([accepted(again)], ACCOUNT)
    ledger.record_outcomes([failed(late, None)], ACCOUNT)
    assert [order.fate for order in ledger.orders("b-1")] == [OrderFate.ACCEPTED]
    assert [attempt.outcome for attempt in ledger.attempts("b-1-o0")] == [
        AttemptOutcome.UNKNOWN,
        AttemptOutcome.ACCEPTED,
    ]


def test_a_batch_knows_which_ones_continue_it(ledger: Ledger) -> None:
    for number, parent in ((1, None), (2, "b-1"), (3, "b-2"), (4, "b-1")):
        ledger.open_batch(a_batch(f"b-{number}", parent_id=parent))
    assert [batch.id for batch in ledger.children("b-1")] == ["b-2", "b-4"]
    assert ledger.children("b-4") == []


PERSON = "anna@example.com"


def _with_a_person_everywhere(ledger: Ledger) -> None:
    told = a_refusal(f"{PERSON} is not known", value=PERSON)
    orders = [an_order(n, payload=f'{{"email":"{PERSON}"}}'.encode()) for n in range(3)]
    prepared(ledger, *orders, rows_read=4)
    ledger.add_row_fates("b-1", RowFate.REJECTED, [9])
    ledger.add_problems("b-1", [replace(told, code=Code.NOT_SENT, order=None)])
    attempts = [sent(ledger, order) for order in orders]
    outcomes = [accepted(attempts[0]), refused(attempts[1], told), failed(attempts[2], 500)]
    ledger.record_outcomes([replace(one, message=f"says {PERSON}") for one in outcomes], ACCOUNT)
    ledger.keep_links({orders[0].id: f"https://track.example.com/{PERSON}"})
    ledger.conclude("b-1", BatchStatus.UNFINISHED, later(9))


def test_a_purged_batch_keeps_its_books_and_forgets_people(ledger: Ledger) -> None:
    _with_a_person_everywhere(ledger)
    before, counts = ledger.orders("b-1"), ledger.counts("b-1")
    cells = [(one.code, one.cells, one.order, one.path) for one in ledger.problems("b-1")]
    ledger.purge(["b-1"], later(99))
    batch = ledger.batch("b-1")
    assert batch is not None
    assert (batch.purged_at, batch.status, batch.verdict) == (later(99), BatchStatus.UNFINISHED, None)
    assert ledger.orders("b-1") == [order._replace(payload=None) for order in before]
    assert ledger.counts("b-1") == counts
    assert ledger.last_accepted(ACCOUNT, ["FR-0"]) == {"FR-0": "digest-0"}
    problems = ledger.problems("b-1")
    assert [(one.code, one.cells, one.order, one.path) for one in problems] == cells
    assert ledger.links("b-1") == {}
    said = [attempt for order in before for attempt in ledger.attempts(order.id)]
    assert [attempt.http_status for attempt in said] == [201, 400, 500]
    assert PERSON not in f"{batch} {problems} {said} {ledger.find_orders('FR-')}"
    assert ledger.find_orders(PERSON) == []


def test_a_purge_leaves_other_batches_alone_and_never_makes_unsent_orders_ready_again(ledger: Ledger) -> None:
    _with_a_person_everywhere(ledger)
    other = an_order(0, "b-2", key="FR-9")
    prepared(ledger, other, batch=a_batch("b-2"))
    ledger.purge(["b-1"], later(99))
    assert ledger.orders("b-2") == [other]
    assert ledger.set_fates("b-1", [OrderFate.UNSENT], OrderFate.READY) == 0


@pytest.mark.parametrize(
    "status", [BatchStatus.RECEIVED, BatchStatus.SENDING, BatchStatus.PENDING, BatchStatus.HELD]
)
def test_a_batch_that_goes_on_or_waits_is_not_purged_and_none_with_it(
    status: BatchStatus, ledger: Ledger
) -> None:
    _with_a_person_everywhere(ledger)
    ledger.open_batch(a_batch("b-2", status=status))
    with pytest.raises(LedgerUnavailable, match="recorded nothing"):
        ledger.purge(["b-1", "b-2"], later(99))
    assert ledger.orders("b-1")[0].payload is not None


def test_a_purge_of_a_batch_that_is_not_there_says_so(ledger: Ledger) -> None:
    with pytest.raises(LedgerUnavailable, match="recorded nothing"):
        ledger.purge(["b-7"], NOW)


def test_a_purge_takes_the_remarks_of_a_failed_batch_which_quote_its_file(ledger: Ledger) -> None:
    ledger.open_batch(a_batch(status=BatchStatus.FAILED, remarks=f"The headings are: {PERSON}"))
    ledger.open_batch(a_batch("b-2", status=BatchStatus.REJECTS, remarks="This continues batch b-0."))
    ledger.purge(["b-1", "b-2"], later(99))
    assert [batch.remarks for batch in ledger.batches()] == ["This continues batch b-0.", ""]


def test_of_an_account_that_nobody_wrote_about_only_the_name_is_known(ledger: Ledger) -> None:
    assert ledger.account_state(ACCOUNT) == AccountState(account=ACCOUNT)
    assert ledger.account_states() == []


def test_what_is_found_out_about_an_account_is_kept_and_changed(ledger: Ledger) -> None:
    stopped = AccountState(
        account=ACCOUNT,
        reason="outage",
        detail="gone away",
        since=NOW,
        rests=2,
        probe_at=later(60),
        probing_since=later(61),
        probing_by="host/boot/1/2",
        resumed_at=later(-5),
        paused_until=later(9),
        next_at=later(0.5),
        noted_at=later(1),
        turns=7,
    )
    assert ledger.change_account(ACCOUNT, lambda _: stopped) == stopped
    ledger.change_account("another", lambda state: state)
    assert ledger.account_state(ACCOUNT) == stopped
    freed = ledger.change_account(ACCOUNT, lambda state: replace(state, reason=None, probe_at=None))
    assert freed == replace(stopped, reason=None, probe_at=None)
    assert ledger.account_states() == [freed]


def test_of_many_who_change_an_account_each_builds_on_the_one_before(ledger: Ledger) -> None:
    def one_more(state: AccountState) -> AccountState:
        return replace(state, rests=state.rests + 1)

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: ledger.change_account(ACCOUNT, one_more).rests, range(20)))
    assert sorted(results) == list(range(1, 21))


def test_a_feed_remembers_its_pause_and_its_last_poll_side_by_side(ledger: Ledger) -> None:
    assert ledger.feed_state("acme") == FeedState(feed="acme")
    ledger.change_feed("acme", lambda state: state.polled(NOW, "It did not answer."))
    ledger.change_feed("acme", lambda state: state.paused(later(1), "ops", "their server moves"))
    ledger.change_feed("acme", lambda state: state.paused(later(2), "admin", "too late"))
    failing = ledger.change_feed("acme", lambda state: state.polled(later(3), "It did not answer."))
    assert failing == ledger.feed_state("acme")
    assert failing == FeedState(
        feed="acme",
        paused_at=later(1),
        paused_by="ops",
        pause_reason="their server moves",
        polled_at=later(3),
        failed="It did not answer.",
        failing_since=NOW,
    )
    ledger.change_feed("acme", FeedState.resumed)
    ledger.change_feed("acme", lambda state: state.polled(later(4)))
    assert ledger.feed_state("acme") == FeedState(feed="acme", polled_at=later(4))
    assert ledger.feed_state("other") == FeedState(feed="other")


def not_sent(order: str | None = None) -> Problem:
    return Problem(code=Code.NOT_SENT, message="the account was stopped", order=order, owner=Owner.OPS)


def test_a_batch_that_is_put_off_waits_until_it_is_taken_up(ledger: Ledger) -> None:
    prepared(ledger, *(an_order(sequence) for sequence in range(4)), batch=a_batch())
    prepared(ledger, an_order(0, "b-2"), batch=a_batch("b-2", account="another"))
    ledger.record_outcomes([accepted(sent(ledger, an_order(0)))], ACCOUNT)
    ledger.record_outcomes([failed(sent(ledger, an_order(1)), 500)], ACCOUNT)
    ledger.put_aside("b-1", ["b-1-o2"], OrderFate.HELD, [a_refusal("held back")])
    assert ledger.waiting() == []
    assert ledger.put_off("b-1", NOW, not_sent()) == 1
    ledger.conclude("b-1", BatchStatus.UNFINISHED, later(3))
    assert ledger.put_off("b-2", later(1), not_sent()) == 1
    assert [(batch.id, batch.waits_since) for batch in ledger.waiting()] == [("b-1", NOW), ("b-2", later(1))]
    assert [batch.id for batch in ledger.waiting("another")] == ["b-2"]
    assert [problem.code for problem in ledger.problems("b-1")] == [Code.REFUSED, Code.NOT_SENT]

    assert ledger.take_up("b-1") == 2, "what was given up is tried again too"
    taken = ledger.batch("b-1")
    assert taken is not None
    assert (taken.status, taken.waits_since, taken.finished_at) == (BatchStatus.SENDING, None, None)
    assert [order.fate for order in ledger.orders("b-1")] == [
        OrderFate.ACCEPTED, OrderFate.READY, OrderFate.HELD, OrderFate.READY,
    ]  # fmt: skip
    assert [problem.message for problem in ledger.problems("b-1")] == ["held back"]
    assert [batch.id for batch in ledger.waiting()] == ["b-2"]


@pytest.mark.parametrize("owes", [False, True])
def test_a_batch_that_is_taken_up_owes_its_source_an_answer_where_it_is_said(
    ledger: Ledger, owes: bool
) -> None:
    prepared(ledger, an_order(0))
    ledger.feed_done("b-1", "archive/x.csv")
    ledger.put_off("b-1", NOW, not_sent())
    ledger.conclude("b-1", BatchStatus.UNFINISHED, NOW)
    ledger.take_up("b-1", owes_reply=owes)
    ledger.conclude("b-1", BatchStatus.ACCEPTED, NOW)
    assert [batch.id for batch in ledger.unfinished("acme")] == (["b-1"] if owes else [])


def test_a_batch_with_nothing_ready_is_not_put_off(ledger: Ledger) -> None:
    prepared(ledger, an_order(0))
    ledger.record_outcomes([accepted(sent(ledger, an_order(0)))], ACCOUNT)
    assert ledger.put_off("b-1", NOW, not_sent()) == 0
    assert ledger.put_off("b-9", NOW, not_sent()) == 0
    assert ledger.waiting() == []
    assert ledger.problems("b-1") == []


def test_a_batch_that_waits_since_long_ago_waits_since_then(ledger: Ledger) -> None:
    prepared(ledger, an_order(0), an_order(1))
    ledger.put_off("b-1", NOW, not_sent())
    ledger.set_fates("b-1", [OrderFate.UNSENT], OrderFate.READY)
    ledger.put_off("b-1", later(60), not_sent())
    assert [batch.waits_since for batch in ledger.waiting()] == [NOW]


def test_a_purged_batch_waits_for_nothing_and_nothing_of_it_is_taken_up(ledger: Ledger) -> None:
    prepared(ledger, an_order(0))
    ledger.put_off("b-1", NOW, not_sent())
    ledger.conclude("b-1", BatchStatus.UNFINISHED, NOW)
    ledger.purge(["b-1"], later(9))
    assert ledger.waiting() == []
    assert ledger.take_up("b-1") == 0


def test_the_last_drop_of_a_feed_is_the_one_that_arrived_last_whatever_was_rerun_since(
    ledger: Ledger,
) -> None:
    assert ledger.last_drop("acme") is None
    first, last = a_drop("d-1"), a_drop("d-2", arrived_at=later(60), place=None)
    for number, drop in enumerate((last, first, a_drop("d-3", feed="other", arrived_at=later(90)))):
        ledger.open_batch(a_batch(f"b-{number}", drop=drop))
    ledger.open_batch(a_batch("b-9", drop=first, parent_id="b-1", scope="{}", created_at=later(99)))
    assert ledger.last_drop("acme") == last
