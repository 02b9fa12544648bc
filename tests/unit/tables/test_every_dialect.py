"""Tables written in every dialect come back cell by cell: where it is declared whatever stands in them, and where it is
detected either right or not at all."""

from pathlib import Path

import hypothesis.strategies as st
from hypothesis import HealthCheck, assume, given, settings
from tests.pollution import Row, Style

from orderdrop.errors import FileRefused
from orderdrop.frames import Table
from orderdrop.mapping.model import FileOptions
from orderdrop.tables.open import open_table, reopen

DELIMITERS = st.sampled_from([",", ";", "\t", "|", ":", "^", "~", " ", "\x01", "\x1f", "§"])
ENDS = st.sampled_from(["\n", "\r\n", "\r"])
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
TITLES = st.sampled_from(["", "Shipments of November", "Acme Ltd"])
NASTY = st.text(alphabet="ab0 é,;|:^~\t'\"\\#=§-\n", max_size=6)
WORDS = st.sampled_from(
    ["Anna Berg", "TEA-01", "12", "8.50", "2026-11-02", "ring twice", "Zoë Bénard", "München", "", "FR"]
)
INSIDE = st.sampled_from(["Wu{d} Dan", "say {q}hi{q}", "a{d}b{d}c", "5{q} pipe"])


def rows(cells: st.SearchStrategy[str], least: int = 1) -> st.SearchStrategy[list[Row]]:
    """Rows of three cells behind a first one that is never blank."""
    row = st.lists(cells, min_size=3, max_size=3)
    return st.lists(row, min_size=least, max_size=9).map(
        lambda found: [(f"A-{at}", *one) for at, one in enumerate(found)]
    )


@st.composite
def styles(draw: st.DrawFn) -> Style:
    """A way to write a table down in which every cell can be told."""
    delimiter = draw(DELIMITERS)
    quote = draw(st.sampled_from(['"', "'", None]))
    escape = "\\" if quote is None else draw(st.sampled_from([None, "\\"]))
    return Style(
        delimiter=delimiter,
        quote=quote,
        escape=escape,
        end=draw(ENDS),
        quote_all=True,
        last_end=draw(st.booleans()),
    )


HEADINGS: Row = ("Order", "Customer", "City", "Remarks")


def cells_of(table: Table) -> list[Row]:
    frames = list(table.frames)
    assert [problem.message for frame in frames for problem in frame.problems] == []
    return [row for frame in frames for row in frame.cells.itertuples(index=False, name=None)]


def mixes_rows(table: list[Row], style: Style) -> bool:
    """Whether lines inside a cell would be whole rows by themselves: these are refused on purpose."""
    lines = [style.line(row).split("\n") for row in table]
    return any(len(one) > 1 and all(line.count(style.delimiter) == 3 for line in one) for one in lines)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=rows(NASTY), style=styles(), encoding=ENCODINGS, title=TITLES)
def test_a_table_in_a_declared_dialect_comes_back_whatever_stands_in_it(
    tmp_path: Path, table: list[Row], style: Style, encoding: str, title: str
) -> None:
    if style.quote is None:  # a line end cannot be told from one inside a cell, and quotes are text
        table = [tuple(cell.replace("\n", "") for cell in row) for row in table]
    assume(not mixes_rows(table, style))
    path = tmp_path / "drop.csv"
    text = (title + style.end if title else "") + style.text([HEADINGS, *table])
    path.write_bytes(text.encode(encoding))
    options = FileOptions(
        delimiter=style.delimiter,
        quote=style.quote or "none",
        escape=style.escape or "none",
        encoding=encoding,
        header_row=2 if title else 1,
    )
    assert cells_of(open_table(path, options)) == table


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=rows(st.one_of(WORDS, WORDS, WORDS, INSIDE), least=4),
    style=styles(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
    title=TITLES,
)
def test_a_table_in_any_dialect_is_detected_or_is_a_question_but_never_another_table(
    tmp_path: Path, table: list[Row], style: Style, encoding: str, title: str
) -> None:
    assume(style.quote is not None or style.delimiter not in " :")  # words have these too: anyone's guess
    quote = style.quote or '"'
    table = [tuple(cell.format(d=style.delimiter, q=quote) for cell in row) for row in table]
    path = tmp_path / "drop.csv"
    text = (title + style.end if title else "") + style.text([HEADINGS, *table])
    path.write_bytes(text.encode(encoding))
    try:
        found = open_table(path, FileOptions(), wanted=HEADINGS)
        frames = list(found.frames)
    except FileRefused as refusal:
        assert refusal.problem.message.endswith(".")  # noqa: PT017 - a question is as good as an answer
        return
    read = [row for frame in frames for row in frame.cells.itertuples(index=False, name=None)]
    refused = any(frame.problems for frame in frames)
    assert read == table or (refused and set(read) <= set(table))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=rows(WORDS, least=4),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    end=ENDS,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    title=TITLES,
    quote_all=st.booleans(),
)
def test_plain_words_in_a_common_dialect_are_always_detected_and_read_again_just_so(
    tmp_path: Path, table: list[Row], delimiter: str, end: str, encoding: str, title: str, quote_all: bool
) -> None:
    style = Style(delimiter=delimiter, end=end, quote_all=quote_all)
    path = tmp_path / "drop.csv"
    text = (title + style.end if title else "") + style.text([HEADINGS, *table])
    path.write_bytes(text.encode(encoding))
    found = open_table(path, FileOptions())
    assert (found.headings, cells_of(found)) == (HEADINGS, table)
    again = reopen(path, FileOptions(), found.verdict)
    assert (again.headings, cells_of(again)) == (HEADINGS, table)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=rows(st.text(alphabet="ab0é,;'\"\\ ", max_size=8).map(str.strip)), end=ENDS)
def test_a_table_of_fixed_widths_comes_back(tmp_path: Path, table: list[Row], end: str) -> None:
    widths = (6, 8, 9, 10)
    lines = [
        "".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in (("Order", "Name", "City", "Remarks"), *table)
    ]
    path = tmp_path / "drop.txt"
    path.write_bytes((end.join(lines) + end).encode())
    assert cells_of(open_table(path, FileOptions(format="fixed", widths=widths))) == table
