"""What each row asks for: create, update or cancel, as one column of the file says it.

A row that cancels needs nothing but what names the order: its other cells are neither judged nor sent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from orderdrop.checks.arrow import ArrowArray, Mask, bools, pa, pc
from orderdrop.checks.header import Binding
from orderdrop.checks.listing import Finding
from orderdrop.checks.plan import Field
from orderdrop.checks.reading import Flaw, Reader, listed, lookup, read
from orderdrop.core.orders import Command
from orderdrop.core.problems import Code
from orderdrop.core.shape import Shape
from orderdrop.frames import COMMAND
from orderdrop.mapping.model import Mapping as FileMapping


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandColumn:
    """The column, how its texts are read, what a blank cell means (None: nothing), and what a cancelled order keeps."""

    column: str
    reader: Reader
    blank: str | None
    known: str
    place: str | None
    key: str
    keeps: frozenset[str]

    def commands(self, text: ArrowArray, raw: ArrowArray, number: int) -> tuple[ArrowArray, list[Finding]]:
        """What every row asks for (null where it is not known), and what is wrong; `number` ranks the findings."""
        found = read(text, self.reader)
        blank = np.flatnonzero(bools(pc.is_null(text)))
        wrong = [(code, np.flatnonzero(mask), self.reader.parse) for code, mask in found.flawed.items()]
        values = found.values
        if self.blank is not None:
            values = pc.if_else(pc.is_null(text), pa.scalar(self.blank), values)
        elif len(blank):
            needed = Flaw(code=Code.REQUIRED, expected=f"every row must say {self.known}")
            wrong.append((Code.REQUIRED, blank, lambda _: needed))
        return values, [
            Finding(
                field=number,
                name=self.column,
                columns=(self.column,),
                place=COMMAND,
                code=code,
                at=at,
                explain=cast("Callable[[str], Flaw]", explain),
                text=text,
                raw=raw,
            )
            for code, at, explain in wrong
        ]

    def cancelling(self, commands: ArrowArray) -> Mask:
        """The rows that cancel."""
        return bools(pc.equal(commands, Command.CANCEL.value).fill_null(False))

    def emptied(self, values: Mapping[str, ArrowArray], cancelling: Mask) -> dict[str, ArrowArray]:
        """The values of rows that cancel reduced to what names their orders, and the place that cancels them."""
        told = dict(values)
        if cancelling.any():
            mask = pa.array(cancelling)
            for place, array in values.items():
                if place not in self.keeps:
                    told[place] = pc.if_else(mask, pa.scalar(None, array.type), array)
        if self.place is not None:  # in every frame, so that all frames of a file have the same columns
            there = told.get(self.place, pa.nulls(len(cancelling), pa.bool_()))
            told[self.place] = pc.if_else(pa.array(cancelling), pa.scalar(True), there)
        return told

    def relevant(self, fields: tuple[Field, ...], findings: list[Finding], cancelling: Mask) -> list[Finding]:
        """The findings without those in cells that a cancelled order does not need: only its name may not be blank."""
        told = []
        for one in findings:
            places = (
                {target.leaf.place for target in fields[one.field].targets}
                if one.field < len(fields)
                else {self.key}
            )
            blank_is_fine = one.code is Code.REQUIRED and self.key not in places
            if blank_is_fine or not places & self.keeps:
                one = replace(one, at=one.at[~cancelling[one.at]])
            if len(one.at):
                told.append(one)
        return told


def command_column(mapping: FileMapping, shape: Shape, binding: Binding) -> CommandColumn | None:
    """The column of a file that says what its rows ask for; None where the mapping names none."""
    said = mapping.commands
    if said is None or said.column not in binding.columns:
        return None
    texts = {text: command.value for text, command in said.values.items() if text.strip()}
    blank = next((command.value for text, command in said.values.items() if not text.strip()), None)
    shown = tuple(f'"{text}"' for text in texts)
    return CommandColumn(
        column=binding.columns[said.column],
        reader=lookup(texts, pa.string()),
        blank=blank,
        known=f"what it asks for: {listed(shown, 'or')}",
        place=shape.cancel.place if shape.cancel else None,
        key=shape.key,
        keeps=shape.sent_to_cancel(),
    )
