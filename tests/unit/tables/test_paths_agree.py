"""The fast reading must never change a result: both paths, any file, any block size."""

from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, example, given, settings

from orderdrop.errors import FileRefused
from orderdrop.mapping.model import FileOptions
from orderdrop.tables.delimited import open_delimited
from orderdrop.tables.limits import Limits

PLAIN = st.text(alphabet="ab0é漢 .'\u00a0", max_size=5)
NASTY = st.sampled_from(
    [
        '"',
        '""',
        '"a"',
        '"a,b"',
        '"a\nb"',
        '"a""b"',
        'a"b',
        '"a"b',
        '"a',
        'a"',
        "\0",
        "\ufeff",
        ",",
        ";",
        "x" * 40,
    ]
)
QUOTES = st.sampled_from(['"a"', '"a,b"', '"a"b', '"a"b"c"', 'b"c', '"b', 'c"', '""', '"""', "x" * 40])
CLEAN_CELL = st.one_of(PLAIN, st.sampled_from(['"a,b"', '"a""b"', '""', 'a"b']))
LINE_END = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", "\r\r\n", "\n\n"])


def _lines(cell: st.SearchStrategy[str], ends: st.SearchStrategy[str]) -> st.SearchStrategy[bytes]:
    row = st.lists(cell, min_size=0, max_size=5).map(",".join)
    regular = st.lists(cell, min_size=3, max_size=3).map(",".join)
    lines = st.lists(st.tuples(st.one_of(regular, regular, regular, row), ends), max_size=30)
    return st.tuples(st.sampled_from(["a,b,c", "a,b,c,", "a,b", "a"]), ends, lines).map(
        lambda parts: (parts[0] + parts[1] + "".join(map("".join, parts[2]))).encode()
    )


TABLES = st.one_of(
    _lines(CLEAN_CELL, st.just("\n")),
    _lines(CLEAN_CELL, st.just("\r\n")),
    _lines(st.one_of(PLAIN, PLAIN, PLAIN, NASTY), LINE_END),
    _lines(st.one_of(PLAIN, QUOTES), st.just("\n")),
    st.text(alphabet='a,"\n\r', max_size=60).map(str.encode),
    st.binary(max_size=60).map(lambda noise: b"a,b,c\n1,2,3\n" + noise),
)


def reading(path: Path, *, careful: bool, block_bytes: int, record_bytes: int = 1 << 24) -> object:
    """Everything a reader could notice about a file."""
    limits = Limits(block_bytes=block_bytes, cell_chars=30, record_bytes=record_bytes)
    try:
        verdict, headings, pieces, *_ = open_delimited(
            path, FileOptions(delimiter=",", encoding="utf-8"), limits, careful=careful
        )
        found = list(pieces)
    except FileRefused as refusal:
        return refusal.problem
    rows = [row for piece in found for row in piece.rows.tolist()]
    cells = [
        [text for piece in found for text in piece.columns[at].to_pylist()] for at in range(len(headings))
    ]
    blank = [row for piece in found for row in piece.blank]
    problems = [problem for piece in found for problem in piece.problems]
    numbers = sorted([*rows, *blank, *(problem.row or 0 for problem in problems)])
    first = verdict.header_row + 1
    assert numbers == list(range(first, first + sum(piece.count for piece in found)))
    return verdict, headings, rows, cells, blank, problems


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=TABLES, block_bytes=st.sampled_from([1 << 22, 1 << 22, 64]))
@example(content=b'a,b,c\n1,"2\n3",4\n"a"x,b,c\n1,"b,c\n', block_bytes=1 << 22)
@example(content=b'a,b,c\n1,"2,3\n4,5,6\n7,8",9\n', block_bytes=1 << 22)
@example(content=b'a,b,c\n1,"2"x,3\n4,"5",6\n', block_bytes=1 << 22)
@example(content=b'a,b,c\n1,2"x,3\n4,5"x,6\n', block_bytes=1 << 22)
@example(content=b"a,b,c,\n1,2,3,x\n", block_bytes=1 << 22)
@example(content=b"a,b,c\n\xef\xbb\xbf1,2,3\n", block_bytes=16)
@example(content=b'a,b,c\n"1","",""""\n', block_bytes=1 << 22)
@example(content=b"a,b,c\r1,2,3\r\r4,5,6\r", block_bytes=1 << 22)
def test_the_fast_reading_equals_the_careful_one_on_any_file(
    tmp_path: Path, content: bytes, block_bytes: int
) -> None:
    path = tmp_path / "drop.csv"
    path.write_bytes(content)
    slow = reading(path, careful=True, block_bytes=1 << 22)
    fast = reading(path, careful=False, block_bytes=block_bytes)
    if isinstance(slow, tuple):
        assert fast == slow
    else:
        assert type(fast) is type(slow)


@pytest.mark.parametrize("block_bytes", [16, 17, 23, 64, 1 << 22])
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"a,b,c\n" + b"1,2,3\n" * 20, id="clean"),
        pytest.param(b"a,b,c\r\n" + b"1,2,3\r\n" * 20, id="crlf-across-blocks"),
        pytest.param(b"a,b,c\r" + b"1,2,3\r" * 20, id="cr-only"),
        pytest.param(b"a,b,c\r\r\n" + b"1,2,3\r\r\n" * 20, id="crcrlf"),
        pytest.param(b"a,b,c\n" + b'1,"2,2\n2",3\n' * 20, id="newline-in-cell"),
        pytest.param(b"a,b,c\n" + "é,漢,😀\n".encode() * 20, id="letters-across-blocks"),
        pytest.param(b"a,b,c\n" + b'"1","2""2",""\n' * 20, id="all-quoted"),
        pytest.param(b"a,b,c\n1,2\n\n1,2,3\n,,\n1,2,3,4\n1,2,3,,\n" * 6, id="ragged-and-blank"),
        pytest.param(b"a,b,c\n" + b'1,"2,3\n' + b"1,2,3\n" * 20, id="unclosed-quote"),
        pytest.param(b"a,b,c\n1,\0,3\n1,\xff,3\n1,2,3\n" * 6, id="nul-and-bad-bytes"),
    ],
)
def test_where_a_block_ends_never_shows(tmp_path: Path, content: bytes, block_bytes: int) -> None:
    path = tmp_path / "drop.csv"
    path.write_bytes(b"\xc3\xa9".join([b"", content]) if content.startswith(b"\xc3") else content)
    assert reading(path, careful=False, block_bytes=block_bytes) == reading(
        path, careful=True, block_bytes=1 << 22
    )
