"""Typed columns judged by a pandera schema; the only module that knows pandera.

Pandera's known traps are walked round: the index is a plain range (a repeated label would blame other rows), blank
cells are judged by a check of their own instead of `nullable=False` (which can hide the column's other failures),
nothing is coerced (failing cells would be coerced one by one), and failing rows are read from each check's own output,
so that pandera never lists millions of failure cases.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, cast

import numpy as np
import pandas as pd
import pandera.pandas as pandera
from pandera.errors import SchemaError, SchemaErrorReason, SchemaErrors

from orderdrop.checks.arrow import ArrowArray, ArrowType, Ints, Mask, pa, pc, text_of
from orderdrop.checks.rules import Rule
from orderdrop.core.problems import Code

_RE2_DIFFERS = re.compile(r"\{,|\[\[:|\(\?(?!:)")  # what both engines take but read differently

_SPACE_TO_PYTHON_ONLY = r"[\x0b\x1c-\x1f]"  # control characters


class Schema:
    """The rules of one mapping, ready to judge any number of frames."""

    def __init__(self, rules: Sequence[Rule], types: Mapping[str, ArrowType]) -> None:
        self._rules = tuple(rules)
        views = dict.fromkeys(rule.view for rule in rules)
        self._at = {view: [at for at, rule in enumerate(rules) if rule.view == view] for view in views}
        self._schema = pandera.DataFrameSchema(
            {
                view: pandera.Column(
                    pd.ArrowDtype(types[view]), [_check(rules[at]) for at in self._at[view]], nullable=True
                )
                for view in views
            }
        )

    @property
    def views(self) -> tuple[str, ...]:
        """The columns that `failures` wants."""
        return tuple(self._at)

    def failures(self, columns: Mapping[str, ArrowArray]) -> dict[int, Ints]:
        """The failing positions of every rule that fails somewhere, by the rule's index; ascending."""
        if not self._rules:
            return {}
        frame = pd.DataFrame(
            {view: pd.array(columns[view], dtype=pd.ArrowDtype(columns[view].type)) for view in self._at}
        )
        try:
            self._schema.validate(frame, lazy=True, inplace=True)
        except SchemaErrors as errors:
            return {self._rule_of(error): _failing(error) for error in errors.schema_errors}
        return {}

    def _rule_of(self, error: SchemaError) -> int:
        if error.reason_code is not SchemaErrorReason.DATAFRAME_CHECK or error.check_index is None:
            raise TypeError(f"the schema does not suit its columns: {error}")
        return self._at[str(error.schema.name)][int(error.check_index)]


def _failing(error: SchemaError) -> Ints:
    output = cast("pd.Series[bool]", error.check_output)
    passed = output.to_numpy(dtype=bool)
    return cast("Ints", output.index.to_numpy()[~passed])


def _check(rule: Rule) -> pandera.Check:
    """Pandera's check for a rule; one failure case is kept, the rows come from the check's output."""
    few: dict[str, Any] = {"n_failure_cases": 1}
    match rule.code, rule.limit:
        case Code.REQUIRED, None:
            return pandera.Check(_is_filled, ignore_na=False, **few)
        case Code.PATTERN, str(pattern):
            return pandera.Check(partial(_matches, pattern), name="pattern", **few)
        case Code.NOT_ALLOWED, tuple(allowed):
            return pandera.Check.isin(list(allowed), **few)
        case Code.TOO_SMALL, int() | float() as least:
            return pandera.Check.ge(least, **few)
        case Code.TOO_LARGE, int() | float() as most:
            return pandera.Check.le(most, **few)
        case Code.TOO_LONG, int(most):
            return pandera.Check.str_length(max_value=most, **few)
    raise TypeError(f"no such rule: {rule}")


def _is_filled(column: "pd.Series[Any]") -> "pd.Series[bool]":
    return column.notna()


def _matches(pattern: str, column: "pd.Series[str]") -> "pd.Series[bool]":
    return pd.Series(full_matches(text_of(column), pattern), index=column.index)


def full_matches(text: ArrowArray, pattern: str) -> Mask:
    r"""Which texts (none null) match a Python regular expression as a whole.

    Arrow's engine judges plain ASCII, where both engines agree; Python's judges the rest (its \d and \w know more
    alphabets) and every pattern that Arrow's does not take, such as one that looks ahead.
    """
    judge: Callable[[str], object] = re.compile(pattern).fullmatch
    fast = _arrow_matches(text, pattern)
    if fast is None:
        matched, rest = np.zeros(len(text), dtype=bool), np.ones(len(text), dtype=bool)
    else:
        rest = _read_differently(text, pattern)
        matched = fast & ~rest
    rows = np.flatnonzero(rest)
    if len(rows):
        encoded = text.take(pa.array(rows)).dictionary_encode()
        verdicts = np.array([judge(one) is not None for one in encoded.dictionary.to_pylist()], dtype=bool)
        matched[rows] = verdicts[encoded.indices.to_numpy(zero_copy_only=False)]
    return matched


def _arrow_matches(text: ArrowArray, pattern: str) -> "Mask | None":
    """What Arrow's engine says; None where it does not take the pattern, or reads it in another way than Python's."""
    if _RE2_DIFFERS.search(pattern):
        return None
    try:
        return cast("Mask", pc.match_substring_regex(text, f"^(?:{pattern})$").to_numpy(zero_copy_only=False))
    except pa.ArrowInvalid:  # a pattern that is Python's only
        return None


def _read_differently(text: ArrowArray, pattern: str) -> Mask:
    """The texts on which the two engines may disagree."""
    strange = pc.invert(pc.string_is_ascii(text))
    if "\\s" in pattern.casefold():
        strange = pc.or_(strange, pc.match_substring_regex(text, _SPACE_TO_PYTHON_ONLY))
    return cast("Mask", strange.to_numpy(zero_copy_only=False))
