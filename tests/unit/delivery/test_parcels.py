from collections.abc import Sequence

from tests.unit.delivery.world import order

from orderdrop.core.orders import StoredOrder
from orderdrop.core.policy import LOOK_UP_AFTER_SECONDS
from orderdrop.delivery.parcels import Doubt, Load, Waiting

NOW = 1000.0


def waiting(orders: list[StoredOrder], page_orders: int = 3) -> Waiting:
    def page(after: int, limit: int) -> list[StoredOrder]:
        return [stored for stored in orders if stored.sequence > after][:limit]

    return Waiting(page, page_orders)


def numbers(load: Load | None) -> list[int]:
    return [stored.sequence for stored in load.orders] if load else []


def test_orders_are_cut_by_sequence_across_pages() -> None:
    queue = waiting([order(n) for n in range(8)])
    assert [numbers(queue.cut(5, NOW)), numbers(queue.cut(5, NOW)), numbers(queue.cut(5, NOW))] == [
        [0, 1, 2, 3, 4],
        [5, 6, 7],
        [],
    ]
    assert queue.due_in(NOW) is None


def test_what_came_back_is_sent_when_its_time_has_come_and_before_fresh_orders() -> None:
    queue = waiting([order(n) for n in range(4)])
    first = queue.cut(1, NOW)
    assert first is not None
    queue.put_back(first, NOW + 5.0)
    assert numbers(queue.cut(1, NOW)) == [1]
    assert numbers(queue.cut(1, NOW + 5.0)) == [0]
    assert numbers(queue.cut(9, NOW + 5.0)) == [2, 3]


def test_what_came_back_is_awaited() -> None:
    queue = waiting([order(0)])
    load = queue.cut(1, NOW)
    assert load is not None
    queue.put_back(load, NOW + 5.0)
    assert queue.due_in(NOW) == 5.0
    assert queue.due_in(NOW + 9.0) == 0.0
    assert len(queue) == 1


def test_a_load_that_came_back_is_cut_to_the_size_that_is_wanted_now() -> None:
    queue = waiting([order(n) for n in range(5)], page_orders=9)
    load = queue.cut(5, NOW)
    assert load is not None
    queue.put_back(Load(orders=load.orders, attempt=2), NOW)
    cuts = [queue.cut(2, NOW) for _ in range(3)]
    assert [numbers(cut) for cut in cuts] == [[0, 1], [2, 3], [4]]
    assert {cut.attempt for cut in cuts if cut} == {2}


def test_fresh_orders_can_be_kept_back() -> None:
    queue = waiting([order(n) for n in range(2)])
    load = queue.cut(1, NOW)
    assert load is not None
    queue.put_back(load, NOW + 1.0)
    assert queue.cut(1, NOW, fresh=False) is None
    assert queue.due_in(NOW, fresh=False) == 1.0
    assert numbers(queue.cut(1, NOW)) == [1]


def test_a_second_order_of_a_key_waits_for_the_first() -> None:
    queue = waiting([order(0, "FR-1"), order(1, "FR-1"), order(2, "FR-2")])
    first = queue.cut(9, NOW)
    assert numbers(first) == [0, 2]
    assert queue.cut(9, NOW) is None
    assert queue.due_in(NOW) is None
    assert first is not None
    queue.release(first.orders[0])
    assert queue.due_in(NOW) == 0.0
    assert numbers(queue.cut(9, NOW)) == [1]


def test_orders_that_an_earlier_run_left_pending_hold_their_keys() -> None:
    queue = waiting([order(5, "FR-1")])
    queue.take_out([order(0, "FR-1")])
    assert queue.cut(1, NOW) is None


def test_an_order_of_an_earlier_run_that_may_go_again_is_not_read_a_second_time() -> None:
    queue = waiting([order(n) for n in range(6)], page_orders=3)
    queue.take_out([order(4), order(5)])
    assert numbers(queue.cut(3, NOW)) == [0, 1, 2]
    queue.put_back(Load(orders=(order(4), order(5)), attempt=2), NOW)  # its ticket was lost
    assert numbers(queue.cut(3, NOW)) == [4, 5]
    queue.release(order(4))
    queue.release(order(5))
    assert [numbers(queue.cut(3, NOW)), numbers(queue.cut(3, NOW))] == [[3], []]


def test_a_page_that_is_all_of_an_earlier_run_is_no_end() -> None:
    queue = waiting([order(n) for n in range(5)], page_orders=2)
    queue.take_out([order(0), order(1), order(2), order(3)])
    assert numbers(queue.cut(9, NOW)) == [4]


def test_halves_keep_the_order_and_the_count() -> None:
    load = Load(orders=tuple(order(n) for n in range(5)), attempt=3)
    first, second = load.halves()
    assert (numbers(first), numbers(second)) == ([0, 1], [2, 3, 4])
    assert (first.attempt, second.attempt) == (3, 3)


def test_a_rare_lane_does_not_tear_the_parcels_of_the_others() -> None:
    orders = [order(n) for n in range(600)]

    def page(after: int, limit: int) -> list[StoredOrder]:
        return [stored for stored in orders if stored.sequence > after][:limit]

    def lane(stored: StoredOrder) -> str:
        return "express" if stored.sequence % 30 == 7 else "slot"

    queue = Waiting(page, 100, lane=lane)
    loads = list(iter(lambda: queue.cut(50, NOW), None))
    assert all(len({lane(stored) for stored in load.orders}) == 1 for load in loads)
    assert all(numbers(load) == sorted(numbers(load)) for load in loads)
    assert sorted(n for load in loads for n in numbers(load)) == list(range(600))
    assert len(loads) <= 15  # twelve would do if all waited from the start


def test_an_order_in_doubt_comes_alone_and_later_and_a_twin_of_it_is_doubted_anew() -> None:
    orders = [order(0), order(1), order(2, "FR-1")]
    asked: list[list[int]] = []

    def doubts(some: Sequence[StoredOrder]) -> dict[str, Doubt]:
        asked.append([stored.sequence for stored in some])
        return {stored.id: Doubt(rival=len(some) == 1) for stored in some if stored.key == "FR-1"}

    queue = Waiting(lambda after, limit: orders if after < 0 else [], 9, doubts=doubts)
    assert numbers(queue.cut(9, NOW)) == [0]
    assert queue.cut(9, NOW) is None
    wait = queue.due_in(NOW)
    assert wait == LOOK_UP_AFTER_SECONDS
    assert queue.cut(9, NOW + wait) == Load(orders=(orders[1],), doubt=Doubt())
    queue.release(orders[1])
    assert queue.cut(9, NOW + wait) == Load(orders=(orders[2],), doubt=Doubt(rival=True))
    assert asked == [[0, 1, 2], [2]]
