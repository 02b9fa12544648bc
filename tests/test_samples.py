"""The samples are golden: drop, orders, rejects and receipt; and what goes back loads again."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests import samples
from tests.samples import ALL, Ran, Running, Sample

from orderdrop.core.headings import OWN_COLUMNS
from orderdrop.core.outcomes import BatchStatus
from orderdrop.pipeline.batches.imports import import_file

WITH_REJECTS = [sample for sample in ALL if sample.golden("rejects.csv").is_file()]
BAD_ROWS, REFUSED, WORKBOOK = (
    next(sample for sample in ALL if sample.name == name)
    for name in ("acme-bad-rows", "acme-refused", "nordlicht-workbook")
)

Corrections = dict[tuple[str, str], dict[str, str]]
"""New texts by heading, by the sample's name and the row of its drop."""

CORRECTIONS: Corrections = {
    ("acme-bad-rows", "3"): {"Qty": "2"},
    ("acme-bad-rows", "4"): {"Ordered": "20/11/2026 16:30", "Email": "tom@example.com", "Carrier": "UPS"},
    ("acme-bad-rows", "6"): {"Email": "kim@example.be", "Town": "Gent"},
    ("acme-bad-rows", "7"): {"Order ref": "AC-10451", "Ship-to ctry": "FR", "SKU": "3100-02"},
    ("acme-refused", "2"): {"Qty": "1"},
}
DELETED = {("acme-bad-rows", "9")}


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Callable[[Sample], Running]]:
    started: list[Running] = []

    def start(sample: Sample) -> Running:
        running = samples.start(sample, tmp_path)
        started.append(running)
        return running

    yield start
    for running in started:
        running.close()


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.name)
def test_a_sample_becomes_its_golden_orders_rejects_and_receipt(
    sample: Sample, sandbox: Callable[[Sample], Running]
) -> None:
    goldens = sandbox(sample).ran.goldens()
    beside = {
        name: sample.golden(name).read_bytes() for name in samples.GOLDENS if sample.golden(name).is_file()
    }
    assert goldens == beside, "if this is meant: python -m tests.samples, and look at the difference"


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.name)
def test_the_api_holds_every_accepted_order_once_and_no_other(
    sample: Sample, sandbox: Callable[[Sample], Running]
) -> None:
    running = sandbox(sample)
    accepted = [order.key for order in running.ran.orders() if order.fate in ("accepted", "unchanged")]
    before = running.before_keys
    assert sorted(running.stored_keys()) == sorted({*accepted, *before})
    assert len(running.stored_keys()) == len(set(running.stored_keys()))


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.name)
def test_every_row_of_a_sample_has_one_fate(sample: Sample, sandbox: Callable[[Sample], Running]) -> None:
    rows = dict(sandbox(sample).ran.finished.receipt["rows"])
    assert rows.pop("read") == sum(rows.values())


@pytest.mark.parametrize("kind", ["rejects_csv", "rejects_xlsx"])
@pytest.mark.parametrize("sample", WITH_REJECTS, ids=lambda sample: sample.name)
def test_a_reject_report_that_comes_back_uncorrected_gives_the_same_verdicts_and_does_not_grow(
    sample: Sample, kind: str, sandbox: Callable[[Sample], Running]
) -> None:
    running = sandbox(sample)
    first = running.ran
    again = running.load(Path(first.finished.receipt["reports"][kind]))
    assert _verdicts(again) == _verdicts(first)
    assert _headings(again) == _headings(first)
    assert _theirs(again) == _theirs(first)


@pytest.mark.parametrize("kind", ["rejects_csv", "rejects_xlsx"])
@pytest.mark.parametrize("sample", WITH_REJECTS, ids=lambda sample: sample.name)
def test_a_reject_report_that_comes_back_corrected_is_accepted_whole(
    sample: Sample, kind: str, sandbox: Callable[[Sample], Running], tmp_path: Path
) -> None:
    running = sandbox(sample)
    report = Path(running.ran.finished.receipt["reports"][kind])
    corrected = tmp_path / f"corrected{report.suffix}"
    (_correct_csv if kind == "rejects_csv" else _correct_xlsx)(sample, report, corrected)
    receipt = running.load(corrected).finished.receipt
    assert receipt["problems"] == []
    assert receipt["status"] == BatchStatus.ACCEPTED
    assert receipt["rows"]["accepted"] + receipt["rows"]["unchanged"] == receipt["rows"]["read"]


