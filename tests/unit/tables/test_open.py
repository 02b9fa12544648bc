import gzip
import io
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from tests.unit.tables.opening import refusal, rows_of

from orderdrop.core.problems import Code
from orderdrop.frames import Table, TextFrame
from orderdrop.mapping.model import FileOptions
from orderdrop.tables.limits import Limits
from orderdrop.tables.open import open_table, reopen


def drop(folder: Path, content: bytes | str, name: str = "drop.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def one_frame(table: Table) -> TextFrame:
    (frame,) = table.frames
    return frame


@pytest.mark.parametrize(
    ("content", "row", "cells"),
    [
        pytest.param("id,n\n007,NA\n", 2, ("007", "NA"), id="text-stays-text"),
        pytest.param("id,n\n 1E+05 ,null\n", 2, (" 1E+05 ", "null"), id="blanks-around-are-kept"),
        pytest.param(
            "id,n\n12345678901234567890,\n", 2, ("12345678901234567890", ""), id="long-id-and-blank"
        ),
        pytest.param("\ufeffid,n\n1,2\n", 2, ("1", "2"), id="bom"),
        pytest.param("\ufeff\ufeffid,n\n1,2\n", 2, ("1", "2"), id="double-bom"),
        pytest.param('\ufeff"id",n\n1,2\n', 2, ("1", "2"), id="bom-before-a-quoted-heading"),
        pytest.param("\n\nid,n\n\n1,2\n", 5, ("1", "2"), id="blank-lines-count"),
        pytest.param("id,n\r1,2\r", 2, ("1", "2"), id="cr"),
        pytest.param("id,n\r\r\n1,2\r\r\n", 2, ("1", "2"), id="crcrlf"),
        pytest.param("id,n\r\n1,2", 2, ("1", "2"), id="no-last-line-end"),
        pytest.param("id,n\r\n1,2\r\n\x1a", 2, ("1", "2"), id="ctrl-z"),
        pytest.param("sep=;\nid;n\n1;2,5\n", 2, ("1", "2,5"), id="sep-line-is-no-row"),
        pytest.param('"sep=|"\r\nid|n\r\n1|2\r\n', 2, ("1", "2"), id="quoted-sep-line"),
        pytest.param("id;n\n1;2,5\n3;4,5\n", 2, ("1", "2,5"), id="semicolon-with-decimal-commas"),
        pytest.param("id\tn\n1\ta,b\n", 2, ("1", "a,b"), id="tab"),
        pytest.param('id,n\n1,"a\r\nb"\n', 2, ("1", "a\r\nb"), id="line-end-in-a-cell"),
        pytest.param('id,n\n1,"5"" pipe"\n', 2, ("1", '5" pipe'), id="doubled-quote"),
        pytest.param('id,n\n1,5" pipe\n', 2, ("1", '5" pipe'), id="quote-inside-an-unquoted-cell"),
        pytest.param("id,n,,\n1,2,,\n", 2, ("1", "2"), id="trailing-delimiters-everywhere"),
        pytest.param("id,n\n1,2,,\n", 2, ("1", "2"), id="surplus-blank-cells"),
    ],
)
def test_a_first_row_is_read_as_it_stands(
    tmp_path: Path, content: str, row: int, cells: tuple[str, ...]
) -> None:
    table = open_table(drop(tmp_path, content), FileOptions())
    assert table.headings == ("id", "n")
    assert rows_of(table)[0] == (row, *cells)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        pytest.param("id,n\n1,é\n".encode("cp1252"), "cp1252", id="cp1252"),
        pytest.param("id,n\n1,é\n".encode("utf-16"), "utf-16", id="utf-16-with-mark"),
        pytest.param("id,n\n1,é\n".encode("utf-16-le"), "utf-16-le", id="utf-16-without-mark"),
        pytest.param("id,n\n1,é\n".encode("utf-16-be"), "utf-16-be", id="utf-16-be-without-mark"),
        pytest.param("id,n\n1,é\n".encode(), "utf-8", id="utf-8"),
    ],
)
def test_the_encoding_is_detected(tmp_path: Path, content: bytes, encoding: str) -> None:
    table = open_table(drop(tmp_path, content), FileOptions())
    assert table.verdict.encoding == encoding
    assert rows_of(table) == [(2, "1", "é")]


