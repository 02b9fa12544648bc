"""What a mapping says: one YAML file per feed layout, strict about unknown keys.

Only shapes live here. What needs the destination's payload (is `to` a place?) is checked when a mapping is loaded.
"""

from orderdrop.mapping.model.columns import Column, ColumnEntry, ColumnType, Ignore, zone_named
from orderdrop.mapping.model.commands import Commands
from orderdrop.mapping.model.files import FileOptions, Sheet, SheetWith, Trailer
from orderdrop.mapping.model.holding import Hold, OnBadRow, OnDuplicateRow
from orderdrop.mapping.model.joining import JoinedTable
from orderdrop.mapping.model.mapping import TAGS, Mapping
from orderdrop.mapping.model.texts import ColumnName, Names, Scalar

__all__ = [
    "TAGS",
    "Column",
    "ColumnEntry",
    "ColumnName",
    "ColumnType",
    "Commands",
    "FileOptions",
    "Hold",
    "Ignore",
    "JoinedTable",
    "Mapping",
    "Names",
    "OnBadRow",
    "OnDuplicateRow",
    "Scalar",
    "Sheet",
    "SheetWith",
    "Trailer",
    "zone_named",
]
