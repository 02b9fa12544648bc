import pytest
from tests.unit.ledger.facts import an_order, prepared

from orderdrop.core.outcomes import OrderFate
from orderdrop.ledger.memory import MemoryLedger
from orderdrop.ledger.paging import every_order, pages


@pytest.fixture
def ledger() -> MemoryLedger:
    made = MemoryLedger()
    prepared(made, *(an_order(n) for n in range(7)))
    return made


@pytest.mark.parametrize(
    ("page_orders", "sizes"),
    [
        pytest.param(3, [3, 3, 1], id="a last one that is not full"),
        pytest.param(7, [7], id="just one"),
        pytest.param(100, [7], id="room for more"),
    ],
)
def test_every_order_is_on_one_page_in_its_sequence(
    page_orders: int, sizes: list[int], ledger: MemoryLedger
) -> None:
    found = list(pages(ledger, "b-1", page_orders=page_orders))
    assert [len(page) for page in found] == sizes
    assert [order for page in found for order in page] == ledger.orders("b-1")
    assert list(every_order(ledger, "b-1", page_orders=page_orders)) == ledger.orders("b-1")


def test_only_the_wanted_fates_are_found(ledger: MemoryLedger) -> None:
    assert list(every_order(ledger, "b-1", (OrderFate.REFUSED,))) == []
    assert len(list(every_order(ledger, "b-1", (OrderFate.READY,)))) == 7


def test_nothing_is_left_out_where_orders_change_their_fate_between_two_pages(ledger: MemoryLedger) -> None:
    seen = []
    for page in pages(ledger, "b-1", (OrderFate.READY,), page_orders=2):
        seen += [order.sequence for order in page]
        ledger.put_aside("b-1", [order.id for order in page], OrderFate.HELD, [])
    assert seen == list(range(7))
