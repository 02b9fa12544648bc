"""What a mapping says: one YAML file per feed layout, strict about unknown keys.

Only shapes live here. What needs the destination's payload (is `to` a place?) is checked when a mapping is loaded.
"""

import re
from datetime import tzinfo
from enum import StrEnum
from string import Formatter
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

from orderdrop.core.orders import Command


def _one_value(value: Any) -> Any:
    if not isinstance(value, str | int | float | bool):
        raise ValueError("text, a number, true or false is expected here")  # noqa: TRY004 - pydantic reports these
    return value


Scalar = Annotated[
    str | int | float | bool, BeforeValidator(_one_value, json_schema_input_type=str | int | float | bool)
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnType(StrEnum):
    """What the text of a column means."""

    TEXT = "text"  # as it stands in the file, trimmed
    INTEGER = "integer"  # a whole number
    DECIMAL = "decimal"  # a number, also an amount
    BOOLEAN = "boolean"  # yes or no, also true and false, 1 and 0, oui and non, ja and nein
    DATE = "date"  # a day, in the column's `format`
    DATETIME = "datetime"  # a day and a time, in the column's `format` and `timezone`
    EMAIL = "email"  # an e-mail address
    PHONE = "phone"  # a phone number, international or of the column's `region`
    COUNTRY = "country"  # a country, by its code or its name
    URL = "url"  # a web address
    LANGUAGE = "language"  # a language, by its code or its name
    CURRENCY = "currency"  # a currency, by its code


class OnBadRow(StrEnum):
    """What happens to the sibling rows of a bad row."""

    HOLD_ORDER = "hold_order"
    SEND_REST = "send_rest"


class OnDuplicateRow(StrEnum):
    """What happens to a row that repeats an earlier one exactly."""

    REJECT = "reject"
    KEEP_ONE = "keep_one"


def _as_tuple(value: Any) -> Any:
    return tuple(map(_as_text, value if isinstance(value, list | tuple) else [value]))


def _as_text(value: Any) -> str:
    """What stands in the file: a heading or cell that looks like a number is text all the same."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise ValueError(
        "text or a list of texts is expected here" + ("; put it in quotes" if value is not None else "")
    )


_Text = str | int | float
ColumnName = Annotated[str, BeforeValidator(_as_text, json_schema_input_type=str | int)]
Names = Annotated[tuple[str, ...], BeforeValidator(_as_tuple, json_schema_input_type=_Text | list[_Text])]
"""One text, or a list of them."""


class SheetWith(_Strict):
    """A sheet by what is on it."""

    headings: Names = Field(
        min_length=1,
        description="The sheet is the visible one that has all these headings.",
        examples=[["Order", "SKU"]],
    )

    def __str__(self) -> str:
        """In words."""
        return "the one with the headings " + ", ".join(self.headings)


def _by_place_or_headings(value: Any) -> str:
    return "sheet by headings" if isinstance(value, dict | SheetWith) else "sheet by place"


Sheet = Annotated[
    Annotated[str | int, Tag("sheet by place")] | Annotated[SheetWith, Tag("sheet by headings")],
    Discriminator(_by_place_or_headings),
]


class Trailer(_Strict):
    """A row at the end that says how many rows the file has."""

    where: dict[ColumnName, Names] = Field(
        min_length=1,
        description="A row in which each of these columns has one of its texts is a trailer. A column by its heading, or by "
        "its position from 1.",
        examples=[{"1": "TRL"}],
    )
    rows: ColumnName = Field(
        description="The column, by heading or position, that holds the number of rows: 000120, or a text with one number in "
        "it. Rows that are ignored do not count.",
        examples=["2"],
    )


class FileOptions(_Strict):
    """How the file is written; what is left out is detected."""

    format: Literal["csv", "fixed", "xlsx", "xlsm", "xlsb", "xls", "ods"] | None = Field(
        None, description="Detected from the content where left out.", examples=["fixed"]
    )
    encoding: str | None = Field(
        None, description="Any encoding that Python knows, such as cp1252 or utf-8.", examples=["cp1252"]
    )
    delimiter: str | None = Field(
        None, min_length=1, max_length=1, description="One character; \\t for tab.", examples=[";"]
    )
    quote: str | None = Field(
        None,
        description="One character; none: quotes are part of the text. Detected where left out.",
        examples=["none"],
    )
    escape: str | None = Field(
        None,
        description="A character that takes the meaning from a delimiter, quote or line end behind it, such as \\; none: "
        "there is none. Detected where left out.",
        examples=["\\"],
    )
    comment: str | None = Field(
        None,
        min_length=1,
        max_length=5,
        description="Lines that begin with this, such as # or //, are passed over and counted.",
        examples=["#"],
    )
    widths: tuple[Annotated[int, Field(ge=1)], ...] | None = Field(
        None,
        min_length=1,
        description="For format: fixed: how many characters each column takes, from the left: [10, 8, 30].",
        examples=[[10, 8, 30]],
    )
    member: Names = Field(
        (),
        description="Which files of a zip archive are read, by name or pattern: orders*.csv. Left out, the only one, or "
        "all of them where they have the same headings.",
        examples=["orders*.csv"],
    )
    header: bool = Field(
        True, description="false: the file has no headings; columns are named by position.", examples=[False]
    )
    header_row: int | None = Field(
        None, ge=1, description="The row that holds the headings, as a spreadsheet counts.", examples=[4]
    )
    header_rows: int | None = Field(
        None,
        ge=1,
        le=5,
        description="How many rows the headings take; the texts of a column are joined with a space. Left out: one, or as "
        "many as it takes to find the headings of the mapping.",
        examples=[2],
    )
    footer_rows: int = Field(
        0,
        ge=0,
        le=100,
        description="How many rows at the end, blank ones aside, are no data: ignored and counted.",
        examples=[1],
    )
    trailer: Trailer | None = Field(
        None,
        description="A row that counts the others; a file whose rows are not as many is refused.",
        examples=[{"where": {"1": "TRL"}, "rows": "2"}],
    )
    sheet: Sheet | None = Field(
        None,
        description="The sheet of a workbook: by name, by position from 1 among the visible ones, or by headings that it "
        "has, {headings: [Order, SKU]}. Left out: the visible sheet with the mapping's headings.",
        examples=["Bestellungen"],
    )
    hidden: Literal["read", "ignore"] = Field(
        "read",
        description="Hidden rows and columns of a sheet: read like the others and counted in a remark, or left out and "
        "counted as ignored. A hidden sheet is read only where `sheet` names it.",
        examples=["ignore"],
    )
    merged: Literal["leave", "fill"] = Field(
        "leave",
        description="Cells merged over several rows: leave, the rows that share such a cell are refused; "
        "or fill, each of them has the value. Cells merged within one row are left alone.",
        examples=["fill"],
    )
    skip_rows_where: dict[str, Names] = Field(
        default_factory=dict,
        description="Rows in which a column has one of these texts are ignored and counted: footers, totals.",
        examples=[{"Type": ["TOTAL", "SUM"]}],
    )
    decimal: Literal[".", ","] | None = Field(
        None, description="The decimal mark of the file's numbers.", examples=[","]
    )

    @field_validator("quote", "escape")
    @classmethod
    def _one_character_or_none(cls, value: str | None) -> str | None:
        if value is not None and value != "none" and len(value) != 1:
            raise ValueError("one character is expected here, or none")
        return value

    @model_validator(mode="after")
    def _widths_where_they_count(self) -> "FileOptions":
        if (self.format == "fixed") != (self.widths is not None):
            raise ValueError("format: fixed and widths: belong together")
        return self

    @field_validator("sheet", mode="before")
    @classmethod
    def _name_or_position(cls, value: Any) -> Any:
        by_content = isinstance(value, dict | SheetWith)
        if isinstance(value, bool) or not (
            value if isinstance(value, str) else by_content or (isinstance(value, int) and value > 0)
        ):
            raise ValueError("a name, a position from 1, or {headings: [...]} is expected here")
        return value

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                "".encode(value)
            except (LookupError, ValueError):
                raise ValueError(f"Python knows no encoding {value!r}; try utf-8, cp1252 or utf-16") from None
        return value


class Column(_Strict):
    """One column of the file: where its cells go and what must hold for them."""

    to: Names = Field(
        min_length=1,
        description="The place in the payload; several places take the same cell.",
        examples=[["merchant_id", "order_number"]],
    )
    type: ColumnType = Field(ColumnType.TEXT, description="What the text means.", examples=["datetime"])
    required: bool = Field(False, description="A blank cell is a problem.", examples=[True])
    pattern: str | None = Field(
        None, description="A regular expression that the whole text must match.", examples=["[A-Z]{2}-[0-9]+"]
    )
    values: dict[str, Scalar] | None = Field(
        None,
        description="Translation table: text in the file to value sent.",
        examples=[{"La Poste": "colissimo", "UPS": "ups"}],
    )
    one_of: tuple[Scalar, ...] | None = Field(
        None, description="The only values allowed, after translation.", examples=[["S", "M", "L"]]
    )
    minimum: float | None = Field(None, description="The smallest number allowed.", examples=[1])
    maximum: float | None = Field(None, description="The largest number allowed.", examples=[999])
    max_length: int | None = Field(
        None, ge=1, description="The longest text allowed, in characters.", examples=[40]
    )
    default: Scalar | None = Field(None, description="What a blank cell means.", examples=["FR"])
    blank: Literal["leave", "erase"] | None = Field(
        None,
        description="A blank cell leaves alone what the destination holds, or erases it. Left out, as the mapping says.",
        examples=["erase"],
    )
    aliases: Names = Field(
        (), description="Other headings of the same column.", examples=[["Country", "Land"]]
    )
    position: int | None = Field(
        None, ge=1, description="The column's position from 1, for a file without headings.", examples=[3]
    )
    format: Names = Field(
        (),
        description="How dates are written, as strptime has it: %d/%m/%Y %H:%M.",
        examples=["%d/%m/%Y %H:%M"],
    )
    timezone: str | None = Field(
        None, description="Where a time without an offset was meant: Europe/Paris.", examples=["Europe/Paris"]
    )
    decimal: Literal[".", ","] | None = Field(
        None, description="The decimal mark of this column's numbers.", examples=[","]
    )
    unit: Names = Field(
        (),
        description="What may stand before or behind a number and is not sent: $, EUR, kg.",
        examples=[["EUR", "€"]],
    )
    region: str | None = Field(
        None,
        min_length=2,
        max_length=2,
        description="Country of national phone numbers: FR.",
        examples=["FR"],
    )

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                re.compile(value)
            except (re.error, OverflowError, RecursionError) as error:
                raise ValueError(f"{value!r} is not a regular expression: {error}") from None
        return value

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str | None) -> str | None:
        if value is not None:
            zone_named(value)
        return value

    @model_validator(mode="after")
    def _options_fit_the_type(self) -> "Column":
        dates = (ColumnType.DATE, ColumnType.DATETIME)
        numbers = (ColumnType.INTEGER, ColumnType.DECIMAL)
        if (self.format or self.timezone) and self.type not in dates:
            raise ValueError("format and timezone belong to type: date or type: datetime")
        if (self.minimum is not None or self.maximum is not None) and self.type not in numbers:
            raise ValueError("minimum and maximum belong to type: integer or type: decimal")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("minimum is larger than maximum")
        if self.unit and self.type not in numbers:
            raise ValueError("unit belongs to type: integer or type: decimal")
        if not all(unit.strip() for unit in self.unit):
            raise ValueError("a unit is a text such as $ or EUR")
        blank_means = any(not text.strip() for text in self.values or ())
        if self.blank == "erase" and (self.required or self.default is not None or blank_means):
            raise ValueError(
                "blank: erase does not go with required, default, or a translation of the blank cell"
            )
        if self.region and self.type is not ColumnType.PHONE:
            raise ValueError("region belongs to type: phone")
        return self

    def zone(self) -> tzinfo:
        """The time zone of times without an offset; UTC where none is named."""
        return zone_named(self.timezone or "UTC")


def zone_named(name: str) -> tzinfo:
    """A time zone by its IANA name; ValueError, in words for the author of the file, where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: `Europe` is a folder of names
        raise ValueError(f"there is no time zone {name!r}; names look like Europe/Paris") from None


class Hold(_Strict):
    """When a whole batch waits for a person before anything is sent."""

    bad_rows_over: str | int | None = Field(
        None,
        description="More bad rows than this: a share such as 20%, or a number of rows.",
        examples=["20%"],
    )
    volume_off: str | None = Field(
        None,
        description="The number of rows differs by more than this share, such as 50%, from the median of the feed's last "
        "drops; five drops at least must have come before.",
        examples=["50%"],
    )

    @model_validator(mode="after")
    def _something(self) -> "Hold":
        if self.bad_rows_over is None and self.volume_off is None:
            raise ValueError("write bad_rows_over, volume_off or both")
        return self

    @field_validator("volume_off")
    @classmethod
    def _share(cls, value: str | None) -> str | None:
        if value is not None and not (value.endswith("%") and value[:-1].isdecimal()):
            raise ValueError("write a share such as 50%")
        return value

    @field_validator("bad_rows_over", mode="before")
    @classmethod
    def _share_or_count(cls, value: Any) -> Any:
        text = str(value).strip()
        number = text.removesuffix("%")
        if not number.isdecimal() or (text.endswith("%") and int(number) > 100):
            raise ValueError("write a share such as 20% or a number of rows such as 50")
        return value

    def is_far_off(self, read: int, usual: int) -> bool:
        """Whether a number of rows differs from the usual one by more than the mapping allows."""
        allowed = int((self.volume_off or "0%").removesuffix("%"))
        return abs(read - usual) * 100 > allowed * usual

    def exceeded(self, bad: int, read: int) -> bool:
        """Whether `bad` of `read` rows are more than the mapping allows."""
        text = str(self.bad_rows_over).strip()
        limit = int(text.removesuffix("%"))
        return bad * 100 > limit * read if text.endswith("%") else bad > limit


class Commands(_Strict):
    """The column that says what the rows of an order ask for."""

    column: str = Field(min_length=1, description="Its heading.", examples=["Action"])
    aliases: Names = Field((), description="Other headings of the same column.", examples=[["Aktion"]])
    values: dict[str, Command] = Field(
        min_length=1,
        description='Text in the file: create, update or cancel; "" for a blank cell. Any other text is a problem.',
        examples=[{"N": "create", "X": "cancel", "": "update"}],
    )
    unknown_orders: Literal["refuse", "send"] = Field(
        "refuse",
        description="An update or a cancel of an order that the account never accepted from here is a problem, or is sent all the "
        "same.",
        examples=["send"],
    )


Ignore = Literal["ignore"]


def _column_or_ignore(value: Any) -> str:
    return "ignore" if isinstance(value, str) else "column"


ColumnEntry = Annotated[
    Annotated[Column, Tag("column")] | Annotated[Ignore, Tag("ignore")], Discriminator(_column_or_ignore)
]
TAGS = frozenset({"column", "ignore", "sheet by place", "sheet by headings"})
"""Union labels that pydantic puts into error locations and nobody wrote."""


class JoinedTable(_Strict):
    """A further table of the same orders: another file of the set, or another sheet of the workbook."""

    files: str | None = Field(
        None,
        description="The name of its file, such as lines_*.csv: each * stands for what * stands for in the name of the "
        "first file. Left out for a sheet of the same workbook.",
        examples=["lines_*.csv"],
    )
    file: FileOptions = Field(
        default_factory=FileOptions,
        description="How this table is written; sheet: names its sheet.",
        examples=[{"sheet": "Lines"}],
    )
    columns: dict[str, ColumnEntry] = Field(
        description="Heading in this table: place in the payload, or ignore. One column names the order.",
        examples=[{"Order no": {"to": "merchant_id"}}],
    )
    needed: bool = Field(
        True, description="Whether every order must have a row in this table.", examples=[False]
    )

    @model_validator(mode="after")
    def _somewhere(self) -> "JoinedTable":
        if self.files is None and self.file.sheet is None and not self.file.member:
            raise ValueError("write `files:` for another file, or `file: {sheet: ...}` for another sheet")
        return self


class Mapping(_Strict):
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