def test_a_fallback_to_cp1252_is_remarked(tmp_path: Path) -> None:
    table = open_table(drop(tmp_path, "id,n\n1,a\n2,é\n".encode("cp1252")), FileOptions())
    assert table.verdict.remarks[0] == (
        'The file is not UTF-8 (byte 0xE9 on row 3), so it was read as cp1252 ("é"). If letters look wrong, '
        "set `encoding:` under `file:` in the mapping."
    )


def test_an_accent_far_into_a_large_file_decides_the_encoding_too(tmp_path: Path) -> None:
    content = b"id,n\n" + (b"1," + b"x" * 2000 + b"\n") * 1000 + "2,Hélène\n".encode("cp1252")
    table = open_table(drop(tmp_path, content), FileOptions())
    assert table.verdict.encoding == "cp1252"
    assert rows_of(table)[-1] == (1_002, "2", "Hélène")


PROBLEM_ROWS = [
    pytest.param("id,n,m\n1,2,3\n1,2\n4,5,6\n", Code.ROW_WIDTH, 3, [2, 4], id="short"),
    pytest.param("id,n,m\n1,2,3,4\n4,5,6\n", Code.ROW_WIDTH, 2, [3], id="long-first-row"),
    pytest.param("id,n,m\n1,\0,3\n4,5,6\n", Code.ROW_NUL, 2, [3], id="nul"),
    pytest.param('id,n,m\n1,"2,3\n4,5,6\n', Code.ROW_QUOTE, 2, [3], id="unclosed-quote"),
    pytest.param('id,n,m\n1,"2"x,3\n4,5,6\n', Code.ROW_QUOTE, 2, [3], id="junk-after-quote"),
    pytest.param(
        'id,n,m\n1,"2,3\n4,5,6\n7,8",9\n', Code.ROW_QUOTE, 2, [3, 4], id="two-stray-quotes-that-pair-up"
    ),
    pytest.param(
        "id,n,m\n1,é,3\n".encode() + b"1,\xe9,3\n4,5,6\n", Code.ROW_ENCODING, 3, [2, 4], id="two-encodings"
    ),
    pytest.param(b"id,n,m\n4,5,6\n1,2,\xc3", Code.ROW_ENCODING, 3, [2], id="cut-in-the-middle-of-a-letter"),
    pytest.param(
        "id,n,m\n1," + "x" * 2_000_000 + ",3\n4,5,6\n", Code.CELL_TOO_LONG, 2, [3], id="two-megabyte-cell"
    ),
    pytest.param(
        'id,n,m\n1,"' + "x\n" * 1_000_000 + '",3\n4,5,6\n',
        Code.CELL_TOO_LONG,
        2,
        [3],
        id="two-megabyte-quoted-cell",
    ),
]


@pytest.mark.parametrize(("content", "code", "row", "good"), PROBLEM_ROWS)
def test_a_broken_row_is_named_and_costs_no_other_row(
    tmp_path: Path, content: str | bytes, code: Code, row: int, good: list[int]
) -> None:
    frame = one_frame(open_table(drop(tmp_path, content), FileOptions()))
    assert [(problem.code, problem.row) for problem in frame.problems] == [(code, row)]
    assert frame.cells.index.tolist() == good
    assert f"row {row}" in frame.problems[0].message.lower()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(
            "id;n\n1;2;3\n",
            "Row 2 has 3 cells where the file has 2 headings. If a cell contains a ;, put the cell in quotes.",
            id="width",
        ),
        pytest.param(
            "id;n;é\n".encode() + b"1;caf\xe9;2\n",
            'Row 2 is not UTF-8 (byte 0xE9, after "1;caf"). Save the whole file in one encoding, best UTF-8, '
            "and send it again.",
            id="encoding",
        ),
        pytest.param(
            'id;n\n1;"2\n',
            'Row 2 opens a quote (") that is not closed properly. Close it, or write "" for a quote inside a quoted cell.',
            id="quote",
        ),
    ],
)
def test_a_row_problem_says_what_to_do(tmp_path: Path, content: str | bytes, message: str) -> None:
    frame = one_frame(open_table(drop(tmp_path, content), FileOptions(delimiter=";")))
    assert frame.problems[0].message == message


