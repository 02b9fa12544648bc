"""The files of one set: the first table's file and, beside it, those of the further tables of its mapping.

A set is one drop. It goes by the name of its first file; the copies of the others are kept beside the first one's.
"""

import fnmatch
import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from orderdrop.errors import SetupError, UsageError
from orderdrop.mapping.model import Mapping as FileMapping


def file_tables(mapping: FileMapping) -> dict[str, str]:
    """The tables that are files of their own, each with its name pattern."""
    return {name: table.files for name, table in mapping.join.items() if table.files is not None}


def partner_names(mapping: FileMapping, pattern: str, name: str) -> dict[str, str]:
    """The names of the files that belong to a first file: each * stands for what it stands for in the first one's name.

    Raises SetupError for a pattern with more stars than the feed's.
    """
    stars = _stars(pattern, name)
    found: dict[str, str] = {}
    for table, files in file_tables(mapping).items():
        if files.count("*") > len(stars):
            raise SetupError(
                f"`files: {files}` of table `{table}` in mapping `{mapping.mapping}` has more * than the feed's "
                f"`files: {pattern}`.",
                next_step="Give both the same number of *: each stands for the same text in both names.",
            )
        texts = iter(stars)
        found[table] = re.sub(r"\*", lambda _, texts=texts: next(texts), files)
    return found


def given(mapping: FileMapping, files: Sequence[Path]) -> dict[str, Path]:
    """Which table each named file is: by its name, or the only one that is left. Raises UsageError."""
    tables = file_tables(mapping)
    found: dict[str, Path] = {}
    for file in files:
        fitting = [name for name, pattern in tables.items() if fnmatch.fnmatchcase(file.name, pattern)]
        left = [name for name in tables if name not in found]
        chosen = fitting if len(fitting) == 1 else left
        if len(chosen) != 1 or chosen[0] in found:
            raise UsageError(
                f"{file.name} is none of the further tables of mapping `{mapping.mapping}`"
                + (
                    f" ({', '.join(f'{name}: {pattern}' for name, pattern in tables.items())})."
                    if tables
                    else "."
                ),
                next_step="Name each further file once, called as the mapping says.",
            )
        found[chosen[0]] = file
    return found


def kept_beside(kept: Path, table: str) -> Path:
    """Where the copy of a further table's file lies."""
    return kept.with_name(f"{kept.name}.{table}")


def copies(kept: Path) -> list[Path]:
    """Every copy that belongs to a drop, those of further files last."""
    return [kept, *sorted(kept.parent.glob(f"{kept.name}.*"))]


def digest_of_set(first: str, further: Mapping[str, str]) -> str:
    """What names the content of a set: the digests of its files, in the order of the mapping."""
    if not further:
        return first
    parts = [first, *(f"{table} {digest}" for table, digest in further.items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _stars(pattern: str, name: str) -> tuple[str, ...]:
    """What each * of a pattern stands for in a name."""
    parts = [re.escape(part) if part != "*" else "(.*)" for part in re.split(r"(\*)", pattern)]
    found = re.fullmatch("".join(parts), name)
    return found.groups() if found else ()
