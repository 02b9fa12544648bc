"""The catalogue has no gaps: every number is proved by a test that exists, or it is said why it is not."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from tests.faults.index import NOT_HERE, PROVED

ROOT = Path(__file__).parents[2]
LAST = {"D": 44, "A": 35, "P": 27, "H": 20, "F": 45}
NUMBERS = [f"{table}{number}" for table, last in LAST.items() for number in range(1, last + 1)]


@cache
def names_in(path: str) -> frozenset[str]:
    """The names of the tests that a file defines."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    names = (node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return frozenset(name for name in names if name.startswith("test_"))


@cache
def in_this_folder() -> frozenset[str]:
    """The numbers that the tests of this folder have in their names: `test_D14_...`, or `test_D9_D10_...`."""
    paths = (str(path.relative_to(ROOT)) for path in Path(__file__).parent.glob("test_*.py"))
    fronts = (re.match(r"test_((?:[DAPHF]\d+_)+)", name) for path in paths for name in names_in(path))
    return frozenset(number for front in fronts if front for number in front[1].rstrip("_").split("_"))


@pytest.mark.parametrize("number", NUMBERS)
def test_every_fault_is_proved_or_it_is_said_why_not(number: str) -> None:
    proved = number in in_this_folder() or number in PROVED
    assert proved != (number in NOT_HERE)


@pytest.mark.parametrize("number", PROVED)
def test_every_proof_is_a_test_that_exists(number: str) -> None:
    proofs = [proof.split("::") for proof in PROVED[number]]
    assert [name for path, name in proofs if name not in names_in(path)] == []


def test_no_number_is_outside_the_catalogue() -> None:
    assert in_this_folder() | set(PROVED) | set(NOT_HERE) <= set(NUMBERS)
