"""What travels between the stages: frames of text, and frames of typed columns.

Every frame keeps the physical row number that a spreadsheet shows; the header of a plain file is row 1.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa

from orderdrop.core.problems import Problem

COMMAND = "#command"
"""The column of typed values that says what each row asks for (create, update, cancel), where the mapping names such a column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the reader decided about a file, stored with its batch and shown to people.

    `format` is csv, fixed, xlsx, xlsb, xls or ods. `header_row` is 0 for a file without headings, which are then "1", "2", ... by
    position; `header_rows` is how many rows the headings take from there. `quote` and `escape` are None where no
    character has that meaning. `member` is the file of an archive that was read, `further` are
    the verdicts of those that were read behind it. `last_line_end` says whether a plain file's last row has a line end,
    without which it may be cut.
    `remarks` are sentences about what it saw and how it decided. For a workbook `hidden` and `merged` say how hidden and
    merged cells were read, and a fault in a cell of the `unused` columns (from 0) cost nothing.
    """

    format: str
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    header_row: int = 1
    sheet: str | None = None
    remarks: tuple[str, ...] = ()
    escape: str | None = None
    header_rows: int = 1
    member: str | None = None
    further: "tuple[Verdict, ...]" = ()
    last_line_end: bool | None = None
    hidden: str | None = None
    merged: str | None = None
    unused: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFrame:
    """Some consecutive rows as text.

    `cells` has one arrow-backed string column per heading and the physical row number (int64, unique, ascending) as
    its index; blank cells are "", never missing. `blank` rows (without text, or passed over: a comment, a repeated heading,
    a footer) and rows with a problem in `problems` (wrong width,
    broken encoding) are not in `cells`; blank + problem rows + len(cells) is the number of rows read. `broken` holds
    the cells of the problem rows as far as they could be read, so that the sender gets them back.
    """

    cells: pd.DataFrame
    blank: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = ()
    broken: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One drop, opened: its verdict, its headings as they stand in the file, and its rows in order, once.

    Duplicated headings stay in `headings` (the header contract reports them); in the frames a repeated heading gets a
    position suffix so that columns stay unique. `told_later` gives the remarks that only a full reading can make; ask
    once the frames are read.
    """

    verdict: Verdict
    headings: tuple[str, ...]
    frames: Iterator[TextFrame]
    told_later: Callable[[], tuple[str, ...]] = tuple


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedFrame:
    """The same rows after the checks: one typed column per place of the payload.

    `values` columns are named by place (`fulfillments.trackers.tracking_number`); types: string for text-like leaves
    (trimmed; decimals canonical like "12.50"; countries alpha-2; emails, phones, urls, languages, currencies as text),
    int64, bool, date32, timestamp[s, UTC]. A blank cell is null. `rows` (int64) are the physical rows, aligned
    with `values`; `bad[i]` says that row i has a blocking problem. Rows that the mapping skips are in `ignored`, not in
    `values`; rows that the reader refused are in neither, their problems are in `problems`, unless they name their
    order: then they are bad rows that state nothing else.
    `fingerprint[i]` is a hash of the row's raw cells, equal for exact duplicate lines.
    `unlisted` counts problems past the listing cap, by code.
    """

    values: pa.Table
    rows: np.ndarray
    bad: np.ndarray
    fingerprint: np.ndarray
    ignored: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = ()
    unlisted: Mapping[str, int] = field(default_factory=dict)