def test_a_row_problem_carries_the_row_as_the_sender_wrote_it(tmp_path: Path) -> None:
    content = "id,é\n".encode() + b"1,2,3\n1,caf\xe9\n1,\0\n"
    frame = one_frame(open_table(drop(tmp_path, content), FileOptions()))
    assert [problem.value for problem in frame.problems] == ["1,2,3", "1,caf\\xE9", "1,\\x00"]


def test_a_cell_too_long_is_named_by_its_column(tmp_path: Path) -> None:
    frame = one_frame(
        open_table(drop(tmp_path, "id,note\n1,abcdef\n"), FileOptions(), limits=Limits(cell_chars=5))
    )
    assert frame.problems[0].column == "note"


def test_an_unclosed_quote_is_followed_only_so_far(tmp_path: Path) -> None:
    content = 'id,n\n1,"2\n' + "3,4\n" * 50_000
    limits = Limits(block_bytes=4096, record_bytes=16_384)
    table = open_table(drop(tmp_path, content), FileOptions(), limits=limits)
    frame = one_frame(table)
    assert [(problem.code, problem.row) for problem in frame.problems] == [(Code.ROW_QUOTE, 2)]
    assert frame.cells.index.tolist() == list(range(3, 50_003))


def test_a_file_of_which_no_row_at_all_can_be_read_is_one_problem(tmp_path: Path) -> None:
    code, message = refusal(drop(tmp_path, "id,n\n" + "1,2,3\n" * 60_000))
    assert code is Code.ROW_WIDTH
    assert message.startswith(
        "None of the first 60,000 rows could be read. The first of them: Row 2 has 3 cells"
    )


def test_an_endless_line_is_one_problem_and_the_next_row_is_read(tmp_path: Path) -> None:
    content = "id,n\n1,2\n" + "x" * 100_000 + "\r\n5,6\n"
    table = open_table(
        drop(tmp_path, content), FileOptions(), limits=Limits(block_bytes=4096, record_bytes=16_384)
    )
    frame = one_frame(table)
    assert [(problem.code, problem.row) for problem in frame.problems] == [(Code.CELL_TOO_LONG, 3)]
    assert frame.cells.index.tolist() == [2, 4]


def test_every_row_is_good_blank_or_a_problem(tmp_path: Path) -> None:
    content = "a,b\n1,2\n\n,\n \t,\u00a0\n1\n1,2\n\n"
    frame = one_frame(open_table(drop(tmp_path, content), FileOptions()))
    assert frame.cells.index.tolist() == [2, 7]
    assert frame.blank == (3, 4, 5, 8)
    assert [problem.row for problem in frame.problems] == [6]


@pytest.mark.parametrize("chunk_rows", [1, 2, 3, 7, 100])
def test_frames_have_as_many_rows_as_asked_and_lose_none(tmp_path: Path, chunk_rows: int) -> None:
    content = "a,b\n" + "1,2\n\n1\n3,4\n" * 5
    frames = list(open_table(drop(tmp_path, content), FileOptions(), chunk_rows=chunk_rows).frames)
    sizes = [len(frame.cells) + len(frame.blank) + len(frame.problems) for frame in frames]
    assert sizes[:-1] == [chunk_rows] * (len(sizes) - 1)
    assert sum(sizes) == 20
    seen = [
        sorted([*frame.cells.index, *frame.blank, *(problem.row or 0 for problem in frame.problems)])
        for frame in frames
    ]
    assert [row for rows in seen for row in rows] == list(range(2, 22))


def test_cells_are_arrow_strings_indexed_by_row(tmp_path: Path) -> None:
    frame = one_frame(open_table(drop(tmp_path, "a,b\n1,\n"), FileOptions()))
    assert (frame.cells.dtypes == pd.ArrowDtype(pa.string())).all()
    assert (frame.cells.index.name, str(frame.cells.index.dtype)) == ("row", "int64")
    assert frame.cells.columns.tolist() == ["a", "b"]


