"""Problems grouped by what caused them: ten thousand rows that are bad for one reason are one thing to mend."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

VALUES_SHOWN = 5
CELLS_SHOWN = 5
_VARIES = re.compile(r'"[^"]*"|\b[0-9][0-9,.]*\b')


@dataclass(slots=True, kw_only=True)
class Cause:
    """One cause: what is wrong in which column, how often, with which values, and where the first are.

    `what` is the message without what differs from cell to cell; `example` is the first message as it stands.
    """

    code: str
    column: str | None
    severity: str
    raised_by: str
    owner: str
    what: str
    example: str
    count: int = 0
    values: Counter[str] = field(default_factory=Counter)
    cells: list[Mapping[str, Any]] = field(default_factory=list)

    def entry(self) -> dict[str, Any]:
        """With its public keys."""
        return {
            "code": self.code,
            "column": self.column,
            "severity": self.severity,
            "raised_by": self.raised_by,
            "owner": self.owner,
            "what": self.what,
            "example": self.example,
            "count": self.count,
            "values": [
                {"value": value, "count": count} for value, count in self.values.most_common(VALUES_SHOWN)
            ],
            "different_values": len(self.values),
            "cells": self.cells[:CELLS_SHOWN],
        }


def causes(problems: Iterable[Mapping[str, Any]]) -> list[Cause]:
    """Group problems, as receipts have them; what stops rows first, then by how often."""
    found: dict[tuple[Any, ...], Cause] = {}
    for problem in problems:
        what = _general(problem)
        key = (problem["code"], problem["column"], problem["severity"], problem["raised_by"], what)
        cause = found.get(key)
        if cause is None:
            cause = found[key] = Cause(
                code=problem["code"],
                column=problem["column"],
                severity=problem["severity"],
                raised_by=problem["raised_by"],
                owner=problem["owner"],
                what=what,
                example=problem["message"],
            )
        cause.count += 1
        if problem["value"]:
            cause.values[problem["value"]] += 1
        if len(cause.cells) < CELLS_SHOWN:
            cause.cells += problem["cells"][: CELLS_SHOWN - len(cause.cells)]
    return sorted(found.values(), key=lambda cause: (cause.severity != "error", -cause.count))


def _general(problem: Mapping[str, Any]) -> str:
    """A message without the cell's own value, and without the numbers and quoted texts of its rows."""
    message, column, value = str(problem["message"]), problem["column"], problem["value"]
    for start in (f'{column} is "{value}": ', f"{column} is blank: "):
        if column and message.startswith(start):
            return message.removeprefix(start)
    if not problem["cells"] or problem["code"] in (
        "heading_missing",
        "heading_unknown",
        "heading_duplicated",
    ):
        return message
    order = problem["order"]
    return _VARIES.sub("…", message.replace(str(order), "…") if order else message)
