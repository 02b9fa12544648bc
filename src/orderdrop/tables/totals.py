"""Totals and footers among the last rows of a file, which nobody spoke of: refused, not sent as orders."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from orderdrop.core.problems import Code
from orderdrop.tables.pieces import BLANKS, Piece, keep, row_problem

_TOTAL = re.compile(
    r"(?:grand |sub)?[- ]?totals?|sum|summe|gesamt(?:summe)?|total g[ée]n[ée]ral|totaux|somme|suma|totale|totaal|soma|summa|razem",
)
_FOOTER = re.compile(
    r"(?:grand |sub)?[- ]?(?:totals?|totale|totaux|totaal|summe|gesamt|somme|suma)\b.*"
    r"|\(?[\d.,']+ (?:rows?|records?|lines?|entries|orders?|zeilen|datens[äa]tze|lignes|filas|registros|righe)\b.*"
    r"|(?:number of |anzahl |nombre de |n[°º] )?(?:rows|records|zeilen|datens[äa]tze|lignes|filas|registros|righe) ?[:=].*"
    r"|[-=*#\s]*end of (?:file|report|data|export).*|[-=*_]{3,}"
)

Positions = Mapping[int, frozenset[str]]
"""Texts by the position of the column in which they stand."""


def totals_refused(piece: Piece, last: Sequence[int], skipped: Positions) -> Piece:
    """The piece without the totals among its `last` rows, each of them a problem; `skipped` are rows that the mapping
    ignores, by position of their column."""
    places = {row: at for at, row in enumerate(piece.rows.tolist()) if row in last}
    if not places or len(piece.rows) < 2:
        return piece
    usual = _filled([column[0].as_py() for column in piece.columns])
    problems, broken = list(piece.problems), dict(piece.broken)
    found = set()
    for row, at in places.items():
        cells = tuple(column[at].as_py() for column in piece.columns)
        if _is_total(cells, usual, skipped):
            found.add(row)
            broken[row] = cells
            problems.append(
                row_problem(Code.ROW_TOTAL, row, _total_message(row, cells), " ".join(filter(None, cells)))
            )
    if not found:
        return piece
    mask = ~np.isin(piece.rows, list(found))
    problems.sort(key=lambda problem: problem.row or 0)
    return replace(
        piece,
        rows=piece.rows[mask],
        columns=keep(piece.columns, mask),
        problems=tuple(problems),
        broken=broken,
    )


def _is_total(cells: Sequence[str], usual: int, skipped: Positions) -> bool:
    if any(cell_at(cells, at) in texts for at, texts in skipped.items()):
        return False  # the mapping speaks of it
    first = next((cell.strip(BLANKS) for cell in cells if cell.strip(BLANKS)), "")
    text = first.casefold().rstrip(": ")
    few = _filled(cells) <= max(1, usual // 2)
    return bool(_TOTAL.fullmatch(text) and _filled(cells) < max(usual, 3)) or bool(
        few and _FOOTER.fullmatch(text)
    )


def cell_at(cells: Sequence[str], position: int) -> str:
    """A row's cell, trimmed; blank where the row is shorter."""
    return cells[position].strip(BLANKS) if position < len(cells) else ""


def _filled(cells: Sequence[str]) -> int:
    return sum(bool(cell.strip(BLANKS)) for cell in cells)


def _total_message(row: int, cells: Sequence[str]) -> str:
    shown = next(cell.strip(BLANKS) for cell in cells if cell.strip(BLANKS))
    return (
        f'Row {row} looks like a total or a footer ("{shown[:60]}"), so it was not taken for data. Leave it out; or, if the '
        "file always ends so, write `footer_rows: 1` or `skip_rows_where:` under `file:` in the mapping."
    )
