"""Which sheet of a workbook is read: by its name, its position, or the headings that stand on it.

Runs inside the child process that parses; the words for people are the parent's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from orderdrop.core.headings import folded
from orderdrop.tables.excel_text import as_text
from orderdrop.tables.headings import SAMPLE_ROWS, count_matches, find_heading_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One sheet of the workbook, at its position from 0 among all; hidden ones include the very hidden."""

    name: str
    position: int
    visible: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The sheet that is read (None: the question in `error` is open), why, and the sheets that people should know of.

    `why` is name, position, only, headings, first, or rows for the first sheet that has any; `alike` are the sheets between which nothing decides; `better` is a
    hidden sheet that has the headings, where no visible one has; `matched` of the headings stand on the sheet.
    """

    tab: Tab | None
    sheet: CalamineSheet | None = None
    why: str = ""
    error: str = ""
    alike: tuple[str, ...] = ()
    better: str | None = None
    matched: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    tab: Tab
    sheet: CalamineSheet | None
    matched: int
    rows_below: bool


def tabs(workbook: CalamineWorkbook) -> list[Tab]:
    """The sheets that hold cells, in order."""
    return [
        Tab(name=found.name, position=at, visible=found.visible is SheetVisibleEnum.Visible)
        for at, found in enumerate(workbook.sheets_metadata)
        if found.typ is SheetTypeEnum.WorkSheet
    ]


def choose(
    workbook: CalamineWorkbook,
    found: Sequence[Tab],
    asked: str | int | None,
    headings: Sequence[str],
    wanted: Sequence[str],
) -> Choice:
    """The sheet by name (hidden or not), by position among the visible ones, by all of `headings`, or by `wanted` ones.

    Sheets with the same number of wanted headings and rows below them are a question, never a guess.
    """
    visible = [tab for tab in found if tab.visible]
    if isinstance(asked, str):
        tab = _named(found, asked)
        return Choice(tab=tab, why="name", error="" if tab else "no_sheet")
    if isinstance(asked, int):
        tab = visible[asked - 1] if 0 < asked <= len(visible) else None
        return Choice(tab=tab, why="position", error="" if tab else "no_sheet")
    if headings:
        return _by_headings(workbook, visible, headings)
    if len(visible) == 1 and not (wanted and len(found) > 1):
        return Choice(tab=visible[0], why="only")
    if not visible:
        return Choice(tab=None, error="no_visible")
    return _by_wanted(workbook, found, visible, wanted)


def _named(found: Sequence[Tab], name: str) -> Tab | None:
    exact = next((tab for tab in found if tab.name == name), None)
    if exact is not None:
        return exact
    alike = [tab for tab in found if tab.name.strip().casefold() == name.strip().casefold()]
    return alike[0] if len(alike) == 1 else None


def _by_headings(workbook: CalamineWorkbook, visible: Sequence[Tab], headings: Sequence[str]) -> Choice:
    names = len({folded(name) for name in headings})
    fitting = _best([seen for seen in _looked_at(workbook, visible, headings) if seen.matched == names])
    return _one_of(fitting, error="no_headings")


def _by_wanted(
    workbook: CalamineWorkbook, found: Sequence[Tab], visible: Sequence[Tab], wanted: Sequence[str]
) -> Choice:
    looked_at: list[_Seen] = []
    most = 0
    for tab in visible:
        seen = _look(tab, workbook.get_sheet_by_name(tab.name), wanted)
        if not wanted and seen.rows_below:
            return Choice(tab=tab, sheet=seen.sheet, why="first" if tab == visible[0] else "rows")
        if seen.matched > most:  # one sheet at a time is enough to hold
            looked_at = [replace(one, sheet=None) for one in looked_at]
        most = max(most, seen.matched)
        looked_at.append(seen if seen.matched == most > 0 else replace(seen, sheet=None))
    if most:
        return _one_of(_best([seen for seen in looked_at if seen.matched == most]), error="")
    hidden = [tab for tab in found if not tab.visible] if wanted else []
    better = next((seen.tab.name for seen in _looked_at(workbook, hidden, wanted) if seen.matched), None)
    chosen = next((seen for seen in looked_at if seen.rows_below), looked_at[0])
    why = "first" if chosen.tab == visible[0] else "rows"
    return Choice(tab=chosen.tab, sheet=chosen.sheet, why=why, better=better)


def _one_of(fitting: Sequence[_Seen], error: str) -> Choice:
    if not fitting:
        return Choice(tab=None, error=error)
    if len(fitting) > 1:
        return Choice(tab=None, error="alike", alike=tuple(seen.tab.name for seen in fitting))
    (seen,) = fitting
    return Choice(tab=seen.tab, sheet=seen.sheet, why="headings", matched=seen.matched)


def _best(fitting: Sequence[_Seen]) -> Sequence[_Seen]:
    """Those with rows below their headings, if any has."""
    return [seen for seen in fitting if seen.rows_below] or fitting


def _looked_at(workbook: CalamineWorkbook, found: Sequence[Tab], wanted: Sequence[str]) -> list[_Seen]:
    return [_look(tab, workbook.get_sheet_by_name(tab.name), wanted) for tab in found]


def _look(tab: Tab, sheet: CalamineSheet, wanted: Sequence[str]) -> _Seen:
    top = _top(sheet.iter_rows) if sheet.start and sheet.width else []
    found = find_heading_row(top, wanted)
    names = {folded(name) for name in wanted} - {""}
    matched = count_matches(top[found.at], names) if found is not None else 0
    below = found is not None and any(any(map(str.strip, row)) for row in top[found.at + 1 :])
    return _Seen(tab=tab, sheet=sheet, matched=matched, rows_below=below)


def _top(rows: Callable[[], Any]) -> list[list[str]]:
    """The first rows that are not blank, as far as headings are looked for."""
    texts = (list(as_text(row)[0]) for row in rows())
    filled = (row for row in texts if any(map(str.strip, row)))
    return list(islice(filled, SAMPLE_ROWS))
