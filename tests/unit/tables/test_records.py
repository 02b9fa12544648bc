import csv

import hypothesis.strategies as st
import pytest
from hypothesis import given

from orderdrop.tables.records import Dialect, split

TABLE = st.lists(
    st.lists(st.text('ab,;"\n\r\t |é', max_size=6), min_size=2, max_size=4), min_size=1, max_size=6
)


def cells_of(text: str, width: int | None = None, *, final: bool = True) -> list[list[str] | None]:
    return [record.cells for record in split(text, Dialect(delimiter=","), width=width, final=final)]


@given(table=TABLE, end=st.sampled_from(["\n", "\r\n", "\r"]))
def test_what_a_writer_quoted_comes_back_cell_by_cell(table: list[list[str]], end: str) -> None:
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in table]
    assert cells_of(end.join(quoted)) == table


@given(table=TABLE)
def test_a_table_that_the_csv_module_wrote_is_read_the_same(table: list[list[str]]) -> None:
    lines: list[str] = []

    class Lines:
        def write(self, line: str) -> int:
            lines.append(line)
            return len(line)

    csv.writer(Lines(), lineterminator="\r\n").writerows(table)
    assert cells_of("".join(lines)) == table


@given(text=st.text('a,"\n\r', max_size=30))
def test_records_cover_the_whole_text_without_gap_or_overlap(text: str) -> None:
    at = 0
    for record in split(text, Dialect(delimiter=","), width=3, final=True):
        assert record.start == at
        assert record.start <= record.stop <= record.after
        assert record.after > at
        at = record.after
    assert at == len(text)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        pytest.param('a,"b\nc', [None, ["c"]], id="unclosed"),
        pytest.param('a,"b"c\nd', [None, ["d"]], id="junk-behind"),
        pytest.param('a,"b\nc"d,e\nf', [None, ['c"d', "e"], ["f"]], id="closed-by-junk-further-down"),
        pytest.param('a,"",""""', [["a", "", '"']], id="empty-and-a-quote-alone"),
        pytest.param('a, "b"', [["a", ' "b"']], id="a-blank-before-the-quote-makes-it-text"),
        pytest.param("a,\n,b", [["a", ""], ["", "b"]], id="blank-cells-at-the-borders"),
        pytest.param(
            'a,"' + "x" * 200_000 + '"', [["a", "x" * 200_000]], id="longer-than-the-csv-module-takes"
        ),
    ],
)
def test_a_quote_does_no_harm_beyond_its_line(text: str, cells: list[list[str] | None]) -> None:
    assert cells_of(text) == cells


@pytest.mark.parametrize(
    ("text", "width", "rows"),
    [
        pytest.param('1,"2,3\n4,5",6\n', 3, [None, ["4", '5"', "6"]], id="each-line-is-a-row"),
        pytest.param('1,"2\n5",6\n', 3, [["1", "2\n5", "6"]], id="a-cell-of-two-lines"),
        pytest.param('"2,\n,5"\n', 2, [["2,\n,5"]], id="too-narrow-to-tell"),
    ],
)
def test_stray_quotes_that_pair_up_swallow_no_row(
    text: str, width: int, rows: list[list[str] | None]
) -> None:
    assert cells_of(text, width) == rows


@pytest.mark.parametrize("text", ["a,b", 'a,"b', 'a,"b"', 'a,"b\n', 'a,"b"c'])
def test_an_unfinished_record_waits_for_more_text(text: str) -> None:
    assert cells_of(text, final=False) == []
