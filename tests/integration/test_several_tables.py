"""Orders in one table and their lines in another: two files, or two sheets, become orders; refusals find their table."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from tests.integration.judge import Judge

from orderdrop import settings as setup
from orderdrop import wiring
from orderdrop.errors import UsageError
from orderdrop.pipeline.batches import rerun as reruns
from orderdrop.pipeline.batches.imports import import_file
from orderdrop.pipeline.batches.rerun import Only
from orderdrop.pipeline.parts import Parts
from orderdrop.reports.receipt import Receipt

MAPPING = """\
mapping: two
destination: shipup
columns:
  Order: {{to: merchant_id, required: true}}
  Mail: {{to: email, type: email}}
join:
  lines:
    {where}
    columns:
      Order no: {{to: merchant_id, required: true}}
      SKU: {{to: line_items.merchant_id, required: true}}
      Qty: {{to: line_items.quantity, type: integer, minimum: 1}}
"""
SETTINGS = """\
workdir: var
mappings: .
accounts:
  local: {{destination: shipup, base_url: "{base_url}", key: any, rate: unlimited, endpoint: single}}
"""


@pytest.fixture
def parts(judge: Judge, tmp_path: Path) -> Iterator[Parts]:
    (tmp_path / "orderdrop.yaml").write_text(SETTINGS.format(base_url=judge.base_url))
    (tmp_path / "two.yaml").write_text(MAPPING.format(where='files: "lines_*.csv"'))
    opened = wiring.build(setup.load(tmp_path / "orderdrop.yaml", {}, tmp_path))
    yield opened
    opened.close()


def _files(folder: Path, orders: str, lines: str) -> tuple[Path, Path]:
    first, second = folder / "orders_1.csv", folder / "lines_1.csv"
    first.write_text(f"Order,Mail\n{orders}")
    second.write_text(f"Order no,SKU,Qty\n{lines}")
    return first, second


def _import(parts: Parts, first: Path, *further: Path) -> Receipt:
    return import_file(parts, first, "two", "local", further=further).receipt


def _balanced(receipt: Receipt) -> bool:
    rows = dict(receipt["rows"])
    return bool(rows.pop("read") == sum(rows.values()))


def test_two_files_become_orders_with_their_lines(parts: Parts, judge: Judge, tmp_path: Path) -> None:
    first, lines = _files(tmp_path, "T1-A,a@b.co\nT1-B,c@d.co\n", "T1-B,S1,1\nT1-A,S2,2\nT1-B,S3,3\n")
    receipt = _import(parts, first, lines)
    assert (receipt["status"], receipt["rows"]["read"], receipt["rows"]["accepted"]) == ("accepted", 5, 5)
    assert _balanced(receipt)
    held = judge.held("T1-")
    assert {key: order["email"] for key, order in held.items()} == {"T1-A": "a@b.co", "T1-B": "c@d.co"}
    assert {item["merchant_id"] for item in held["T1-B"]["line_items"]["data"]} == {"S1", "S3"}


def test_the_same_set_again_sends_nothing_and_a_changed_second_file_does(
    parts: Parts, judge: Judge, tmp_path: Path
) -> None:
    first, lines = _files(tmp_path, "T2-A,a@b.co\n", "T2-A,S1,1\n")
    before = _import(parts, first, lines)
    assert _import(parts, first, lines)["batch"] == before["batch"]
    first, lines = _files(tmp_path, "T2-A,a@b.co\n", "T2-A,S1,2\n")
    assert _import(parts, first, lines)["batch"] != before["batch"]
    assert judge.posts(prefix="T2-") == {"T2-A": 2}


def test_problems_and_the_reject_workbook_speak_of_the_rows_of_their_own_table(
    parts: Parts, judge: Judge, tmp_path: Path
) -> None:
    first, lines = _files(
        tmp_path,
        "T3-A,nonsense\nT3-B,c@d.co\nT3-C,e@f.co\n",
        "T3-A,S1,1\nT3-B,S2,0\nT3-C,S3,1\nT3-D,S4,1\n",
    )
    receipt = _import(parts, first, lines)
    assert receipt["status"] == "rejects"
    assert _balanced(receipt)
    assert judge.posts(prefix="T3-") == {"T3-C": 1}
    told = {(p["code"], p.get("table"), p["row"], p["column"]) for p in receipt["problems"]}
    assert told == {
        ("not_an_email", None, 2, "Mail"),
        ("too_small", 2, 3, "Qty"),
        ("partner_missing", 2, 5, None),
    }
    assert receipt["reports"]["rejects_csv"] is None
    book = openpyxl.load_workbook(receipt["reports"]["rejects_xlsx"])
    rows = {
        sheet.title: [list(row[:2]) for row in sheet.iter_rows(min_row=2, values_only=True)]
        for sheet in book.worksheets
    }
    assert rows == {
        "Rejects": [["T3-A", "nonsense"], ["T3-B", "c@d.co"]],
        "lines": [["T3-A", "S1"], ["T3-B", "S2"], ["T3-D", "S4"]],
    }
    shown = json.loads(Path(receipt["reports"]["rejects_json"]).read_bytes())
    assert [(row.get("table"), row["row"]) for row in shown["rows"]] == [
        (None, 2), (None, 3), (2, 2), (2, 3), (2, 5)
    ]  # fmt: skip


def test_the_corrected_workbook_loads_again(parts: Parts, judge: Judge, tmp_path: Path) -> None:
    first, lines = _files(tmp_path, "T4-A,nonsense\nT4-B,c@d.co\n", "T4-A,S1,1\nT4-B,S2,0\n")
    receipt = _import(parts, first, lines)
    book = openpyxl.load_workbook(receipt["reports"]["rejects_xlsx"])
    book["Rejects"]["B2"] = "a@b.co"
    book["lines"]["C3"] = "5"
    corrected = tmp_path / "corrected.xlsx"
    book.save(corrected)
    again = _import(parts, corrected)
    assert (again["status"], again["orders"]["accepted"]) == ("accepted", 2)
    assert judge.held("T4-B")["T4-B"]["line_items"]["data"][0]["quantity"] == 5


def test_a_refusal_of_the_api_comes_home_to_the_table_that_caused_it(
    parts: Parts, judge: Judge, tmp_path: Path
) -> None:
    judge.seed({"merchant_id": "T5-A", "line_items": [{"merchant_id": "S1", "quantity": 9}]})
    first, lines = _files(tmp_path, "T5-A,a@b.co\nT5-B,a@b.co\n", "T5-A,S1,1\nT5-B,S1,1\n")
    receipt = _import(parts, first, lines)
    (problem,) = receipt["problems"]
    assert (problem["code"], problem.get("table"), problem["row"], problem["column"]) == (
        "refused",
        2,
        2,
        "Qty",
    )
    rerun = reruns.rerun(parts, reruns.plan(parts, receipt["batch"], only=Only.REFUSED)).receipt
    assert (rerun["rows"]["read"], rerun["orders"]["refused"]) == (2, 1)


def test_two_sheets_of_one_workbook_become_orders(parts: Parts, judge: Judge, tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text(MAPPING.format(where="file: {sheet: Zeilen}"))
    book = openpyxl.Workbook()
    for row in (["Order", "Mail"], ["T6-A", "a@b.co"]):
        book.worksheets[0].append(row)
    lines = book.create_sheet("Zeilen")
    for line in (["Order no", "SKU", "Qty"], ["T6-A", "S1", "1"], ["T6-A", "S2", "2"]):
        lines.append(line)
    book.save(tmp_path / "both.xlsx")
    receipt = _import(parts, tmp_path / "both.xlsx")
    assert (receipt["status"], receipt["rows"]["accepted"]) == ("accepted", 3)
    assert len(judge.held("T6-A")["T6-A"]["line_items"]["data"]) == 2


@pytest.mark.parametrize(
    "where",
    [
        pytest.param('files: "lines_*.csv"', id="by-the-name-pattern-of-the-set"),
        pytest.param('file: {member: "lines_*.csv"}', id="by-the-name-in-the-archive"),
    ],
)
def test_a_set_may_come_in_one_archive(where: str, parts: Parts, judge: Judge, tmp_path: Path) -> None:
    first_is = "file: {member: orders_1.csv}\ncolumns:" if "member" in where else "columns:"
    text = MAPPING.replace("columns:", first_is, 1) if "member" in where else MAPPING
    (tmp_path / "two.yaml").write_text(
        text.replace("{member: orders_1.csv}", "{{member: orders_1.csv}}").format(where=where)
    )
    key = f"TZ{len(where)}"
    files = _files(tmp_path, f"{key}-A,a@b.co\n", f"{key}-A,S1,1\n{key}-A,S2,1\n")
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for file in files:
            archive.write(file, f"export/{file.name}")
    receipt = _import(parts, tmp_path / "set.zip")
    assert (receipt["status"], receipt["rows"]["accepted"]) == ("accepted", 3), receipt["problems"]
    assert len(judge.held(f"{key}-A")[f"{key}-A"]["line_items"]["data"]) == 2


def test_a_set_without_its_second_file_is_refused_as_a_whole(
    parts: Parts, judge: Judge, tmp_path: Path
) -> None:
    first, _ = _files(tmp_path, "T7-A,a@b.co\n", "T7-A,S1,1\n")
    receipt = _import(parts, first)
    assert receipt["status"] == "failed"
    assert receipt["problems"][0]["message"] == (
        "Table `lines`: The file lines_*.csv did not come. Send the files of one set together."
    )
    assert not judge.posts(prefix="T7-")


def test_a_file_of_no_table_is_not_taken_for_one(parts: Parts, tmp_path: Path) -> None:
    first, lines = _files(tmp_path, "T8-A,a@b.co\n", "T8-A,S1,1\n")
    with pytest.raises(
        UsageError,
        match=r"lines_1.csv is none of the further tables of mapping `two` \(lines: lines_\*.csv\)",
    ):
        _import(parts, first, lines, lines)


def test_a_table_that_lacks_a_column_is_named(parts: Parts, tmp_path: Path) -> None:
    first, lines = _files(tmp_path, "T9-A,a@b.co\n", "T9-A,S1,1\n")
    lines.write_text("Order no,Qty\nT9-A,1\n")
    receipt = _import(parts, first, lines)
    assert receipt["status"] == "failed"
    assert 'Table `lines`: The file has no column "SKU".' in receipt["problems"][0]["message"]
