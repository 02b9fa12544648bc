"""Further tables of the same orders: other files of the set, other sheets of the workbook."""

from pydantic import Field, model_validator

from orderdrop.mapping.model.columns import ColumnEntry
from orderdrop.mapping.model.files import FileOptions
from orderdrop.mapping.model.texts import Strict


class JoinedTable(Strict):
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
