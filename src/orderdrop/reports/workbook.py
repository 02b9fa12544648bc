"""The reject report as a workbook: guilty cells coloured, each with a comment that says what is wrong."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from orderdrop.core.headings import OWN_COLUMNS
from orderdrop.core.neutral import shield
from orderdrop.core.rows import in_table
from orderdrop.reports.rows import RejectRow

ROWS_MAX = 1_000_000
"""A sheet ends at 1,048,576 rows; what is past this figure is in the CSV, and the last line of the sheet says so."""
COMMENTS_MAX = 20_000
"""Comments make a workbook slow to open; past this figure cells are still coloured and `_problems` has the text."""
_CELL_MAX = 32_767  # the longest text that a cell of a workbook may hold
_CUT = " [cut here: the CSV report has all of it]"
_AUTHOR = "orderdrop"
_SAID_WIDTH = 70  # characters in a line of `_problems`


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One sheet of the report: how it is called and where it stands (from 1), its headings, and its rows.

    `blank_lines` stand above the headings where the mapping says on which row they are.
    """

    sheet: str
    headings: Sequence[str]
    rows: Iterable[RejectRow]
    header: bool = True
    blank_lines: int = 0
    position: int = 1


def write_xlsx(path: Path, pages: Sequence[Page], batch_id: str, *, comments_max: int = COMMENTS_MAX) -> None:
    """Write the report; every cell is text, so that nothing is run as a formula and no leading zero is lost.

    Sheets are called as the drop's, as far as Excel allows; one that must stand further behind than the one before it
    has empty sheets in between. The first page is the one that opens.
    """
    with xlsxwriter.Workbook(
        str(path), {"constant_memory": False, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        book.set_properties({"title": f"Rejects of batch {batch_id}", "author": _AUTHOR})
        styles, comments = _Styles.of(book), _Comments(left=comments_max)
        opens: Worksheet | None = None
        for page in pages:
            for before in range(len(book.worksheets()) + 1, page.position):
                book.add_worksheet(f"- {before} -")
            sheet = book.add_worksheet(_allowed(page.sheet))
            opens = opens or sheet
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
            _Sheet(sheet, page, styles, comments).write(batch_id)
        if opens is not None:
            opens.activate()


def _allowed(sheet: str) -> str:
    """A sheet's name without what Excel forbids in one."""
    name = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", sheet)[:31].strip("'")
    return "Rejects" if not name or name.lower() == "history" else name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Styles:
    """How cells look: the sender's, our own, what is said, and the guilty ones."""

    text: Format
    own: Format
    said: Format
    waits: Format
    guilty: Format
    head: Format

    @classmethod
    def of(cls, book: xlsxwriter.Workbook) -> "_Styles":
        plain = {"num_format": "@", "valign": "top"}
        red = {"bg_color": "#fde2df", "font_color": "#8c1d18", "border": 1, "border_color": "#d93025"}
        return cls(
            text=book.add_format(plain),
            own=book.add_format({**plain, "font_color": "#5f6368"}),
            said=book.add_format({**plain, "text_wrap": True, "font_color": "#8c1d18"}),
            waits=book.add_format({**plain, "text_wrap": True, "font_color": "#5f6368"}),
            guilty=book.add_format({**plain, **red}),
            head=book.add_format({"bold": True, "bg_color": "#e8eaed", "bottom": 1, "num_format": "@"}),
        )


@dataclass(slots=True, kw_only=True)
class _Comments:
    """How many comments the workbook may still get."""

    left: int


class _Sheet:
    """One sheet under way."""

    def __init__(self, sheet: Worksheet, page: Page, styles: _Styles, comments: _Comments) -> None:
        self._sheet = sheet
        self._page = page
        self._styles = styles
        self._comments = comments
        self._widths = [len(heading) for heading in page.headings]

    def write(self, batch_id: str) -> None:
        page, sheet, line = self._page, self._sheet, self._page.blank_lines
        if page.header:
            for column, heading in enumerate((*page.headings, *OWN_COLUMNS)):
                sheet.write_string(line, column, heading, self._styles.head)
            line += 1
            sheet.freeze_panes(line, 0)
            sheet.repeat_rows(page.blank_lines)
        for written, row in enumerate(page.rows):
            if written == ROWS_MAX:
                told = "More rows than a sheet should hold: the CSV report has them all."
                sheet.write_string(line, 0, told, self._styles.said)
                break
            self._row(line, row, batch_id)
            line += 1
        self._finish(line)

    def _row(self, line: int, row: RejectRow, batch_id: str) -> None:
        for column, text in enumerate(row.cells):
            messages = row.remarks.by_column.get(self._page.headings[column])
            self._put(line, column, text, self._styles.guilty if messages else self._styles.text)
            if messages:
                self._comment(line, column, messages)
            self._widths[column] = max(self._widths[column], min(len(text), 40))
        own = (str(in_table(row.row)[1]), row.remarks.text(), row.remarks.fix_by(), batch_id)
        for offset, text in enumerate(own):
            told = self._styles.said if row.remarks.problems else self._styles.waits
            self._put(
                line, len(self._page.headings) + offset, text, told if offset == 1 else self._styles.own
            )
        for offset, text in enumerate(row.surplus, start=len(self._page.headings) + len(own)):
            self._put(line, offset, text, self._styles.text)

        if len(own[1]) > _SAID_WIDTH:  # not every program finds the height of wrapped text by itself
            self._sheet.set_row(line, min(15 * (1 + len(own[1]) // _SAID_WIDTH), 409))

    def _put(self, line: int, column: int, text: str, style: Format) -> None:
        if text:
            whole = shield(text)
            shown = whole if len(whole) <= _CELL_MAX else whole[: _CELL_MAX - len(_CUT)] + _CUT
            self._sheet.write_string(line, column, shown, style)
        else:
            self._sheet.write_blank(line, column, None, style)

    def _comment(self, line: int, column: int, messages: Sequence[str]) -> None:
        self._comments.left -= 1
        if self._comments.left >= 0:
            text = "\n".join(dict.fromkeys(messages))
            height = 20 + 16 * (1 + len(text) // 38 + text.count("\n"))
            self._sheet.write_comment(
                line, column, text, {"author": _AUTHOR, "width": 260, "height": min(height, 300)}
            )

    def _finish(self, line: int) -> None:
        for column, width in enumerate(self._widths):
            self._sheet.set_column(column, column, max(8, min(width + 2, 42)))
        own = len(self._page.headings)
        for offset, width in enumerate((8, _SAID_WIDTH, 12, 26)):
            self._sheet.set_column(own + offset, own + offset, width)
        if self._page.header and line > self._page.blank_lines + 1:
            self._sheet.autofilter(self._page.blank_lines, 0, line - 1, own + len(OWN_COLUMNS) - 1)
