"""Every polluted file is read right, or its rows or the whole of it are refused with the reason: never wrongly in silence."""

from pathlib import Path

import pytest
from tests.pollution import HEADINGS, Polluted, corpus

from orderdrop.errors import FileRefused
from orderdrop.mapping.model import FileOptions
from orderdrop.tables.open import open_table, reopen

CORPUS = corpus()
TOLD = "encoding-gb18030"  # by chance nearly UTF-8: its rows are refused one by one


@pytest.mark.parametrize("one", [pytest.param(one, id=one.name) for one in CORPUS])
def test_a_polluted_file_is_read_right_or_refused_in_words(one: Polluted, tmp_path: Path) -> None:
    path = tmp_path / "drop.csv"
    path.write_bytes(one.content)
    options = FileOptions.model_validate(one.options)
    wanted = one.headings if one.by_mapping else ()
    if one.asks and one.name != TOLD:
        with pytest.raises(FileRefused, match=r"\.$"):
            list(open_table(path, options, wanted=wanted).frames)
        return
    table = open_table(path, options, wanted=wanted)
    frames = list(table.frames)
    rows = tuple(row for frame in frames for row in frame.cells.itertuples(index=False, name=None))
    refused = frozenset(problem.row or 0 for frame in frames for problem in frame.problems)
    if one.name == TOLD:
        assert refused
        return
    assert (table.headings, rows, refused) == (one.headings, one.rows, one.refused)


@pytest.mark.parametrize(
    "one", [pytest.param(one, id=one.name) for one in CORPUS if one.headings == HEADINGS and not one.asks]
)
def test_a_mapping_that_names_the_headings_never_makes_a_reading_worse(one: Polluted, tmp_path: Path) -> None:
    path = tmp_path / "drop.csv"
    path.write_bytes(one.content)
    table = open_table(path, FileOptions.model_validate(one.options), wanted=HEADINGS[::2])
    rows = tuple(row for frame in table.frames for row in frame.cells.itertuples(index=False, name=None))
    assert (table.headings, rows) == (one.headings, one.rows)


@pytest.mark.parametrize("one", [pytest.param(one, id=one.name) for one in CORPUS if not one.asks])
def test_a_polluted_file_is_read_again_just_so(one: Polluted, tmp_path: Path) -> None:
    path = tmp_path / "drop.csv"
    path.write_bytes(one.content)
    options = FileOptions.model_validate(one.options)
    first = open_table(path, options, wanted=one.headings if one.by_mapping else ())
    again = reopen(path, options, first.verdict)
    assert (first.headings, first.verdict) == (again.headings, again.verdict)
    for before, after in zip(first.frames, again.frames, strict=True):
        assert before.cells.equals(after.cells)
        assert (before.blank, before.problems, before.broken) == (after.blank, after.problems, after.broken)
    assert first.told_later() == again.told_later()
