"""The reject report as a workbook: guilty cells coloured, each with a comment that says what is wrong."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from orderdrop.core.neutral import shield
from orderdrop.reports.rows import OWN_COLUMNS, RejectRow

ROWS_MAX = 1_000_000
"""A sheet ends at 1,048,576 rows; what is past this figure is in the CSV, and the last line of the sheet says so."""
COMMENTS_MAX = 20_000
"""Comments make a workbook slow to open; past this figure cells are still coloured and `_problems` has the text."""
_CELL_MAX = 32_767  # the longest text that a cell of a workbook may hold
_CUT = " [cut here: the CSV report has all of it]"
_AUTHOR = "orderdrop"
_SAID_WIDTH = 70  # characters in a line of `_problems`


def write_xlsx(
    path: Path,
    sheet: str,
    headings: Sequence[str],
    header: bool,
    blank_lines: int,
    batch_id: str,
    rows: Iterable[RejectRow],
    *,
    position: int = 1,
    comments_max: int = COMMENTS_MAX,
) -> None:
    """Write the report; every cell is text, so that nothing is run as a formula and no leading zero is lost.

    The sheet is called as the drop's, as far as Excel allows. `position` is where the mapping looks for it; the sheets
    before it are empty.
    """
    with xlsxwriter.Workbook(
        str(path), {"constant_memory": False, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        book.set_properties({"title": f"Rejects of batch {batch_id}", "author": _AUTHOR})
        for before in range(1, position):
            book.add_worksheet(f"- {before} -")
        page = book.add_worksheet(_allowed(sheet))
        page.activate()
        page.set_landscape()
        page.fit_to_pages(1, 0)
        _Sheet(book, page, headings, header, blank_lines, comments_max).write(batch_id, rows)


def _allowed(sheet: str) -> str:
    """A sheet's name without what Excel forbids in one."""
    name = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", sheet)[:31].strip("'")
    return "Rejects" if not name or name.lower() == "history" else name


class _Sheet:
    """One sheet under way: formats, widths and the count of comments."""

    def __init__(
        self,
        book: xlsxwriter.Workbook,
        page: Worksheet,
        headings: Sequence[str],
        header: bool,
        blank_lines: int,
        comments_max: int,
    ) -> None:
        self._comments_max = comments_max
        self._page = page
        self._headings = headings
        self._columns = {heading: index for index, heading in enumerate(headings)}
        self._text = book.add_format({"num_format": "@", "valign": "top"})
        self._own = book.add_format({"num_format": "@", "valign": "top", "font_color": "#5f6368"})
        said = {"num_format": "@", "valign": "top", "text_wrap": True}
        self._said = book.add_format({**said, "font_color": "#8c1d18"})
        self._waits = book.add_format({**said, "font_color": "#5f6368"})
        self._guilty = book.add_format(
            {
                "num_format": "@",
                "valign": "top",
                "bg_color": "#fde2df",
                "font_color": "#8c1d18",
                "border": 1,
                "border_color": "#d93025",
            }
        )
        self._head = book.add_format({"bold": True, "bg_color": "#e8eaed", "bottom": 1, "num_format": "@"})
        self._widths = [len(heading) for heading in headings]
        self._header = header
        self._top = blank_lines
        self._comments = 0

    def write(self, batch_id: str, rows: Iterable[RejectRow]) -> None:
        line = self._top
        if self._header:
            for column, heading in enumerate((*self._headings, *OWN_COLUMNS)):
                self._page.write_string(line, column, heading, self._head)
            line += 1
            self._page.freeze_panes(line, 0)
            self._page.repeat_rows(self._top)
        for written, row in enumerate(rows):
            if written == ROWS_MAX:
                self._page.write_string(
                    line, 0, "More rows than a sheet should hold: the CSV report has them all.", self._said
                )
                break
            self._row(line, row, batch_id)
            line += 1
        self._finish(line)

    def _row(self, line: int, row: RejectRow, batch_id: str) -> None:
        for column, text in enumerate(row.cells):
            messages = row.remarks.by_column.get(self._headings[column])
            self._put(line, column, text, self._guilty if messages else self._text)
            if messages:
                self._comment(line, column, messages)
            self._widths[column] = max(self._widths[column], min(len(text), 40))
        own = (str(row.row), row.remarks.text(), row.remarks.fix_by(), batch_id)
        for offset, text in enumerate(own):
            told = self._said if row.remarks.problems else self._waits
            self._put(line, len(self._headings) + offset, text, told if offset == 1 else self._own)
        for offset, text in enumerate(row.surplus, start=len(self._headings) + len(own)):
            self._put(line, offset, text, self._text)

        if len(own[1]) > _SAID_WIDTH:  # not every program finds the height of wrapped text by itself
            self._page.set_row(line, min(15 * (1 + len(own[1]) // _SAID_WIDTH), 409))

    def _put(self, line: int, column: int, text: str, style: Format) -> None:
        if text:
            whole = shield(text)
            shown = whole if len(whole) <= _CELL_MAX else whole[: _CELL_MAX - len(_CUT)] + _CUT
            self._page.write_string(line, column, shown, style)
        else:
            self._page.write_blank(line, column, None, style)

    def _comment(self, line: int, column: int, messages: Sequence[str]) -> None:
        self._comments += 1
        if self._comments <= self._comments_max:
            text = "\n".join(dict.fromkeys(messages))
            height = 20 + 16 * (1 + len(text) // 38 + text.count("\n"))
            self._page.write_comment(
                line, column, text, {"author": _AUTHOR, "width": 260, "height": min(height, 300)}
            )

    def _finish(self, line: int) -> None:
        for column, width in enumerate(self._widths):
            self._page.set_column(column, column, max(8, min(width + 2, 42)))
        own = len(self._headings)
        for offset, width in enumerate((8, _SAID_WIDTH, 12, 26)):
            self._page.set_column(own + offset, own + offset, width)
        if self._header and line > self._top + 1:
            self._page.autofilter(self._top, 0, line - 1, own + len(OWN_COLUMNS) - 1)
