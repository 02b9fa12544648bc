from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.unit.tables.opening import opened
from tests.workbooks import book, table

from orderdrop.core.problems import Code
from orderdrop.errors import FileRefused
from orderdrop.mapping.model import FileOptions
from orderdrop.tables.open import reopen

ROW = ("A-1", "anna@example.com", "S-1", 1)


def notes_then_orders(workbook: Any) -> None:
    workbook.add_worksheet("Notes").write_row(0, 0, ["Read me", "first"])
    table(workbook.add_worksheet("Data"), ROW, at=2)
    lists = workbook.add_worksheet("Lists")
    lists.write_row(0, 0, ["SKU", "Colour"])
    lists.write_row(1, 0, ["S-1", "red"])


def hidden_orders(workbook: Any) -> None:
    workbook.add_worksheet("Notes").write_row(0, 0, ["Read me", "first"])
    sheet = workbook.add_worksheet("Data")
    table(sheet, ROW)
    sheet.very_hidden()


def two_alike(workbook: Any) -> None:
    table(workbook.add_worksheet("March"), ROW)
    table(workbook.add_worksheet("April"), ROW)


def template_and_orders(workbook: Any) -> None:
    table(workbook.add_worksheet("Template"))
    table(workbook.add_worksheet("Data"), ROW)


def chart_first(workbook: Any) -> None:
    chart = workbook.add_chart({"type": "line"})
    chart.add_series({"values": "=Data!$D$2:$D$3"})
    workbook.add_chartsheet("Chart").set_chart(chart)
    table(workbook.add_worksheet("Data"), ROW)


@pytest.mark.parametrize(
    ("fill", "sheet", "row", "remark"),
    [
        pytest.param(
            notes_then_orders,
            "Data",
            3,
            'The sheet "Data" was read: it has 4 headings of the mapping; not read: "Notes", "Lists".',
            id="the-sheet-with-most-headings",
        ),
        pytest.param(
            template_and_orders,
            "Data",
            1,
            'The sheet "Data" was read: it has 4 headings of the mapping; not read: "Template".',
            id="of-equals-the-one-with-rows",
        ),
        pytest.param(chart_first, "Data", 1, None, id="a-chart-is-no-table"),
    ],
)
def test_the_sheet_is_found_by_the_headings_of_the_mapping(
    tmp_path: Path, fill: Callable[[Any], None], sheet: str, row: int, remark: str | None
) -> None:
    found = opened(book(tmp_path / "drop.xlsx", fill))
    assert (found.verdict.sheet, found.verdict.header_row) == (sheet, row)
    assert [text for text in found.verdict.remarks if text.startswith("The sheet")] == [remark] * bool(remark)
    assert [tuple(cells) for frame in found.frames for cells in frame.cells.to_numpy()] == [
        ("A-1", "anna@example.com", "S-1", "1")
    ]


def test_a_sheet_found_by_its_headings_is_read_again_by_its_name(tmp_path: Path) -> None:
    path = book(tmp_path / "drop.xlsx", notes_then_orders)
    first = opened(path)
    again = reopen(path, FileOptions(), first.verdict)
    assert (again.verdict, again.headings) == (first.verdict, first.headings)


def test_sheets_with_the_same_headings_are_a_question(tmp_path: Path) -> None:
    path = book(tmp_path / "drop.xlsx", two_alike)
    with pytest.raises(FileRefused) as caught:
        opened(path)
    assert caught.value.problem.code is Code.FILE_AMBIGUOUS
    assert caught.value.problem.message == (
        'The sheets "March", "April" have the same of the mapping\'s headings, so it cannot be told which one is meant. '
        "Name it with `sheet:` under `file:` in the mapping, or send a workbook with one of them."
    )
    assert opened(path, sheet="April").verdict.sheet == "April"
    assert opened(path, sheet=1).verdict.sheet == "March"


def test_a_mapping_may_say_which_headings_the_sheet_has(tmp_path: Path) -> None:
    path = book(tmp_path / "drop.xlsx", notes_then_orders)
    assert opened(path, sheet={"headings": ["sku", "Colour"]}).verdict.sheet == "Lists"
    with pytest.raises(FileRefused) as caught:
        opened(path, sheet={"headings": ["SKU", "Size"]})
    assert 'its visible sheets are "Notes", "Data", "Lists"' in caught.value.problem.message


def test_a_hidden_sheet_is_only_read_by_its_name(tmp_path: Path) -> None:
    path = book(tmp_path / "drop.xlsx", hidden_orders)
    with pytest.raises(FileRefused) as caught:
        list(opened(path).frames)
    assert caught.value.problem.code is Code.FILE_NO_ROWS
    assert opened(path, sheet="Data").verdict.sheet == "Data"


def test_a_hidden_sheet_that_has_the_headings_is_told(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        table(workbook.add_worksheet("Other"), ROW)
        workbook.get_worksheet_by_name("Other").write_row(0, 0, ["A", "B", "C", "D"])
        hidden = workbook.add_worksheet("Data")
        table(hidden, ROW)
        hidden.hide()

    first, second = opened(book(tmp_path / "drop.xlsx", fill)).verdict.remarks
    assert first == 'The first visible sheet "Other" was read; not read: 1 hidden.'
    assert second == (
        'The hidden sheet "Data" has headings of the mapping, but a hidden sheet is read only where `sheet:` under `file:` '
        "in the mapping names it."
    )


def test_without_a_mapping_the_first_sheet_with_rows_is_read(tmp_path: Path) -> None:
    found = opened(book(tmp_path / "drop.xlsx", notes_then_orders), wanted=())
    assert found.verdict.sheet == "Data"
    assert found.verdict.remarks[0] == (
        'The sheet "Data" was read, the first with rows below its headings; not read: "Notes", "Lists".'
    )


def test_a_workbook_of_nothing_but_charts_is_refused(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        chart_first(workbook)
        workbook.get_worksheet_by_name("Data").very_hidden()

    with pytest.raises(FileRefused) as caught:
        opened(book(tmp_path / "drop.xlsx", fill))
    assert caught.value.problem.message.startswith('All sheets of the workbook are hidden: "Data".')
