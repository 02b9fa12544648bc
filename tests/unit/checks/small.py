"""A small destination and frames of text, made by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from orderdrop.checks.header import bind
from orderdrop.checks.judge import Judge
from orderdrop.core.shape import Leaf, ListNode, Shape, Wire
from orderdrop.frames import TextFrame, TypedFrame
from orderdrop.mapping.model import Mapping as FileMapping

WIRES = {
    "merchant_id": Wire.TEXT,
    "email": Wire.TEXT,
    "ordered_at": Wire.UNIX_SECONDS,
    "ship_on": Wire.ISO_DATE,
    "country": Wire.COUNTRY_ALPHA2,
    "country3": Wire.COUNTRY_ALPHA3,
    "language": Wire.LANGUAGE,
    "currency": Wire.CURRENCY,
    "gift": Wire.BOOLEAN,
    "price": Wire.DECIMAL_TEXT,
    "weight": Wire.NUMBER,
    "note": Wire.TEXT,
    "fulfillments.merchant_id": Wire.TEXT,
    "fulfillments.trackers.tracking_number": Wire.TEXT,
    "fulfillments.trackers.line_items.sku": Wire.TEXT,
    "fulfillments.trackers.line_items.name": Wire.TEXT,
    "fulfillments.trackers.line_items.quantity": Wire.INTEGER,
}
QUANTITY = "fulfillments.trackers.line_items.quantity"
NAME = "fulfillments.trackers.line_items.name"


def small_shape() -> Shape:
    """A destination with one leaf of every wire, a closed list of states and a short text."""
    leaves = {place: Leaf(place=place, wire=wire) for place, wire in WIRES.items()}
    leaves["state"] = Leaf(place="state", wire=Wire.TEXT, one_of=("shipped", "canceled"))
    leaves["short"] = Leaf(place="short", wire=Wire.TEXT, max_length=5)
    lists = {"fulfillments": ListNode(place="fulfillments", key="merchant_id")}
    return Shape(destination="small", key="merchant_id", leaves=leaves, lists=lists)


def text_frame(columns: Mapping[str, Sequence[str]], first_row: int = 2) -> TextFrame:
    """A frame as the reader gives it; `first_row` is its first physical row."""
    count = len(next(iter(columns.values()), ()))
    cells = pd.DataFrame(
        {
            name: pd.arrays.ArrowExtensionArray(pa.array(list(texts), pa.string()))
            for name, texts in columns.items()
        },
        index=pd.Index(np.arange(first_row, first_row + count, dtype=np.int64)),
    )
    return TextFrame(cells=cells)


def small_mapping(columns: Mapping[str, object], **rest: object) -> FileMapping:
    """A mapping to the small destination."""
    return FileMapping.model_validate(
        {"mapping": "small", "destination": "small", "columns": columns, **rest}
    )


def judge_of(mapping: FileMapping, headings: Sequence[str], **options: object) -> Judge:
    """A judge for a file with these headings."""
    options = {"spreadsheet": False, **options}
    return Judge(mapping, small_shape(), bind(mapping, headings, has_header=True), **options)  # type: ignore[arg-type] # the options are Judge's own


def judged(columns: Mapping[str, object], cells: Mapping[str, Sequence[str]], **rest: object) -> TypedFrame:
    """Judge columns of text in one go; `spreadsheet` and `listing_cap` are the judge's, the rest is the mapping's."""
    options = {name: rest.pop(name) for name in ("spreadsheet", "listing_cap") if name in rest}
    mapping = small_mapping(columns, **rest)
    return judge_of(mapping, list(cells), **options).judge(text_frame(cells))


def one(kind: str, text: str, *, to: str = "note", spreadsheet: bool = False, **options: Any) -> object:
    """What one cell of a typed column becomes: its value, or (code, message) of its only problem."""
    columns = {"Id": {"to": "merchant_id"}, "Cell": {"to": to, "type": kind, **options}}
    frame = judged(columns, {"Id": ["1"], "Cell": [text]}, spreadsheet=spreadsheet)
    if frame.problems:
        (problem,) = frame.problems
        return problem.code.value, problem.message
    return frame.values.column(to)[0].as_py()
