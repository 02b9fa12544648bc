"""The pandera schema: every failing cell, and pandera's traps walked round."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orderdrop.checks.arrow import pa
from orderdrop.checks.rules import Limit, Rule
from orderdrop.checks.schema import Schema, full_matches
from orderdrop.core.problems import Code


@pytest.mark.parametrize(
    ("code", "limit", "cells", "failing"),
    [
        pytest.param(Code.REQUIRED, None, ["a", None, None], [1, 2], id="required"),
        pytest.param(
            Code.PATTERN, "[A-Z]{2}", ["AB", "ABC", None, "ab"], [1, 3], id="pattern-is-of-the-whole-text"
        ),
        pytest.param(Code.NOT_ALLOWED, ("a", "b"), ["a", "c", None], [1], id="one-of"),
        pytest.param(Code.TOO_LONG, 2, ["ab", "abc", "éé", None], [1], id="characters-not-bytes"),
        pytest.param(Code.TOO_SMALL, 1.0, [0, 1, 2, None], [0], id="minimum"),
        pytest.param(Code.TOO_LARGE, 2.5, [1, 2, 3, None], [2], id="maximum"),
        pytest.param(Code.NOT_ALLOWED, (True,), [True, False, None], [1], id="one-of-booleans"),
    ],
)
def test_a_rule_names_the_failing_rows_and_passes_over_blank_ones(
    code: Code, limit: Limit, cells: list[object], failing: list[int]
) -> None:
    column = pa.array(cells)
    schema = Schema([Rule(view="x", code=code, limit=limit)], {"x": column.type})
    assert {rule: rows.tolist() for rule, rows in schema.failures({"x": column}).items()} == {0: failing}


def test_rows_without_a_fault_give_nothing() -> None:
    schema = Schema([Rule(view="x", code=Code.REQUIRED)], {"x": pa.string()})
    assert schema.failures({"x": pa.array(["a"])}) == {}
    assert schema.failures({"x": pa.array([], pa.string())}) == {}
    assert Schema([], {}).failures({}) == {}


def test_a_blank_cell_hides_no_other_failure_of_its_column() -> None:
    rules = [
        Rule(view="x", code=Code.REQUIRED),
        Rule(view="x", code=Code.PATTERN, limit="[a-z]+"),
        Rule(view="x", code=Code.TOO_LONG, limit=3),
    ]
    found = Schema(rules, {"x": pa.string()}).failures({"x": pa.array([None, "ABCD", "abc", "12345", None])})
    assert {rule: rows.tolist() for rule, rows in found.items()} == {0: [0, 4], 1: [1, 3], 2: [1, 3]}


def test_every_failing_row_is_named_however_many_there_are() -> None:
    column = pa.array(["bad"] * 25_000)
    schema = Schema([Rule(view="x", code=Code.PATTERN, limit="good")], {"x": pa.string()})
    assert len(schema.failures({"x": column})[0]) == 25_000


def test_rules_of_several_columns_keep_their_own_rows() -> None:
    rules = [
        Rule(view="b", code=Code.PATTERN, limit="b"),
        Rule(view="a", code=Code.PATTERN, limit="a"),
        Rule(view="b", code=Code.REQUIRED),
    ]
    columns = {"a": pa.array(["a", "x"]), "b": pa.array(["x", None])}
    found = Schema(rules, {"a": pa.string(), "b": pa.string()}).failures(columns)
    assert {rule: rows.tolist() for rule, rows in found.items()} == {0: [0], 1: [1], 2: [1]}


def test_a_column_of_another_type_is_a_fault_of_ours_and_not_of_the_file() -> None:
    schema = Schema([Rule(view="x", code=Code.REQUIRED)], {"x": pa.int64()})
    with pytest.raises(TypeError, match="does not suit"):
        schema.failures({"x": pa.array(["text"])})


PATTERNS = [
    "[A-Z]{2}-[0-9]+", r"\d{3,5}", r"\w+", r"[^a]+", "(?:a|ab)b?", "(?i)abc", "a{,3}", "(?=a)a.", r"(a)\1", ".*",
    r"\s*\S+", r"a?\s", r"\S+", "a|b", "[[:alpha:]]", "x$", r"é+",
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:Possible nested set:FutureWarning")
@pytest.mark.parametrize("pattern", PATTERNS)
@example(texts=["\x0b", "a\x1c", "a\x1f", "a\t", "a\xa0"])  # space to Python, the first three to nobody else
@given(texts=st.lists(st.one_of(st.text("aAbBéx١12-3 ", max_size=6), st.text(max_size=4)), max_size=12))
@settings(deadline=None, max_examples=60)
def test_a_pattern_means_what_python_says_it_means(pattern: str, texts: list[str]) -> None:
    wanted = [re.fullmatch(pattern, text) is not None for text in texts]
    assert full_matches(pa.array(texts, pa.string()), pattern).tolist() == wanted
