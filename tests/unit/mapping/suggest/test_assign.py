"""The best assignment, held against trying them all."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from orderdrop.mapping.suggest.assign import best_pairs

WISHES = st.lists(
    st.dictionaries(st.sampled_from("abcd"), st.integers(1, 99).map(lambda n: n / 100), max_size=4),
    max_size=4,
)


def worth(wishes: list[dict[str, float]], pairs: dict[int, str]) -> float:
    return sum(wishes[row][name] for row, name in pairs.items())


@given(WISHES)
def test_no_other_assignment_is_worth_more(wishes: list[dict[str, float]]) -> None:
    found = best_pairs(wishes)
    assert len(set(found.values())) == len(found)
    best = 0.0
    for choice in product(*[[None, *wish] for wish in wishes]):
        names = [name for name in choice if name is not None]
        if len(set(names)) == len(names):
            best = max(
                best, worth(wishes, {row: name for row, name in enumerate(choice) if name is not None})
            )
    assert abs(worth(wishes, found) - best) < 1e-9


def test_a_column_gives_way_to_one_that_has_no_other_choice() -> None:
    assert best_pairs([{"email": 0.9, "other": 0.85}, {"email": 0.8}]) == {0: "other", 1: "email"}
