"""Values of the port as rows, and back."""

import copy
import pickle

from hypothesis import given
from hypothesis import strategies as st

from orderdrop.core.lineage import Lineage
from orderdrop.core.orders import StoredOrder
from orderdrop.core.outcomes import OrderFate
from orderdrop.ledger.records import order_record, read_order
from orderdrop.ledger.tables import ORDERS

LEVELS = ("fulfillments", "fulfillments.trackers")
ROWS = st.lists(st.integers(2, 10**9), max_size=5)


def stored(lineage: Lineage) -> StoredOrder:
    return StoredOrder(
        id="o-1", batch_id="b-1", sequence=3, key="A-1", digest="d", payload="é{}".encode(), lineage=lineage,
        fate=OrderFate.READY, reference="r",
    )  # fmt: skip


def read_back(order: StoredOrder) -> StoredOrder:
    record = order_record(order.batch_id, order)
    return read_order([record[column.name] for column in ORDERS.c])


@given(rows=ROWS, data=st.data())
def test_an_order_is_read_as_it_was_written(rows: list[int], data: st.DataObject) -> None:
    at = st.tuples(st.integers(-1, 3), st.integers(-1, 3))
    positions = data.draw(st.lists(at, min_size=len(rows), max_size=len(rows)))
    order = stored(Lineage(levels=LEVELS, rows=tuple(rows), positions=tuple(positions)))
    assert read_back(order) == order
    assert order == read_back(order)


def test_a_lineage_that_was_read_is_like_any_other() -> None:
    made = Lineage(levels=LEVELS, rows=(2, 3), positions=((0, 0), (0, 1)))
    assert {read_back(stored(made)).lineage} == {made}
    assert repr(read_back(stored(made)).lineage).endswith(repr(made).removeprefix("Lineage"))
    assert read_back(stored(made)).lineage.rows_at("fulfillments.0.trackers.1.carrier_code") == (3,)
    assert read_back(stored(made)).lineage.made("fulfillments.0.trackers.1")
    assert read_back(stored(made)).lineage != Lineage(levels=(), rows=(), positions=())


def test_a_lineage_that_was_read_may_be_copied_and_handed_to_another_process() -> None:
    made = Lineage(levels=LEVELS, rows=(2, 3), positions=((0, 0), (0, 1)))
    assert copy.copy(read_back(stored(made)).lineage) == made
    assert pickle.loads(pickle.dumps(read_back(stored(made)).lineage)) == made
    assert not hasattr(read_back(stored(made)).lineage, "level")
