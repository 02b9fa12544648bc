import io
from pathlib import Path

from orderdrop.core.problems import Problem
from orderdrop.frames import Verdict
from orderdrop.mapping.model import FileOptions
from orderdrop.tables.open import open_table
from orderdrop.tables.plain import Written, describe, write_plain


def test_the_table_is_written_as_plain_csv_and_every_row_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "drop.csv"
    path.write_bytes('id;name\n\n007;"a;b"\n1;"x, y"\n2\n'.encode("cp1252"))
    out, problems = io.StringIO(), list[Problem]()
    counts = write_plain(open_table(path, FileOptions(delimiter=";")), out, on_problem=problems.append)
    assert out.getvalue() == 'id,name\n007,a;b\n1,"x, y"\n'
    assert counts == Written(written=2, blank=1, refused=1)
    assert [problem.row for problem in problems] == [5]


def test_the_verdict_is_told_in_lines() -> None:
    verdict = Verdict(
        format="csv", encoding="utf-8", delimiter="\t", quote='"', header_row=3, remarks=("Odd.",)
    )
    assert describe(verdict) == [
        "format: csv",
        "encoding: UTF-8",
        "delimiter: tab",
        'quote: "',
        "headings: row 3",
        "Odd.",
    ]
    assert describe(Verdict(format="xlsx", sheet="March", header_row=0)) == [
        "format: xlsx",
        "sheet: March",
        "headings: none, columns by position",
    ]


def test_a_line_end_inside_a_cell_is_quoted_whichever_it_is(tmp_path: Path) -> None:
    path = tmp_path / "drop.csv"
    path.write_bytes(b'id,n\n1,"a\rb"\n2,"a\r\nb"\n')
    out = io.StringIO(newline="")
    write_plain(open_table(path, FileOptions()), out)
    assert out.getvalue() == 'id,n\n1,"a\rb"\n2,"a\r\nb"\n'
