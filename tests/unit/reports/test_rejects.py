"""The reject report as CSV and JSON."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.reports.small import CSV, problem

from orderdrop.core.neutral import restore
from orderdrop.frames import Verdict
from orderdrop.reports.rejects import write_csv, write_json
from orderdrop.reports.rows import RejectRow, Remarks


def _row(*cells: str, surplus: tuple[str, ...] = (), row: int = 7) -> RejectRow:
    remarks = Remarks(fate="rejected", order="A-1")
    remarks.by_column["Qty"].append("Qty is blank: a value is needed in every row.")
    remarks.owners.add(problem(1, "Qty", "x").owner)
    remarks.problems.append(problem(row, "Qty", "Qty is blank: a value is needed in every row.", value=""))
    return RejectRow(row=row, cells=cells, remarks=remarks, surplus=surplus)


def _csv(
    path: Path, headings: list[str], rows: list[RejectRow], verdict: Verdict = CSV, blank_lines: int = 0
) -> bytes:
    file = path / "r.csv"
    write_csv(file, headings, verdict, blank_lines, "b-1", rows)
    return file.read_bytes()


def test_the_report_is_written_in_the_senders_own_dialect(tmp_path: Path) -> None:
    assert _csv(tmp_path, ["Käufer", "Qty"], [_row("Groß; Ö", "")]).decode("cp1252") == (
        "Käufer;Qty;_row;_problems;_fix_by;_batch\r\n"
        '"Groß; Ö";;7;Qty is blank: a value is needed in every row.;sender;b-1\r\n'
    )


@pytest.mark.parametrize(
    ("encoding", "start"),
    [
        pytest.param("utf-8", b"\xef\xbb\xbfK\xc3\xa4", id="utf-8-gets-a-mark-for-excel"),
        pytest.param("utf-8-sig", b"\xef\xbb\xbfK\xc3\xa4", id="utf-8-keeps-its-mark"),
        pytest.param("ascii", b"\xef\xbb\xbfK\xc3\xa4", id="ascii-becomes-utf-8"),
        pytest.param(None, b"\xef\xbb\xbfK\xc3\xa4", id="a-workbook-becomes-utf-8"),
        pytest.param("cp1252", b"K\xe4", id="cp1252"),
        pytest.param("utf-16", b"\xff\xfeK\x00\xe4\x00", id="utf-16"),
    ],
)
def test_the_report_has_the_encoding_of_the_drop(tmp_path: Path, encoding: str | None, start: bytes) -> None:
    verdict = Verdict(format="csv", encoding=encoding, delimiter=",")
    assert _csv(tmp_path, ["Käufer"], [_row("x")], verdict).startswith(start)


def test_a_message_that_the_encoding_does_not_have_does_not_stop_the_report(tmp_path: Path) -> None:
    row = _row("x")
    row.remarks.by_column[None].append("Łódź is not a place.")
    assert b"?\xf3d? is not a place." in _csv(tmp_path, ["A"], [row])


def test_a_file_without_headings_stays_without_and_a_fixed_heading_row_stays_where_it_was(
    tmp_path: Path,
) -> None:
    bare = Verdict(format="csv", encoding="cp1252", delimiter=";", header_row=0)
    assert _csv(tmp_path, ["1", "2"], [_row("a", "b")], bare).startswith(b"a;b;7;")
    lines = _csv(tmp_path, ["A", "B"], [_row("a", "b")], CSV, blank_lines=2).split(b"\r\n")
    assert lines[:3] == [b";;;;;", b";;;;;", b"A;B;_row;_problems;_fix_by;_batch"]


def test_nothing_in_the_report_runs_as_a_formula(tmp_path: Path) -> None:
    row = _row("=1+1", "+33 6", surplus=("@SUM(1)",))
    row.remarks.by_column[None].append("=cmd|' /C calc'!A0")
    cells = list(
        csv.reader(io.StringIO(_csv(tmp_path, ["=A", "Qty"], [row]).decode("cp1252")), delimiter=";")
    )
    assert cells[0][0] == "'=A"
    assert cells[1][:2] == ["'=1+1", "'+33 6"]
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in cells for cell in line)


def test_cells_beyond_the_last_heading_stand_behind_our_columns(tmp_path: Path) -> None:
    assert _csv(tmp_path, ["A", "Qty"], [_row("a", "b", surplus=("c", "d"))]).endswith(b";sender;b-1;c;d\r\n")


@settings(deadline=None)
@given(st.lists(st.lists(st.text(st.characters(codec="cp1252")), min_size=2, max_size=2), max_size=4))
def test_any_text_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    text = _csv(tmp_path_factory.mktemp("r"), ["A", "B"], [_row(*cells) for cells in rows]).decode("cp1252")
    read = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    assert [list(map(restore, line[:2])) for line in read[1:]] == rows


def test_the_form_for_programs_has_every_cell_and_the_problems_as_the_receipt_has_them(
    tmp_path: Path,
) -> None:
    file = tmp_path / "r.json"
    rows = [_row("=1", "", "twice", surplus=("c",)), _row("b", "", "x", row=8)]
    write_json(file, "b-1", [(["A", "Qty", "A"], rows)])
    report = json.loads(file.read_bytes())
    assert (report["batch"], [row["row"] for row in report["rows"]]) == ("b-1", [7, 8])
    first = report["rows"][0]
    assert first["cells"] == {"A": "=1", "Qty": "", "A (3)": "twice"}
    assert (first["surplus"], first["fate"], first["order"], first["fix_by"]) == (
        ["c"],
        "rejected",
        "A-1",
        "sender",
    )
    assert first["problems"][0] == {
        "code": "required", "message": "Qty is blank: a value is needed in every row.", "row": 7, "column": "Qty",
        "cells": [{"row": 7, "column": "Qty"}], "value": "", "order": None, "path": None, "raised_by": "check",
        "owner": "sender", "severity": "error",
    }  # fmt: skip
