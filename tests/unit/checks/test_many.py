"""A place that takes many values gets one from every column, template and constant that goes there."""

from collections.abc import Mapping, Sequence

import pytest
from tests.unit.checks.small import text_frame

from orderdrop.checks.header import bind
from orderdrop.checks.judge import Judge
from orderdrop.core.shape import Leaf, Shape, Wire
from orderdrop.frames import TypedFrame
from orderdrop.mapping.model import Mapping as FileMapping

SHAPE = Shape(
    destination="small",
    key="id",
    leaves={
        "id": Leaf(place="id", wire=Wire.TEXT),
        "tags": Leaf(place="tags", wire=Wire.TEXT, many=True, max_length=6),
    },
)
CELLS = {"Id": ["A", "B", "C"], "Kind": ["shoes", "", ""], "Year": ["2026", "2025", ""]}


def judged(columns: Mapping[str, object], cells: Mapping[str, Sequence[str]], **rest: object) -> TypedFrame:
    mapping = FileMapping.model_validate(
        {"mapping": "small", "destination": "small", "columns": {"Id": {"to": "id"}, **columns}, **rest}
    )
    binding = bind(mapping, list(cells), has_header=True)
    return Judge(mapping, SHAPE, binding, spreadsheet=False).judge(text_frame(cells))


@pytest.mark.parametrize(
    ("columns", "rest", "tags"),
    [
        pytest.param({"Kind": {"to": "tags"}}, {}, ["shoes", None, None], id="one-column-as-it-is"),
        pytest.param(
            {"Kind": {"to": "tags"}, "Year": {"to": "tags"}},
            {},
            [["shoes", "2026"], [None, "2025"], None],
            id="two-columns-side-by-side-and-nothing-where-both-are-blank",
        ),
        pytest.param(
            {"Kind": {"to": "tags"}},
            {"derived": {"tags": "y:{Year}"}},
            [["shoes", "y:2026"], [None, "y:2025"], None],
            id="a-column-and-a-template",
        ),
        pytest.param(
            {"Kind": {"to": "tags"}},
            {"constants": {"tags": "web"}},
            [["shoes", "web"], [None, "web"], [None, "web"]],
            id="a-column-and-a-constant",
        ),
    ],
)
def test_every_column_adds_its_value(
    columns: dict[str, object], rest: dict[str, object], tags: list[object]
) -> None:
    assert judged(columns, CELLS, **rest).values.column("tags").to_pylist() == tags


def test_a_value_that_breaks_a_rule_is_told_at_its_own_column() -> None:
    found = judged(
        {"Kind": {"to": "tags"}, "Year": {"to": "tags"}},
        {"Id": ["A"], "Kind": ["shoe"], "Year": ["two thousand"]},
    )
    assert [problem.column for problem in found.problems] == ["Year"]


def test_all_its_headings_are_behind_the_place() -> None:
    mapping = FileMapping.model_validate(
        {
            "mapping": "small",
            "destination": "small",
            "columns": {"Id": {"to": "id"}, "Kind": {"to": "tags"}},
            "constants": {"tags": "web"},
            "derived": {"tags": "{Year}"},
        }
    )
    assert bind(mapping, list(CELLS), has_header=True).sources["tags"] == ("Kind", "Year")