def test_text_that_was_made_harmless_arrives_as_the_sender_wrote_it(
    sandbox: Callable[[Sample], Running], tmp_path: Path
) -> None:
    running = sandbox(BAD_ROWS)
    report = Path(running.ran.finished.receipt["reports"]["rejects_csv"])
    assert "'+46 70 123 45 67" in report.read_text(encoding="cp1252")
    corrected = tmp_path / "corrected.csv"
    _correct_csv(BAD_ROWS, report, corrected)
    phones = {payload["merchant_id"]: payload.get("phone") for payload in running.load(corrected).payloads()}
    assert phones["AC-10445"] == "+46701234567"


def test_the_bad_rows_show_many_kinds_of_problem_and_one_good_order(
    sandbox: Callable[[Sample], Running],
) -> None:
    receipt = sandbox(BAD_ROWS).ran.finished.receipt
    assert len({problem["code"] for problem in receipt["problems"]}) >= 8
    assert receipt["orders"]["accepted"] == 1


def test_the_refusal_of_the_api_lies_on_the_one_cell_that_caused_it(
    sandbox: Callable[[Sample], Running],
) -> None:
    problems = sandbox(REFUSED).ran.finished.receipt["problems"]
    assert [(p["row"], p["column"], p["value"], p["raised_by"]) for p in problems] == [(2, "Qty", "2", "api")]


def test_the_same_sample_again_is_answered_with_its_first_receipt(
    sandbox: Callable[[Sample], Running],
) -> None:
    running = sandbox(BAD_ROWS)
    finished = import_file(running.ran.parts, BAD_ROWS.drop, BAD_ROWS.mapping, "demo")
    assert finished.repeated
    assert finished.receipt["batch"] == running.ran.finished.receipt["batch"]


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.name)
def test_each_sample_is_described(sample: Sample) -> None:
    text = (sample.folder / "README.md").read_text(encoding="utf-8")
    assert "## About" in text
    assert (
        f'orderdrop preview "samples/{sample.folder.name}/{sample.drop.name}" --mapping {sample.mapping}'
        in text
    )


def _verdicts(ran: Ran) -> list[tuple[str, ...]]:
    """Problems without row numbers, which shift because accepted rows are gone."""
    return sorted(
        tuple(str(problem[key]) for key in ("code", "column", "value", "order", "path", "raised_by"))
        for problem in ran.finished.receipt["problems"]
    )


def _table(ran: Ran) -> list[list[str]]:
    text = Path(ran.finished.receipt["reports"]["rejects_csv"]).read_bytes()
    decoded = text.decode("utf-8-sig") if text.startswith(b"\xef\xbb\xbf") else text.decode("cp1252")
    return list(
        csv.reader(io.StringIO(decoded, newline=""), delimiter=";" if ";" in decoded.splitlines()[0] else ",")
    )


def _headings(ran: Ran) -> list[str]:
    return _table(ran)[0]


def _theirs(ran: Ran) -> list[list[str]]:
    return [row[: -len(OWN_COLUMNS)] for row in _table(ran)[1:]]


