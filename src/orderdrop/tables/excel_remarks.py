"""What people are told of how a workbook was read."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from orderdrop.mapping.model import FileOptions
from orderdrop.tables.excel_marks import Kind, column_letters
from orderdrop.tables.pieces import BLANKS

_SHOWN = 3


def remarks(
    facts: Mapping[str, Any], options: FileOptions, headed: Mapping[int, str], unused: frozenset[int]
) -> Iterator[str]:
    """Sentences about the sheet that was chosen, what is hidden or merged on it, and what could not be seen.

    `headed` are the headings by column of the sheet; cells of the `unused` columns are not sent.
    """
    yield from _sheet(facts, options)
    yield from _hidden(facts, options, headed)
    if options.merged == "fill" and facts["merged"]:
        yield f"{_count(facts['merged'], 'range')} of cells merged over several rows were filled down."
    faults: dict[int, int] = {}
    for key, count in facts["counts"].items():
        column, kind = int(key.split()[0]), key.split()[1]
        if column in unused and kind in (Kind.ERROR, Kind.FORMULA):
            faults[column] = faults.get(column, 0) + count
    for column, count in sorted(faults.items()):
        yield (
            f"{_count(count, 'cell')} of the column {_named(column, headed)}, which is not sent, hold Excel errors or "
            "formulas without a saved result."
        )
    for what in facts["blind_to"]:
        yield f"In this workbook the reader cannot see {what}."


def above(titles: Sequence[Sequence[str]], row: int) -> Iterator[str]:
    """What stands over the headings in `row`; `titles` begin with the first row that is not blank."""
    if row == 1:
        return
    texts = [" ".join(cell.strip(BLANKS) for cell in title if cell.strip(BLANKS)) for title in titles]
    shown = [f'"{text[:60]}"' for text in texts if text]
    if not shown:
        yield f"The headings are in row {row}; the rows above are blank."
        return
    more = ", ..." if len(shown) > _SHOWN else ""
    what = "row 1 above them was" if row == 2 else f"rows 1 to {row - 1} above them were"
    yield f"The headings are in row {row}; {what} passed over: {', '.join(shown[:_SHOWN])}{more}."


def _sheet(facts: Mapping[str, Any], options: FileOptions) -> Iterator[str]:
    others = ", ".join(f'"{name}"' for name in facts["others"])
    hidden = f"{len(facts['hidden_sheets'])} hidden" if facts["hidden_sheets"] else ""
    left = " and ".join(filter(None, [others, hidden]))
    if left and options.sheet is None and facts["why"] == "headings":
        matched = _count(facts["matched"], "heading")
        yield f'The sheet "{facts["sheet"]}" was read: it has {matched} of the mapping; not read: {left}.'
    elif left and options.sheet is None and facts["why"] == "rows":
        yield f'The sheet "{facts["sheet"]}" was read, the first with rows below its headings; not read: {left}.'
    elif left and options.sheet is None:
        yield f'The first visible sheet "{facts["sheet"]}" was read; not read: {left}.'
    if facts["better"] is not None:
        yield (
            f'The hidden sheet "{facts["better"]}" has headings of the mapping, but a hidden sheet is read only where '
            "`sheet:` under `file:` in the mapping names it."
        )


def _hidden(facts: Mapping[str, Any], options: FileOptions, headed: Mapping[int, str]) -> Iterator[str]:
    rows = sum(count for key, count in facts["counts"].items() if key == f"-1 {Kind.HIDDEN}")
    columns = [column for column in facts["hidden_columns"] if headed.get(column, "").strip(BLANKS)]
    named = ", ".join(_named(column, headed) for column in columns)
    parts = [_count(rows, "hidden row")] if rows else []
    if columns:
        parts.append(f"{_count(len(columns), 'hidden column')} ({named})")
    if parts:
        both = " and ".join(parts)
        were = "was" if rows + len(columns) == 1 else "were"
        done = "left out, as the mapping says" if options.hidden == "ignore" else "read like the others"
        yield f"{both} {were} {done}."


def _named(column: int, headed: Mapping[int, str]) -> str:
    heading = headed.get(column, "").strip(BLANKS)
    return f'"{heading}"' if heading else column_letters(column)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")
