"""The differences between what was sent and what is held now, in the sender's own rows and columns."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from orderdrop.core.outcomes import OrderFate
from orderdrop.core.problems import Problem
from orderdrop.ledger.ledger import Batch
from orderdrop.reports.rows import Remarks, Source
from orderdrop.reports.write import write_rows

KINDS = ("differences_csv", "differences_xlsx", "differences_json")


def write_differences(
    batch: Batch,
    problems: Sequence[Problem],
    paths: Mapping[str, Path],
    open_again: Callable[[], Sequence[Source]],
) -> dict[str, Path | None]:
    """Write the rows whose orders differ, as the reject report writes rows; earlier ones go where nothing differs.

    Returns where each form lies, None where there was no need for it.
    """
    if not problems:
        for kind in KINDS:
            paths[kind].unlink(missing_ok=True)
        return dict.fromkeys(KINDS)
    there = write_rows(batch.id, open_again, _by_row(problems), paths, kind="differences")
    return {kind: paths[kind] if kind in there else None for kind in KINDS}


def _by_row(problems: Sequence[Problem]) -> dict[int, Remarks]:
    rows: dict[int, Remarks] = {}
    for problem in problems:
        for row in dict.fromkeys(cell.row for cell in problem.cells):
            remarks = rows.setdefault(row, Remarks(fate=OrderFate.ACCEPTED.value, order=problem.order))
            remarks.problems.append(problem)
            remarks.owners.add(problem.owner)
        for cell in problem.cells:
            rows[cell.row].by_column[cell.column].append(problem.message)
    return rows
