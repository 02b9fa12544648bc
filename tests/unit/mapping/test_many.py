"""A place that takes many values may be filled more than once; any other may not."""

import pytest

from orderdrop.core.shape import Leaf, Shape, Wire
from orderdrop.errors import MappingError
from orderdrop.mapping import load

SHAPE = Shape(
    destination="small",
    key="id",
    leaves={
        "id": Leaf(place="id", wire=Wire.TEXT),
        "tags": Leaf(place="tags", wire=Wire.TEXT, many=True),
        "note": Leaf(place="note", wire=Wire.TEXT),
    },
)
TEXT = """\
mapping: small
destination: small
columns:
  Id: {{to: id, required: true}}
  Kind: {{to: {place}}}
  Year: {{to: {place}}}
derived: {{{place}: "{{Kind}}"}}
"""


def parsed(place: str) -> load.LoadedMapping:
    return load.parse(TEXT.format(place=place), "small.yaml", lambda _: SHAPE, ("small",))


def test_tags_may_come_from_several_columns_and_a_template() -> None:
    assert parsed("tags").mapping.derived == {"tags": "{Kind}"}


def test_a_place_of_one_value_may_not() -> None:
    with pytest.raises(MappingError) as raised:
        parsed("note")
    assert [fault.line for fault in raised.value.faults] == [6, 7]
