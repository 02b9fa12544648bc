"""Places that take many values, and elements that more than one field tells apart."""

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from tests.unit.orders.warehouse import columns_of, frame_of, headings_of, nest, rows_of

from orderdrop.core.problems import Code
from orderdrop.core.shape import Leaf, ListNode, Shape, Wire
from orderdrop.mapping.model import OnBadRow, OnDuplicateRow
from orderdrop.orders import Nested

SHAPE = Shape(
    destination="parcel office",
    key="id",
    leaves={
        place: Leaf(place=place, wire=Wire.TEXT, many=place.endswith("tags"))
        for place in ("id", "tags", "parcels.number", "parcels.carrier", "parcels.tags", "parcels.note")
    },
    lists={"parcels": ListNode(place="parcels", key="number", further_keys=("carrier",))},
)


def nested(*rows: dict[str, Any]) -> Nested:
    given = rows_of(*rows)
    names = columns_of(given)
    frame = frame_of(given, [name for name in names if name != "tags"])
    if "tags" in names:  # text, or lists of texts where several columns go there
        frame = replace(
            frame, values=frame.values.append_column("tags", pa.array([row.get("tags") for row in rows]))
        )
    (found,) = nest(
        [frame],
        SHAPE,
        on_bad_row=OnBadRow.HOLD_ORDER,
        on_duplicate_row=OnDuplicateRow.REJECT,
        sources=headings_of(names),
        spill_folder=None,
    )
    return found


@pytest.mark.parametrize(
    ("tags", "gathered"),
    [
        pytest.param(["a:1"], ["a:1"], id="one-row-gives-a-list-of-one"),
        pytest.param(["a:1", "b:2"], ["a:1", "b:2"], id="rows-add-to-it-instead-of-disagreeing"),
        pytest.param(["b:2", None, "a:1", "b:2"], ["b:2", "a:1"], id="each-value-once-in-the-rows-order"),
        pytest.param([None, None], None, id="none-at-all"),
        pytest.param(
            [["a:1", "b:2"], ["c:3", None], None], ["a:1", "b:2", "c:3"], id="several-columns-of-the-place"
        ),
    ],
)
def test_a_place_that_takes_many_gathers_the_values_of_all_rows(tags: list[Any], gathered: Any) -> None:
    rows = [{"id": "A", "tags": tag, "parcels.number": str(number)} for number, tag in enumerate(tags)]
    found = nested(*rows)
    assert found.problems == ()
    (draft,) = found.drafts
    assert draft.payload.get("tags") == gathered


def test_each_element_gathers_its_own() -> None:
    found = nested(
        {"id": "A", "parcels.number": "1", "parcels.carrier": "x", "parcels.tags": "a"},
        {"id": "A", "parcels.number": "2", "parcels.carrier": "x", "parcels.tags": "b"},
        {"id": "A", "parcels.number": "1", "parcels.carrier": "x", "parcels.tags": "c"},
    )
    (draft,) = found.drafts
    assert [parcel["tags"] for parcel in draft.payload["parcels"]] == [["a", "c"], ["b"]]


def test_a_further_key_tells_apart_what_has_the_same_name() -> None:
    found = nested(
        {"id": "A", "parcels.number": "1", "parcels.carrier": "x", "parcels.note": "m"},
        {"id": "A", "parcels.number": "1", "parcels.carrier": "y", "parcels.note": "n"},
        {"id": "A", "parcels.number": "1", "parcels.carrier": "x", "parcels.note": "m"},
        {"id": "A", "parcels.number": "1", "parcels.carrier": None, "parcels.note": "o"},
        {"id": "B", "parcels.number": "1", "parcels.carrier": "y", "parcels.note": "p"},
    )
    assert [problem.code for problem in found.problems] == [Code.ROWS_MERGED]
    parcels = [[(p.get("carrier"), p["note"]) for p in draft.payload["parcels"]] for draft in found.drafts]
    assert parcels == [[("x", "m"), ("y", "n"), (None, "o")], [("y", "p")]]
    assert found.drafts[0].lineage.positions == ((0,), (1,), (0,), (2,))


def test_without_its_name_an_element_is_none_whatever_else_it_has() -> None:
    (problem,) = nested({"id": "A", "parcels.number": None, "parcels.carrier": "x"}).problems
    assert problem.path == "parcels.number"