def test_repeated_headings_stay_headings_and_become_distinct_columns(tmp_path: Path) -> None:
    table = open_table(drop(tmp_path, "SKU,n,SKU,SKU (3)\n1,2,3,4\n"), FileOptions())
    assert table.headings == ("SKU", "n", "SKU", "SKU (3)")
    columns = one_frame(table).cells.columns
    assert columns.is_unique
    assert columns[0] == "SKU"


def test_a_file_without_headings_names_its_columns_by_position(tmp_path: Path) -> None:
    table = open_table(drop(tmp_path, "7,x\n8,y,z\n9,w\n"), FileOptions(header=False))
    assert (table.headings, table.verdict.header_row) == (("1", "2"), 0)
    frame = one_frame(table)
    assert frame.cells.index.tolist() == [1, 3]
    assert frame.problems[0].row == 2


def test_a_named_heading_row_leaves_out_what_stands_above(tmp_path: Path) -> None:
    content = "Shipments of 1 March\nprinted by Bob;;\nid;n\n1;2\n"
    table = open_table(drop(tmp_path, content), FileOptions(header_row=3))
    assert table.headings == ("id", "n")
    assert rows_of(table) == [(4, "1", "2")]


@pytest.mark.parametrize(
    ("content", "delimiter", "headings"),
    [
        pytest.param("Acme\nid,name,qty\n1,a,2\n2,b,3\n", ",", ("id", "name", "qty"), id="title-line"),
        pytest.param("name\nDupont Jean\nMartin\n", ",", ("name",), id="single-column"),
        pytest.param('id;address\n1;"a, b, c"\n2;"d, e, f"\n', ";", ("id", "address"), id="commas-in-quotes"),
        pytest.param("a|b|c\n1|2;3;4|5\n", "|", ("a", "b", "c"), id="pipe"),
        pytest.param("id;price\n" + "1;2,5\n" * 300, ";", ("id", "price"), id="as-many-commas-as-semicolons"),
    ],
)
def test_the_delimiter_is_detected(
    tmp_path: Path, content: str, delimiter: str, headings: tuple[str, ...]
) -> None:
    table = open_table(drop(tmp_path, content), FileOptions())
    assert (table.verdict.delimiter, table.headings) == (delimiter, headings)


@pytest.mark.parametrize("delimiter", ["§", "^", " ", ";"])
def test_a_delimiter_that_is_set_is_used(tmp_path: Path, delimiter: str) -> None:
    content = f'id{delimiter}n\n1{delimiter}"a{delimiter}b"\n'
    table = open_table(drop(tmp_path, content), FileOptions(delimiter=delimiter))
    assert rows_of(table) == [(2, "1", f"a{delimiter}b")]


def test_a_quote_that_is_set_is_used(tmp_path: Path) -> None:
    table = open_table(drop(tmp_path, "id,n\n1,'a,b'\n2,\"c\n"), FileOptions(quote="'"))
    assert rows_of(table) == [(2, "1", "a,b"), (3, "2", '"c')]


