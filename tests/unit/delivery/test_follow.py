import pytest
from tests.unit.delivery.world import order

from orderdrop.delivery.follow import Asking, Tickets, by_ticket
from orderdrop.delivery.parcels import Sent

NOW = 1000.0
ASKING = Asking(first_seconds=1.0, growth=2.0, longest_seconds=5.0, give_up_seconds=20.0)


def sent(number: int) -> Sent:
    return Sent(orders=(order(number),), attempt_ids=(f"a-{number}",), ticket=f"job-{number}")


def test_a_ticket_is_asked_about_less_and_less_often_and_then_left() -> None:
    tickets = Tickets(ASKING)
    tickets.add(sent(1), NOW)
    now, waits = NOW, []
    while (wait := tickets.due_in(now)) is not None:
        waits.append(wait)
        now += wait
        tickets.again(tickets.take(), now)
    assert waits == [1.0, 2.0, 4.0, 5.0, 5.0]
    assert len(tickets) == 0


def test_a_ticket_of_an_earlier_run_is_asked_about_at_once() -> None:
    tickets = Tickets(ASKING)
    tickets.add(sent(1), NOW, at_once=True)
    assert tickets.due_in(NOW) == 0.0


def test_the_longest_due_comes_first() -> None:
    tickets = Tickets(ASKING)
    tickets.add(sent(1), NOW + 3.0)
    tickets.add(sent(2), NOW)
    assert tickets.take().sent.ticket == "job-2"


def test_a_ticket_under_way_counts_until_it_has_its_answer() -> None:
    tickets = Tickets(ASKING)
    tickets.add(sent(1), NOW)
    tickets.take()
    assert (len(tickets), tickets.due_in(NOW)) == (1, None)
    tickets.done()
    assert len(tickets) == 0


def test_an_api_that_asks_for_a_wait_gets_it() -> None:
    tickets = Tickets(ASKING)
    tickets.add(sent(1), NOW)
    assert tickets.again(tickets.take(), NOW, 17.0)
    assert tickets.due_in(NOW) == 17.0


@pytest.mark.parametrize(("in_seconds", "kept"), [(20.0, True), (20.1, False)])
def test_a_wait_beyond_the_deadline_leaves_the_orders_pending(in_seconds: float, kept: bool) -> None:
    tickets = Tickets(ASKING)
    tickets.add(sent(1), NOW)
    assert tickets.again(tickets.take(), NOW, in_seconds) is kept
    assert len(tickets) == kept


def test_orders_left_pending_are_grouped_by_ticket_in_the_order_they_were_sent() -> None:
    pending = [
        order(n)._replace(reference=ticket) for n, ticket in enumerate(["b", "a", "b", "a", None, "b"])
    ]
    groups = by_ticket(pending)
    assert [(group.ticket, [stored.sequence for stored in group.orders]) for group in groups] == [
        ("b", [0, 2, 5]),
        ("a", [1, 3]),
    ]
