"""A problem: what is wrong with which cells, who found it and who must mend it.

A bad row is a value, not an exception. A problem keeps its coordinates (physical row number as a spreadsheet
shows it, column heading) from the reader to the reject report.
"""

from dataclasses import dataclass
from enum import StrEnum


class RaisedBy(StrEnum):
    """Who found the problem."""

    CHECK = "check"  # orderdrop's own checks
    API = "api"  # the destination


class Owner(StrEnum):
    """Who must mend it."""

    SENDER = "sender"
    OPS = "ops"
    DESTINATION = "destination"


class Severity(StrEnum):
    """Whether the problem stops its rows or is only told."""

    ERROR = "error"
    WARNING = "warning"


class Code(StrEnum):
    """Every kind of problem, by the name that reports and receipts show."""

    # the file as a whole
    FILE_EMPTY = "file_empty"
    FILE_NO_ROWS = "file_no_rows"
    FILE_NOT_A_TABLE = "file_not_a_table"
    FILE_ENCODING = "file_encoding"
    FILE_PASSWORD = "file_password"  # noqa: S105 - the name of a problem
    FILE_UNREADABLE = "file_unreadable"
    FILE_TOO_LARGE = "file_too_large"
    # the header
    HEADING_MISSING = "heading_missing"
    HEADING_UNKNOWN = "heading_unknown"
    HEADING_DUPLICATED = "heading_duplicated"
    # a row as it was read
    ROW_WIDTH = "row_width"
    ROW_ENCODING = "row_encoding"
    ROW_NUL = "row_nul"
    ROW_QUOTE = "row_quote"
    CELL_TOO_LONG = "cell_too_long"
    CELL_ERROR = "cell_error"
    # a cell against its mapping
    REQUIRED = "required"
    PATTERN = "pattern"
    NOT_AN_INTEGER = "not_an_integer"
    NOT_A_DECIMAL = "not_a_decimal"
    NOT_A_BOOLEAN = "not_a_boolean"
    NOT_A_DATE = "not_a_date"
    DATE_AMBIGUOUS = "date_ambiguous"
    NOT_AN_EMAIL = "not_an_email"
    NOT_A_PHONE = "not_a_phone"
    NOT_A_COUNTRY = "not_a_country"
    NOT_A_URL = "not_a_url"
    NOT_A_LANGUAGE = "not_a_language"
    NOT_A_CURRENCY = "not_a_currency"
    NOT_TRANSLATED = "not_translated"
    NOT_ALLOWED = "not_allowed"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    # the rows of one order together
    KEY_MISSING = "key_missing"
    ROWS_DISAGREE = "rows_disagree"
    DUPLICATE_ROW = "duplicate_row"
    CONTRACT = "contract"
    # what the destination said
    REFUSED = "refused"
    # what stopped the sending
    NOT_SENT = "not_sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of the drop: physical row number, and the column's heading (None: the whole row)."""

    row: int
    column: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong.

    `cells` is empty for a problem of the whole file; the first cell is the one that the receipt names.
    `value` is the sender's own text. `path` is the place in the payload, in the payload's own spelling.
    """

    code: Code
    message: str
    cells: tuple[Cell, ...] = ()
    value: str | None = None
    order: str | None = None
    path: str | None = None
    raised_by: RaisedBy = RaisedBy.CHECK
    owner: Owner = Owner.SENDER
    severity: Severity = Severity.ERROR

    @property
    def row(self) -> int | None:
        """The first row concerned, None for a problem of the whole file."""
        return self.cells[0].row if self.cells else None

    @property
    def column(self) -> str | None:
        """The heading of the first cell, None where the whole row or file is meant."""
        return self.cells[0].column if self.cells else None

    @property
    def blocks(self) -> bool:
        """Whether its rows may not be sent."""
        return self.severity is Severity.ERROR
