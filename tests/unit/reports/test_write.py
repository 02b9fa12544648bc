"""Every report of a batch appears whole in its folder, and nowhere else."""

import json
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.reports.small import CSV, ledger_with, problem, table

from orderdrop.core.outcomes import OrderFate
from orderdrop.frames import Verdict
from orderdrop.mapping.model import FileOptions
from orderdrop.reports import write
from orderdrop.reports.places import SUFFIXES, existing, report_paths
from orderdrop.reports.rows import Source
from orderdrop.reports.write import write_all


class Drop:
    """A kept drop that counts how often it is read."""

    def __init__(self, rows: int = 3, verdict: Verdict = CSV, options: FileOptions | None = None) -> None:
        self.opened = 0
        self._rows = rows
        self._verdict = verdict
        self._options = options or FileOptions()

    def __call__(self) -> list[Source]:
        self.opened += 1
        cells = {row: [f"A-{row}", ""] for row in range(2, 2 + self._rows)}
        read = table(["Ref", "Qty"], cells, verdict=self._verdict)
        return [Source(name="", table=read, options=self._options)]


def test_all_reports_are_written_and_told_in_the_receipt(tmp_path: Path) -> None:
    ledger, batch = ledger_with(read=2, rejected=[3], problems=[problem(3, "Qty", "Qty is blank.")])
    written = write_all(ledger, batch, tmp_path / "reports", Drop())
    assert sorted(path.name for path in (tmp_path / "reports").iterdir()) == sorted(
        f"drop.csv{suffix}" for suffix in SUFFIXES.values()
    )
    on_disk = json.loads((tmp_path / "reports" / "drop.csv.receipt.json").read_text(encoding="utf-8"))
    assert on_disk == written.receipt
    assert on_disk["reports"] == existing(tmp_path / "reports", "drop.csv")


def test_few_rows_that_go_back_cost_one_reading_of_the_drop(tmp_path: Path) -> None:
    ledger, batch = ledger_with(rejected=[3])
    drop = Drop()
    write_all(ledger, batch, tmp_path, drop)
    assert drop.opened == 1


def test_many_rows_that_go_back_are_not_held_in_memory(tmp_path: Path) -> None:
    many = write.ROWS_IN_MEMORY_MAX + 1
    ledger, batch = ledger_with(rejected=range(2, 2 + many))
    drop = Drop()  # a short drop: what counts is how many rows are wanted
    written = write_all(ledger, batch, tmp_path, drop)
    assert drop.opened == 4
    assert written.paths["rejects_csv"] is not None
    assert written.paths["rejects_csv"].read_bytes().count(b"\r\n") == 4


def test_without_rows_that_go_back_there_is_no_reject_report_and_an_older_one_goes(tmp_path: Path) -> None:
    ledger, batch = ledger_with(rejected=[3])
    write_all(ledger, batch, tmp_path, Drop())
    good, same = ledger_with(read=1, orders={"A": (OrderFate.ACCEPTED, [2])})
    drop = Drop()
    written = write_all(good, same, tmp_path, drop)
    assert {path.name for path in tmp_path.iterdir()} == {
        "drop.csv.receipt.json", "drop.csv.receipt.html", "drop.csv.receipt.txt",
    }  # fmt: skip
    assert written.receipt["reports"]["rejects_csv"] is None
    assert drop.opened == 0


def test_a_drop_that_could_not_be_read_still_has_a_receipt(tmp_path: Path) -> None:
    ledger, batch = ledger_with(problems=[problem(None, None, "The file is empty.")])
    written = write_all(ledger, batch, tmp_path, None)
    assert written.paths["rejects_csv"] is None
    assert "The file is empty." in (tmp_path / "drop.csv.receipt.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        pytest.param("../../x.csv", "_.._x.csv", id="up-and-away"),
        pytest.param("/etc/passwd", "_etc_passwd", id="absolute"),
        pytest.param("..", "drop", id="only-dots"),
        pytest.param("", "drop", id="no-name"),
        pytest.param("a\0b\nc.csv", "a_b_c.csv", id="control-characters"),
        pytest.param("C:\\x.csv", "C__x.csv", id="windows"),
        pytest.param("Bestellungen KW47.xlsx", "Bestellungen KW47.xlsx", id="a-plain-name-stays"),
        pytest.param("日" * 300, "日" * 50, id="too-long-for-a-file-system"),
    ],
)
def test_the_name_of_a_drop_is_only_the_front_of_its_reports_names(
    tmp_path: Path, name: str, stem: str
) -> None:
    ledger, batch = ledger_with(name=name, rejected=[3])
    write_all(ledger, batch, tmp_path / "reports", Drop())
    assert {path.name for path in (tmp_path / "reports").iterdir()} == {
        f"{stem}{suffix}" for suffix in SUFFIXES.values()
    }
    assert [path.name for path in tmp_path.iterdir()] == ["reports"]


def test_the_rows_of_a_workbook_become_csv_as_the_mapping_asks_for_it(tmp_path: Path) -> None:
    ledger, batch = ledger_with(rejected=[3])
    options = FileOptions(encoding="cp1252", delimiter=";", header_row=2, sheet=2)
    drop = Drop(verdict=Verdict(format="xlsx", sheet="B", header_row=2), options=options)
    write_all(ledger, batch, tmp_path, drop)
    assert (tmp_path / "drop.csv.rejects.csv").read_bytes().startswith(b";;;;;\r\nRef;Qty;_row;")
    assert openpyxl.load_workbook(tmp_path / "drop.csv.rejects.xlsx").sheetnames[1] == "B"


@given(st.text())
def test_no_name_leaves_the_folder(name: str) -> None:
    folder = Path("/srv/reports/b-1")
    for path in report_paths(folder, name).values():
        assert path.parent == folder
        assert not path.name.startswith(".")
        assert len(path.name.encode("utf-8", "surrogatepass")) + len(".part") < 255
