"""What is expected of an example against what it became: told by order and field, by row and cell."""

import json
from typing import Any

import pytest

from orderdrop.core.shape import Leaf, ListNode, Shape, Wire
from orderdrop.pipeline.mappings.examples import ORDERS, REFUSED, REJECTS
from orderdrop.pipeline.mappings.expectations import compare, counts

SHAPE = Shape(
    destination="toy",
    key="id",
    leaves={place: Leaf(place=place, wire=Wire.TEXT) for place in ("id", "lines.sku", "lines.amount")},
    lists={"lines": ListNode(place="lines", key="sku")},
)
HEAD = "Order;Qty;_row;_problems;_fix_by;_batch\r\n"


def _orders(*orders: dict[str, Any]) -> dict[str, bytes]:
    return {ORDERS: json.dumps(orders).encode()}


def _told(before: dict[str, bytes], after: dict[str, bytes]) -> list[tuple[Any, ...]]:
    return [
        (one.kind, one.name, one.place, one.expected, one.became) for one in compare(before, after, SHAPE)
    ]


def test_what_is_as_expected_has_no_difference() -> None:
    files = _orders({"id": "A", "lines": [{"sku": "x", "amount": 1}]})
    files[REJECTS] = (HEAD + "B;two;4;Qty is wrong.;sender;b-1\r\n").encode()
    assert compare(files, dict(files), SHAPE) == []
    assert counts(files) == (1, 1)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param({"note": "a"}, {"note": "b"}, ("note", "a", "b"), id="a-field"),
        pytest.param({"note": "a"}, {}, ("note", "a", None), id="a-field-that-is-gone"),
        pytest.param({}, {"note": "a"}, ("note", None, "a"), id="a-field-that-came"),
        pytest.param({"at": {"city": "Lyon"}}, {"at": {"city": "Gent"}}, ("at.city", "Lyon", "Gent"), id="a-field-of-a-node"),
        pytest.param(
            {"lines": [{"sku": "x", "amount": 1}, {"sku": "y", "amount": 2}]},
            {"lines": [{"sku": "y", "amount": 3}, {"sku": "x", "amount": 1}]},
            ("lines[y].amount", 2, 3),
            id="a-part-is-known-by-its-key-wherever-it-stands",
        ),
        pytest.param({"lines": [{"sku": "x"}]}, {"lines": []}, ("lines[x]", {"sku": "x"}, None), id="a-part-that-is-gone"),
        pytest.param(
            {"lines": [{"sku": "x"}, {"sku": "x"}]},
            {"lines": [{"sku": "x"}, {"sku": "x", "amount": 2}]},
            ("lines[2].amount", None, 2),
            id="parts-of-one-key-are-told-by-position",
        ),
        pytest.param({"tags": ["a", "b"]}, {"tags": ["a", "c"]}, ("tags[2]", "b", "c"), id="a-plain-list"),
        pytest.param({"zip": "04109"}, {"zip": 4109}, ("zip", "04109", 4109), id="text-is-no-number"),
        pytest.param({"gift": True}, {"gift": 1}, ("gift", True, 1), id="true-is-not-one"),
    ],
)  # fmt: skip
def test_an_order_is_compared_field_by_field(
    before: dict[str, Any], after: dict[str, Any], told: tuple[Any, ...]
) -> None:
    assert _told(_orders({"id": "A"} | before), _orders({"id": "A"} | after)) == [("order", "A", *told)]


def test_orders_are_known_by_their_key() -> None:
    one, two = {"id": "A"}, {"id": "B"}
    assert _told(_orders(one, two), _orders(two, one)) == []
    assert _told(_orders(one), _orders(two)) == [
        ("order", "A", None, one, None),
        ("order", "B", None, None, two),
    ]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param("", "B;two;4;Wrong.;sender;b-1\r\n", ("4", None, None, "Wrong."), id="a-row-that-comes-back"),
        pytest.param("B;two;4;Wrong.;sender;b-1\r\n", "", ("4", None, "Wrong.", None), id="a-row-that-does-not-any-more"),
        pytest.param("B;two;4;Wrong.;sender;b-1\r\n", "B;two;4;Bad.;sender;b-1\r\n", ("4", "_problems", "Wrong.", "Bad."), id="another-problem"),
        pytest.param("B;two;4;Wrong.;sender;b-1\r\n", "B;2;4;Wrong.;sender;b-2\r\n", ("4", "Qty", "two", "2"), id="a-cell-and-the-batch-does-not-matter"),
    ],
)  # fmt: skip
def test_rows_are_compared_cell_by_cell(before: str, after: str, told: tuple[Any, ...]) -> None:
    one, two = ({REJECTS: (HEAD + rows).encode("cp1252")} for rows in (before, after))
    assert _told(one, two) == [("row", *told)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "\ufeffOrder,Qty,_row,_problems,_fix_by,_batch\nÜ,2,4,x,sender,b\n", id="commas-and-utf-8"
        ),
        pytest.param('Order\tQty\t_row\t_problems\t_fix_by\t_batch\nÜ\t"2\n3"\t4\tx\tsender\tb\n', id="tabs"),
        pytest.param(
            ";;;;;\nOrder;Qty;_row;_problems;_fix_by;_batch\nÜ;2;4;x;sender;b\n", id="headings-on-row-2"
        ),
        pytest.param("Ü;2;4;x;sender;b\n", id="no-headings"),
    ],
)
def test_a_report_is_read_in_the_senders_dialect(text: str) -> None:
    encodings = ["utf-8"] if text.startswith("\ufeff") else ["utf-8", "cp1252"]
    for encoding in encodings:
        data = {REJECTS: text.encode(encoding)}
        assert counts(data) == (0, 1)
        (told,) = _told(data, {REJECTS: text.replace("Ü", "O").encode(encoding)})
        assert told[3:] == ("Ü", "O")


def test_a_file_that_is_refused_as_a_whole_is_told_as_that() -> None:
    refused = {REFUSED: b"The file is empty.\n"}
    assert _told(_orders(), _orders() | refused) == [("file", "", None, None, "The file is empty.")]
    assert _told(refused, {REFUSED: b"The file is empty."}) == []
