"""Promises 2 and 8 over any story: nothing lost, nothing doubled, never faster than the pace."""

import threading
from collections import deque
from random import Random

from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st
from tests.unit.delivery.world import (
    BATCH,
    Act,
    Api,
    Death,
    Receiver,
    SimulatedCrew,
    Time,
    Watch,
    batch,
    ledger_with,
    locate,
    order,
)

from orderdrop.core.outcomes import OrderFate
from orderdrop.delivery.breaker import Breaker
from orderdrop.delivery.pace import Pace
from orderdrop.delivery.sender import deliver
from orderdrop.delivery.terms import Grouping, Rhythm
from orderdrop.destinations.base import Parcel
from orderdrop.ledger.memory import MemoryLedger

stories = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
acts = st.lists(st.sampled_from(Act), max_size=30)
SETTLED = (OrderFate.ACCEPTED, OrderFate.REFUSED)


class Checked:
    """Looks at the ledger in the moment in which a request arrives."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger

    def __call__(self, parcel: Parcel) -> None:
        now = {order.key: order for order in self._ledger.orders(BATCH)}
        for key in parcel.keys:
            assert now[key].fate is OrderFate.SENDING, "sent without its attempt on disk, or after its answer"
            assert self._ledger.attempts(now[key].id)[-1].outcome is None
        sequences = [now[key].sequence for key in parcel.keys]
        assert sequences == sorted(sequences)


def run(
    ledger: MemoryLedger,
    api: Api,
    random: Random,
    *,
    watch: Watch,
    concurrency: int,
    burst: int = 1,
    upserts: bool = True,
) -> None:
    """One process: its own pace and breaker, and whatever the ledger says of the time before."""
    time, began = api.time, len(api.times)
    ledger.reopen(BATCH, time.now())
    pace = Pace(api.rate, burst, monotonic=time.monotonic)
    try:
        deliver(
            batch(),
            ledger,
            Receiver(upserts=upserts),
            api,
            pace=pace,
            breaker=Breaker(clock=time.monotonic),
            clock=time.now,
            random=random,
            stop=threading.Event(),
            locate=locate,
            concurrency=concurrency,
            watcher=watch,
            crew=SimulatedCrew(time, random),
            rhythm=Rhythm(
                page_orders=7,
                grouping=Grouping(orders=5),
                hasty_grouping=Grouping(orders=5),
                look_seconds=20.0,
            ),
        )
    finally:
        if api.rate is not None:
            assert_within(api.times[began:], api.rate, burst)


def assert_within(times: list[float], rate: float, burst: int) -> None:
    for first, start in enumerate(times):
        for last, end in enumerate(times[first:], start=first):
            assert last - first + 1 <= burst + rate * (end - start) + 1e-6


@stories
@example(  # a lost ticket of an earlier run, whose order lies behind the page that was read by then
    count=9,
    bad=set(),
    size=4,
    script=[
        Act.THROTTLED,
        Act.LOST_TICKET,
        Act.THROTTLED,
        Act.LOST_TICKET,
        Act.LOST_TICKET,
        Act.NO_BATCHES,
    ],
    deaths=[18],
    concurrency=3,
    rate=2.0,
    burst=1,
    seed=2,
)
@given(
    count=st.integers(1, 25),
    bad=st.sets(st.integers(0, 24), max_size=4),
    size=st.integers(1, 6),
    script=acts,
    deaths=st.lists(st.integers(0, 40), max_size=4),
    concurrency=st.integers(1, 4),
    rate=st.sampled_from([None, 2.0, 7.0]),
    burst=st.integers(1, 3),
    seed=st.integers(0, 2**16),
)
def test_any_story_ends_with_every_order_as_the_api_holds_it(
    count: int,
    bad: set[int],
    size: int,
    script: list[Act],
    deaths: list[int],
    concurrency: int,
    rate: float | None,
    burst: int,
    seed: int,
) -> None:
    orders = [order(sequence) for sequence in range(count)]
    ledger, random = ledger_with(orders), Random(seed)
    api = Api(
        time=Time(),
        script=deque(script),
        bad=frozenset(f"FR-{number}" for number in bad),
        size=size,
        rate=rate,
        before_post=Checked(ledger),
    )
    for death in deaths:
        try:
            run(ledger, api, random, watch=Watch(death), concurrency=concurrency, burst=burst)
        except Death:
            event("died")
        ledger.set_fates(BATCH, (OrderFate.UNSENT,), OrderFate.READY)
    for _ in range(len(script) + 2):  # a rerun for every fault that stops an account
        run(ledger, api, random, watch=Watch(), concurrency=concurrency, burst=burst)
        ledger.set_fates(BATCH, (OrderFate.UNSENT,), OrderFate.READY)
        if all(stored.fate in SETTLED for stored in ledger.orders(BATCH)):
            break
    for stored in ledger.orders(BATCH):
        expected = OrderFate.REFUSED if stored.key in api.bad else OrderFate.ACCEPTED
        assert stored.fate is expected
        assert (api.store.get(stored.key) == stored.payload) is (expected is OrderFate.ACCEPTED)
        assert all(attempt.outcome is not None for attempt in ledger.attempts(stored.id))
    assert {problem.order for problem in ledger.problems(BATCH) if problem.order} == {
        stored.key for stored in ledger.orders(BATCH) if stored.fate is OrderFate.REFUSED
    }


@stories
@given(
    count=st.integers(1, 15),
    size=st.integers(1, 4),
    script=acts,
    concurrency=st.integers(1, 4),
    seed=st.integers(0, 2**16),
)
def test_an_api_that_does_not_upsert_never_holds_an_order_twice(
    count: int, size: int, script: list[Act], concurrency: int, seed: int
) -> None:
    ledger = ledger_with(order(sequence) for sequence in range(count))
    api = Api(time=Time(), script=deque(script), size=size, before_post=Checked(ledger))
    run(ledger, api, Random(seed), watch=Watch(), concurrency=concurrency, upserts=False)
    assert sorted(api.kept) == sorted(set(api.kept))


@stories
@given(
    keys=st.lists(st.sampled_from(["FR-1", "FR-2", "FR-3", "FR-4"]), min_size=2, max_size=12),
    size=st.integers(1, 4),
    script=st.lists(st.sampled_from([Act.WELL, Act.SERVER, Act.PENDING, Act.THROTTLED_FOR_2]), max_size=4),
    seed=st.integers(0, 2**16),
)
def test_orders_of_one_key_go_one_after_the_other_and_the_last_stays(
    keys: list[str], size: int, script: list[Act], seed: int
) -> None:
    orders = [order(sequence, key) for sequence, key in enumerate(keys)]
    ledger = ledger_with(orders)
    api = Api(time=Time(), script=deque(script), size=size)
    run(ledger, api, Random(seed), watch=Watch(), concurrency=3)
    assert {stored.fate for stored in ledger.orders(BATCH)} == {OrderFate.ACCEPTED}
    assert api.store == {stored.key: stored.payload for stored in orders}
