"""The mapping itself: a file layout on the left, a destination's payload on the right."""

import re
from string import Formatter
from typing import Literal

from pydantic import Field, field_validator

from orderdrop.mapping.model.columns import Column, ColumnEntry
from orderdrop.mapping.model.commands import Commands
from orderdrop.mapping.model.files import FileOptions
from orderdrop.mapping.model.holding import Hold, OnBadRow, OnDuplicateRow
from orderdrop.mapping.model.joining import JoinedTable
from orderdrop.mapping.model.texts import Names, Scalar, Strict

TAGS = frozenset({"column", "ignore", "sheet by place", "sheet by headings"})
"""Union labels that pydantic puts into error locations and nobody wrote."""


class Mapping(Strict):
    """One mapping: a file layout on the left, a destination's payload on the right."""

    mapping: str = Field(
        pattern=r"^[a-z0-9][a-z0-9_-]*$",
        description="Its name, in lower case letters, digits, - and _; the file is named after it.",
        examples=["acme-shipments"],
        json_schema_extra={"patternErrorMessage": "lower case letters, digits, - and _"},
    )
    destination: str = Field(
        description="The API whose payload the right-hand sides speak of.", examples=["shipup"]
    )
    description: str = Field(
        "", description="One sentence for people.", examples=["Nightly shipment export of the Acme warehouse"]
    )
    extends: str | None = Field(
        None,
        description="Another mapping of the same folder, of which this file says only what is different.",
        examples=["acme-shipments"],
    )
    examples: Names = Field(
        (),
        description="Folders with a drop and the orders that it must become, seen from this file; `orderdrop mapping test` "
        "runs them, and those in the folder NAME.examples beside this file.",
        examples=[["../samples/acme-shipments"]],
    )
    file: FileOptions = Field(
        default_factory=FileOptions,
        description="How the file is written.",
        examples=[{"delimiter": ";", "encoding": "cp1252"}],
    )
    columns: dict[str, ColumnEntry] = Field(
        description="Heading in the file: place in the payload, or ignore.",
        examples=[{"Order ref": {"to": "merchant_id", "required": True}, "Remarks": "ignore"}],
    )
    constants: dict[str, Scalar] = Field(
        default_factory=dict,
        description="Place: the same value for every row.",
        examples=[{"fulfillments.status_code": "shipped"}],
    )
    derived: dict[str, str] = Field(
        default_factory=dict,
        description='Place: a template such as "{Title} {Variant}".',
        examples=[{"line_items.name": "{Title} {Variant}"}],
    )
    blank: Literal["leave", "erase"] = Field(
        "leave",
        description="What blank cells do: leave alone what the destination holds, or erase it wherever the destination can; a "
        "column may say otherwise.",
        examples=["erase"],
    )
    on_bad_row: OnBadRow = Field(
        OnBadRow.HOLD_ORDER,
        description="What happens to the sibling rows of a bad row.",
        examples=["send_rest"],
    )
    on_duplicate_row: OnDuplicateRow = Field(
        OnDuplicateRow.REJECT, description="What happens to exact repeats.", examples=["keep_one"]
    )
    hold_batch_when: Hold | None = Field(
        None,
        description="When a batch waits for a person before it is sent.",
        examples=[{"bad_rows_over": "20%"}],
    )
    join: dict[str, JoinedTable] = Field(
        default_factory=dict,
        description="Further tables of the same orders, by a name of yours: rows of one order are brought together by "
        "the place that names the order.",
        examples=[{"lines": {"files": "lines_*.csv", "columns": {"Order no": {"to": "merchant_id"}}}}],
    )
    commands: Commands | None = Field(
        None,
        description="The column that says whether an order is to be created, updated or cancelled. Left out, what is new is "
        "created and what has changed is updated.",
        examples=[{"column": "Action", "values": {"N": "create", "X": "cancel"}}],
    )
    updated_at: str | None = Field(
        None,
        description="The heading of the column that says when an order was last changed: what is older than what was "
        "accepted is not sent. Left out, the time of arrival counts.",
        examples=["Changed at"],
    )

    @field_validator("join")
    @classmethod
    def _names_of_tables(cls, value: dict[str, JoinedTable]) -> dict[str, JoinedTable]:
        for name in value:
            if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,30}", name):
                raise ValueError(f"a table is named in lower case letters, digits, - and _, not {name!r}")
        return value

    def place_of_updated_at(self) -> str | None:
        """Where in the payload an order says when it was last changed."""
        column = self.all_mapped().get(self.updated_at) if self.updated_at is not None else None
        return column.to[0] if column is not None else None

    def headings(self) -> tuple[str, ...]:
        """Every heading that the columns name, aliases included, in order; none for a file without headings."""
        names: dict[str, None] = {}
        for heading, column in self.columns.items() if self.file.header else ():
            names |= dict.fromkeys([heading, *(column.aliases if isinstance(column, Column) else ())])
        if self.commands is not None and self.file.header:
            names |= dict.fromkeys([self.commands.column, *self.commands.aliases])
        return tuple(names)

    def used(self) -> tuple[str, ...]:
        """Every heading whose cells are sent or decide something, aliases included; none for a file without headings.

        A fault in a cell of any other column costs nothing.
        """
        if not self.file.header:
            return ()
        names = dict.fromkeys(self.file.skip_rows_where)
        if self.commands is not None:
            names |= dict.fromkeys([self.commands.column, *self.commands.aliases])
        for heading, column in self.mapped().items():
            names |= dict.fromkeys([heading, *column.aliases])
        for template in self.derived.values():
            for _, name, spec, conversion in Formatter().parse(template):
                if name is not None:  # a heading may hold "!" and ":", which are no formatting here
                    whole = name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
                    names[whole] = None
        return tuple(names)

    def mapped(self) -> dict[str, Column]:
        """The columns that go somewhere, by heading."""
        return {heading: column for heading, column in self.columns.items() if isinstance(column, Column)}

    def all_mapped(self) -> dict[str, Column]:
        """The columns that go somewhere, by heading, of every table; the first table's where two have one heading."""
        found: dict[str, Column] = {}
        for _, table in reversed(self.tables()):
            found |= table.mapped()
        return found

    def tables(self) -> "tuple[tuple[str, Mapping], ...]":
        """What the mapping says about each table of a drop, by the table's name; the first is the mapping's own, "".

        Constants hold in every table; a template belongs where its headings are.
        """
        if not self.join:
            return (("", self),)
        own = {"": (self.file, self.columns)}
        own |= {name: (table.file, table.columns) for name, table in self.join.items()}
        narrowed = {name: self._narrowed(file, columns) for name, (file, columns) in own.items()}
        return tuple(
            (
                name,
                view if not name or self._commands_in(view) else view.model_copy(update={"commands": None}),
            )
            for name, view in narrowed.items()
        )

    def _commands_in(self, view: "Mapping") -> bool:
        """Whether a further table has the column of commands, too."""
        return self.commands is not None and self.commands.column in view.columns

    def _narrowed(self, file: FileOptions, columns: dict[str, ColumnEntry]) -> "Mapping":
        derived = {
            place: template
            for place, template in self.derived.items()
            if any(name in columns for _, name, _, _ in Formatter().parse(template))
        }
        return self.model_copy(update={"file": file, "columns": columns, "derived": derived, "join": {}})
