"""How a file is written: its format, encoding, headings, sheet and trailer."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from orderdrop.mapping.model.texts import ColumnName, Names, Strict


class SheetWith(Strict):
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


class Trailer(Strict):
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


class FileOptions(Strict):
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