def _zip(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504

REFUSED = [
    pytest.param(b"", Code.FILE_EMPTY, "empty", id="0-bytes"),
    pytest.param(b" \r\n\t\n", Code.FILE_EMPTY, "empty", id="only-blanks"),
    pytest.param(b"\xef\xbb\xbf", Code.FILE_EMPTY, "empty", id="only-a-mark"),
    pytest.param(b"\xff\xfe", Code.FILE_EMPTY, "blank rows", id="only-a-utf-16-mark"),
    pytest.param(b";;\n;;\n", Code.FILE_EMPTY, "blank rows", id="only-delimiters"),
    pytest.param(b"id,n\n", Code.FILE_NO_ROWS, "no rows below", id="header-only"),
    pytest.param(b"id,n", Code.FILE_NO_ROWS, "no rows below", id="header-only-without-line-end"),
    pytest.param(b"id,n\n\n,\n", Code.FILE_NO_ROWS, "no rows below", id="header-and-blank-rows"),
    pytest.param(b"%PDF-1.7\n...", Code.FILE_NOT_A_TABLE, "a PDF document", id="pdf"),
    pytest.param(b"\x89PNG\r\n\x1a\n\0\0", Code.FILE_NOT_A_TABLE, "a PNG image", id="png"),
    pytest.param(
        gzip.compress(gzip.compress(b"id,n\n1,2\n")),
        Code.FILE_NOT_A_TABLE,
        "a gzip archive inside",
        id="gzip-twice",
    ),
    pytest.param(_zip("orders.csv"), Code.FILE_NO_ROWS, "no rows", id="zip-without-rows"),
    pytest.param(_zip("word/document.xml"), Code.FILE_NOT_A_TABLE, "a Word document", id="docx"),
    pytest.param(_zip("xl/workbook.bin"), Code.FILE_UNREADABLE, "damaged", id="xlsb-of-nothing"),
    pytest.param(_zip("orders.csv")[:40], Code.FILE_UNREADABLE, "damaged or cut short", id="cut-zip"),
    pytest.param(OLE + "Workbook".encode("utf-16-le"), Code.FILE_UNREADABLE, "damaged", id="xls-of-nothing"),
    pytest.param(
        OLE + "EncryptedPackage".encode("utf-16-le"), Code.FILE_PASSWORD, "password", id="encrypted"
    ),
    pytest.param(b"\xef\xbb\xbf<!DOCTYPE html><p>Not found", Code.FILE_NOT_A_TABLE, "HTML", id="html"),
    pytest.param(b'\n[{"id": 1}]', Code.FILE_NOT_A_TABLE, "a JSON document", id="json"),
    pytest.param(b'<?xml version="1.0"?><orders/>', Code.FILE_NOT_A_TABLE, "an XML document", id="xml"),
    pytest.param(b"\x7fELF\x02\x01\x01" + b"\0" * 60, Code.FILE_NOT_A_TABLE, "a program", id="elf"),
    pytest.param(b"\xef\xbb\xbf\n<?PHP echo 1;", Code.FILE_NOT_A_TABLE, "a program (a script)", id="php"),
    pytest.param(b"#!/bin/sh\necho 1,2\n", Code.FILE_NOT_A_TABLE, "a program (a script)", id="shell"),
    pytest.param(bytes(range(256)) * 8, Code.FILE_NOT_A_TABLE, "binary data", id="noise"),
    pytest.param(
        "id,n\n1,Москва\n".encode("cp1251"), Code.FILE_ENCODING, "byte 0xCC on row 2", id="cyrillic"
    ),
    pytest.param("id,n\n1,東京都\n".encode("shift_jis"), Code.FILE_ENCODING, "row 2", id="shift-jis"),
    pytest.param(b'id,"n\n1,2\n', Code.ROW_QUOTE, "row 1", id="unclosed-quote-in-the-headings"),
    pytest.param(b"," * 20_000 + b"x\n1\n", Code.FILE_TOO_LARGE, "20,001 columns", id="too-many-columns"),
]


@pytest.mark.parametrize(("content", "code", "words"), REFUSED)
def test_what_is_no_table_is_refused_by_its_real_name(
    tmp_path: Path, content: bytes, code: Code, words: str
) -> None:
    found, message = refusal(drop(tmp_path, content))
    assert found is code
    assert words in message
    assert message.endswith(".")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"<id>,n\n1,2\n", id="heading-in-angle-brackets"),
        pytest.param(b"[id],n\n1,2\n", id="heading-in-square-brackets"),
        pytest.param(b"{id},n\n1,2\n", id="heading-in-braces"),
        pytest.param(b"MZ,n\n1,2\n", id="heading-like-a-program"),
        pytest.param(b"BMW,n\n1,2\n", id="heading-like-a-bitmap"),
        pytest.param(b"PK,n\n1,2\n", id="heading-like-a-zip"),
    ],
)
def test_a_table_is_not_taken_for_something_else(tmp_path: Path, content: bytes) -> None:
    assert rows_of(open_table(drop(tmp_path, content), FileOptions())) == [(2, "1", "2")]


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        pytest.param(
            "id,n\n1,a\n2,é\n".encode("cp1252"),
            FileOptions(encoding="utf-8"),
            "The file is not UTF-8 (byte 0xE9 on row 3). Set `encoding: cp1252` under `file:` in the mapping.",
            id="utf-8-declared-cp1252-found",
        ),
        pytest.param(
            "id,n\n1,Hélène\n".encode(),
            FileOptions(encoding="cp1252"),
            "The mapping says `encoding: cp1252`, but the file is UTF-8; accented letters would turn into nonsense. "
            "Set `encoding: utf-8` under `file:` in the mapping.",
            id="cp1252-declared-utf-8-found",
        ),
        pytest.param(
            "id,n\n1,2\n".encode("utf-16"),
            FileOptions(encoding="utf-8"),
            "The file is not UTF-8 (byte 0xFF on row 1). Set `encoding: utf-16` under `file:` in the mapping.",
            id="utf-8-declared-utf-16-found",
        ),
    ],
)
def test_a_declared_encoding_that_is_wrong_is_refused_with_the_right_one(
    tmp_path: Path, content: bytes, options: FileOptions, message: str
) -> None:
    assert refusal(drop(tmp_path, content), options) == (Code.FILE_ENCODING, message)


