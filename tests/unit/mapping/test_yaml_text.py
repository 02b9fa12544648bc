"""Values written as YAML are read again as the same values, whatever they are."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdrop.mapping import yaml_lines
from orderdrop.mapping.yaml_text import as_yaml

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    [
        "null",
        "True",
        "~",
        "0123",
        "1E+05",
        "1.5",
        "12",
        "yes",
        "a: b",
        "# a",
        "<<",
        "=",
        " a ",
        "a, b",
        "*a",
        "-",
        "",
    ]
)
SCALARS = (
    TEXTS
    | st.integers(-(10**17), 10**17)
    | st.booleans()
    | st.none()
    | st.decimals(-(10**9), 10**9, places=7).map(float)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4))
def test_whatever_is_written_is_read_again(data: dict[str, Any]) -> None:
    document = yaml_lines.parse(as_yaml(data), "x.yaml")
    assert isinstance(document, yaml_lines.Document), document
    assert document.data == data
    assert list(document.data) == list(data)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param({"mapping": "shop"}, "mapping: shop\n", id="plain-text-stays-plain"),
        pytest.param(
            {"columns": {"Order ref": {"to": ["a", "b.c"], "required": True}, "Größe": "ignore"}},
            "columns:\n  Order ref: {to: [a, b.c], required: true}\n  Größe: ignore\n",
            id="one-entry-a-line",
        ),
        pytest.param({"file": {"delimiter": ";"}}, 'file:\n  delimiter: ";"\n', id="signs-are-quoted"),
        pytest.param({"minimum": 0.0000001}, "minimum: 0.0000001\n", id="no-powers-of-ten"),
    ],
)
def test_it_reads_as_a_person_would_write_it(data: dict[str, Any], text: str) -> None:
    assert as_yaml(data) == text
