"""How much of a file the reader is willing to hold or unpack."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on what one drop may cost; past each of them stands a clear verdict, never a crash.

    A cell or record past its bound costs its own row; too many columns or a swollen workbook cost the file.
    """

    cell_chars: int = 1_000_000
    record_bytes: int = 16 * MIB  # how far an open quote or an endless line is followed
    columns: int = 16_384  # what a spreadsheet can show
    leading_blank_bytes: int = 64 * MIB  # how far the first heading is looked for
    workbook_entries: int = 10_000
    workbook_unzipped_bytes: int = 2048 * MIB
    workbook_ratio: int = 200  # unzipped size to size on disk, once the unzipped size is worth looking at
    workbook_ratio_from_bytes: int = 64 * MIB
    workbook_memory_bytes: int = 4096 * MIB  # address space of the child that parses
    workbook_seconds: float = 180.0
    # what may come out of a .gz or .zip; the ratio is bounded as for workbooks
    archive_bytes: int = 8192 * MIB
    archive_members: int = 200
    block_bytes: int = 4 * MIB
    sample_bytes: int = MIB  # what is looked at, at least, to find out how a file is written