def _correct_csv(sample: Sample, report: Path, into: Path, corrections: Corrections = CORRECTIONS) -> None:
    with report.open(encoding="cp1252", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    head = rows[0]
    kept = [head]
    for row in rows[1:]:
        name = (sample.name, row[head.index("_row")])
        if name not in DELETED:
            fixed: dict[str, Any] = dict(zip(head, row, strict=True)) | corrections.get(name, {})
            kept.append(list(fixed.values()))
    with into.open("w", encoding="cp1252", newline="") as file:
        csv.writer(file, delimiter=";").writerows(kept)


def _correct_xlsx(sample: Sample, report: Path, into: Path, corrections: Corrections = CORRECTIONS) -> None:
    book = openpyxl.load_workbook(report)
    sheet = book.worksheets[0]
    head = [str(cell.value) for cell in sheet[1]]
    for line in range(sheet.max_row, 1, -1):
        name = (sample.name, str(sheet.cell(line, head.index("_row") + 1).value))
        if name in DELETED:
            sheet.delete_rows(line)
        for column, text in corrections.get(name, {}).items():
            sheet.cell(line, head.index(column) + 1).value = text
    book.save(into)


@pytest.mark.parametrize("kind", ["rejects_csv", "rejects_xlsx"])
def test_dates_and_leading_zeros_of_a_workbook_survive_the_way_home_and_back(
    kind: str, sandbox: Callable[[Sample], Running], tmp_path: Path
) -> None:
    running = sandbox(WORKBOOK)
    book = openpyxl.load_workbook(WORKBOOK.drop)
    sheet = book["Bestellungen"]
    for line, (key, amount) in {2: ("NL-3301", "viele"), 3: ("NL-3301", 1)}.items():
        sheet.cell(line, 1).value, sheet.cell(line, 14).value = key, amount
    book.save(tmp_path / "Bestellungen KW48.xlsx")
    first = running.load(tmp_path / "Bestellungen KW48.xlsx")
    again = running.load(Path(first.finished.receipt["reports"][kind]))
    assert _verdicts(again) == _verdicts(first)
    assert [problem["column"] for problem in again.finished.receipt["problems"]] == ["Menge"]
    assert _theirs(again) == _theirs(first)
    assert [row[6] for row in _theirs(again)] == ["04109", "04109"]


@pytest.mark.parametrize("kind", ["rejects_csv", "rejects_xlsx"])
@pytest.mark.parametrize(
    ("row", "code"),
    [
        pytest.param(
            b"LINE;AC-1;1;;;;;Roe;;;;FR;;;P-1;;;S-1;;;1;;=1+1;more", "row_width", id="too-many-cells"
        ),
        pytest.param(b"LINE;AC-1;1", "row_width", id="too-few-cells"),
    ],
)
def test_a_row_that_the_reader_refused_comes_home_and_is_not_sent_when_it_comes_back_as_it_is(
    row: bytes, code: str, kind: str, sandbox: Callable[[Sample], Running], tmp_path: Path
) -> None:
    running = sandbox(BAD_ROWS)
    head = BAD_ROWS.drop.read_bytes().splitlines()[0]
    (tmp_path / "odd.csv").write_bytes(head + b"\r\n" + row + b"\r\n")
    first = running.load(tmp_path / "odd.csv").finished.receipt
    assert [problem["code"] for problem in first["problems"]] == [code]
    again = running.load(Path(first["reports"][kind]))
    assert again.finished.receipt["rows"]["rejected"] == 1


def test_cells_beyond_the_last_heading_are_kept_however_often_the_report_comes_back(
    sandbox: Callable[[Sample], Running], tmp_path: Path
) -> None:
    running = sandbox(BAD_ROWS)
    head = BAD_ROWS.drop.read_bytes().splitlines()[0]
    row = b"LINE;AC-1;1;;;;;Roe;;;;FR;;;P-1;;;S-1;;;1;;=1+1;more"
    (tmp_path / "odd.csv").write_bytes(head + b"\r\n" + row + b"\r\n")
    first = running.load(tmp_path / "odd.csv")
    again = running.load(Path(first.finished.receipt["reports"]["rejects_csv"]))
    third = running.load(Path(again.finished.receipt["reports"]["rejects_csv"]))
    assert [_table(ran)[1][-2:] for ran in (first, again, third)] == [["'=1+1", "more"]] * 3


@pytest.mark.parametrize("kind", ["rejects_csv", "rejects_xlsx"])
@pytest.mark.parametrize(
    ("name", "code", "back"),
    [
        pytest.param(b'"Roe', "row_quote", '"Roe', id="open-quote"),
        pytest.param(b"R\0oe", "row_nul", r"R\x00oe", id="nul"),
    ],
)
def test_a_row_that_could_not_be_read_safely_comes_home_in_a_form_that_can_and_waits_for_a_person(
    name: bytes, code: str, back: str, kind: str, sandbox: Callable[[Sample], Running], tmp_path: Path
) -> None:
    running = sandbox(BAD_ROWS)
    head = BAD_ROWS.drop.read_bytes().splitlines()[0]
    row = b"LINE;AC-1;1;;;;;" + name + b";;;;FR;;;P-1;;;S-1;;;1;"
    (tmp_path / "odd.csv").write_bytes(head + b"\r\n" + row + b"\r\n")
    first = running.load(tmp_path / "odd.csv")
    assert [problem["code"] for problem in first.finished.receipt["problems"]] == [code]
    assert _theirs(first)[0][7] == back
    report = Path(first.finished.receipt["reports"][kind])
    untouched = running.load(report)
    assert (untouched.finished.receipt["rows"]["rejected"], list(untouched.payloads())) == (1, [])
    (problem,) = untouched.finished.receipt["problems"]
    assert problem["message"].startswith(f"Not changed since batch {first.finished.receipt['batch']}")
    looked_at = tmp_path / f"looked at{report.suffix}"
    correct = _correct_csv if kind == "rejects_csv" else _correct_xlsx
    correct(BAD_ROWS, report, looked_at, {("acme-bad-rows", "2"): {"_batch": ""}})
    assert [payload["last_name"] for payload in running.load(looked_at).payloads()] == [back]