def test_a_declared_encoding_names_the_rows_it_does_not_fit(tmp_path: Path) -> None:
    content = b"id,n\n1,\xe9\n2,\x81\n3,x\n"  # 0x81 has no meaning in cp1252
    frame = one_frame(open_table(drop(tmp_path, content), FileOptions(encoding="cp1252")))
    assert frame.cells.index.tolist() == [2, 4]
    assert 'Row 3 is not cp1252 (byte 0x81, after "2,").' in frame.problems[0].message


@pytest.mark.parametrize("encoding", ["shift_jis", "utf-16", "gb18030", "cp1251", "utf-8"])
def test_any_encoding_that_python_knows_can_be_declared(tmp_path: Path, encoding: str) -> None:
    word = "Москва" if encoding != "shift_jis" else "東京表"
    path = drop(tmp_path, f"id|n\n1|{word}\n".encode(encoding))
    table = open_table(path, FileOptions(encoding=encoding, delimiter="|"))
    assert rows_of(table) == [(2, "1", word)]


def test_a_heading_row_past_the_end_is_refused(tmp_path: Path) -> None:
    code, message = refusal(drop(tmp_path, "id,n\n1,2\n"), FileOptions(header_row=9))
    assert code is Code.FILE_NO_ROWS
    assert "row 9" in message


REREAD = [
    pytest.param(b"id;n\n1;2,5\n", FileOptions(), id="delimiter-detected"),
    pytest.param(b"sep=|\nid|n\n1|2\n", FileOptions(), id="sep-line"),
    pytest.param("id,n\n1,é\n".encode("cp1252"), FileOptions(), id="cp1252-detected"),
    pytest.param("id,n\n1,é\n".encode("utf-16-le"), FileOptions(), id="utf-16-detected"),
    pytest.param(b"\n\nid,n\n1,2\n", FileOptions(), id="headings-below-blank-rows"),
    pytest.param(b"1,2\n3,4\n5\n", FileOptions(header=False), id="no-headings"),
    pytest.param("id,n\n1,é\n".encode() + b"2,\xe9\n3,x,y\n", FileOptions(), id="with-problems"),
    pytest.param(b"id,n\n1,'a,b'\n", FileOptions(quote="'"), id="other-quote"),
]


@pytest.mark.parametrize(("content", "options"), REREAD)
def test_reading_again_by_the_verdict_gives_the_identical_reading(
    tmp_path: Path, content: bytes, options: FileOptions
) -> None:
    path = drop(tmp_path, content)
    first = open_table(path, options)
    again = reopen(path, options, first.verdict)
    assert (again.verdict, again.headings) == (first.verdict, first.headings)
    one, two = one_frame(first), one_frame(again)
    pd.testing.assert_frame_equal(one.cells, two.cells)
    assert (one.blank, one.problems) == (two.blank, two.problems)
