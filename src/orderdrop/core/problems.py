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
    FILE_EMPTY = "file_empty"  # the file has no content
    FILE_NO_ROWS = "file_no_rows"  # headings and no rows below them
    FILE_NOT_A_TABLE = "file_not_a_table"  # the content is something else: a PDF, a picture, a program
    FILE_ENCODING = "file_encoding"  # the text cannot be read in the declared or detected encoding
    FILE_PASSWORD = "file_password"  # noqa: S105 - protected with a password
    FILE_UNREADABLE = "file_unreadable"  # a workbook that is broken
    FILE_TOO_LARGE = "file_too_large"  # more than the stated limits
    FILE_AMBIGUOUS = "file_ambiguous"  # the file can be read in two ways, and the mapping must say which
    FILE_INCOMPLETE = "file_incomplete"  # the control total in the file is not the number of its rows
    FILE_CHANGED = "file_changed"  # written otherwise than the feed's last file; a warning
    # the header
    HEADING_MISSING = "heading_missing"  # a column that the mapping needs is not there
    HEADING_UNKNOWN = "heading_unknown"  # a column that the mapping does not name; a warning
    HEADING_DUPLICATED = "heading_duplicated"  # two columns have the same heading
    COLUMN_UNSETTLED = "column_unsettled"  # how a column's dates or numbers are meant, the mapping must say
    # a row as it was read
    ROW_WIDTH = "row_width"  # more or fewer cells than headings; nothing is shifted
    ROW_ENCODING = "row_encoding"  # bytes on this row that the encoding does not have
    ROW_NUL = "row_nul"  # NUL bytes on this row
    ROW_TOTAL = "row_total"  # a row of totals, or another footer, that the mapping does not speak of
    ROW_QUOTE = "row_quote"  # a quotation mark that is never closed, or text behind one
    CELL_TOO_LONG = "cell_too_long"  # a cell longer than the stated limit
    CELL_ERROR = "cell_error"  # a cell that holds an error of the spreadsheet, such as #N/A
    CELL_MERGED = "cell_merged"  # covered by merged cells, whose value stands in another row
    # a cell against its mapping
    REQUIRED = "required"  # blank, and the mapping requires a value
    PATTERN = "pattern"  # does not match the mapping's pattern
    NOT_AN_INTEGER = "not_an_integer"  # a whole number is expected
    NOT_A_DECIMAL = "not_a_decimal"  # a number is expected, or it could be read in two ways
    NOT_A_BOOLEAN = "not_a_boolean"  # yes or no is expected
    NOT_A_DATE = "not_a_date"  # a date in the mapping's format is expected
    DATE_AMBIGUOUS = "date_ambiguous"  # a date that could be read in two ways
    NOT_AN_EMAIL = "not_an_email"  # an email address is expected
    NOT_A_PHONE = "not_a_phone"  # a phone number is expected
    NOT_A_COUNTRY = "not_a_country"  # a country code or name is expected
    NOT_A_URL = "not_a_url"  # a web address is expected
    NOT_A_LANGUAGE = "not_a_language"  # a language is expected
    NOT_A_CURRENCY = "not_a_currency"  # a currency is expected
    NOT_TRANSLATED = "not_translated"  # not in the mapping's `values`
    NOT_ALLOWED = "not_allowed"  # not one of the values allowed
    TOO_SMALL = "too_small"  # below the minimum
    TOO_LARGE = "too_large"  # above the maximum
    TOO_LONG = "too_long"  # longer than allowed
    DAMAGED = "damaged"  # an identifier that a spreadsheet program has changed, such as 1.23E+12
    ZEROS_LOST = "zeros_lost"  # leading zeros seem to be missing; a warning
    # the rows of one order together
    KEY_MISSING = "key_missing"  # the order, parcel or item cannot be told from others
    ROWS_DISAGREE = "rows_disagree"  # rows of one order say different things
    DUPLICATE_ROW = "duplicate_row"  # repeats another row exactly
    ROWS_MERGED = "rows_merged"  # two rows name the same item and became one; a warning
    PARTNER_MISSING = "partner_missing"  # rows in one table, and none in another that the order needs
    CONTRACT = "contract"  # the destination's contract does not take this, as our own check of it says
    # what the destination said
    REFUSED = "refused"  # the destination refused it; the message is the destination's
    # what the destination holds now, compared with what was sent
    DIFFERS = "differs"  # the destination holds another value than was sent
    MISSING_THERE = "missing_there"  # the destination holds nothing where something was sent
    # what the rows ask for, against what the account accepted
    ALREADY_THERE = "already_there"  # to be created, and the account has accepted it before
    NOT_THERE = "not_there"  # to be updated or cancelled, and the account never accepted it from here
    # what stopped the sending
    REFUSED_ALIKE = "refused_alike"  # the first orders were all refused for one reason; the rest was not sent
    STALE = "stale"  # older than what the destination accepted last; not overwritten
    EXCLUDED = "excluded"  # a person took the order out for good
    SET_UP = "set_up"  # the mapping cannot be used for the account, so nothing of the file was read
    STUCK = "stuck"  # orderdrop broke over the file again and again, which is a fault of orderdrop
    NOT_SENT = "not_sent"  # the account could not be used; the orders are safe to send again


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
