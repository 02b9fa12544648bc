"""The files of one set: the first table's file and, beside it, those of the further tables of its mapping.

A set is one drop. It goes by the name of its first file; the copies of the others are kept beside the first one's.
"""

import fnmatch
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from orderdrop.errors import SetupError, SourceUnavailable, UsageError
from orderdrop.mapping.model import Mapping as FileMapping
from orderdrop.pickup.inbox import Claim, Entry, Fetched, Inbox


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
        head, *rest = files.split("*")
        found[table] = head + "".join(star + part for star, part in zip(stars, rest, strict=False))
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


class SetInbox:
    """An `Inbox` in which every drop is a whole set; `pattern` is the name pattern of first files.

    A set that is not complete is not there yet. Its size is that of all its files, its time that of the newest: it has
    settled when every file has. Whatever is done to a claim is done to every file of its set, the first file first: a run
    that dies leaves the others where the next one looks for them.
    """

    def __init__(self, inbox: Inbox, mapping: FileMapping, pattern: str) -> None:
        self._inbox = inbox
        self._mapping = mapping
        self._pattern = pattern
        self._partners = tuple(file_tables(mapping).values())
        self.alone: dict[str, str] = {}

    def look(self, pattern: str | None = None) -> list[Entry]:
        """The first files whose set is complete, as entries of their sets; `alone` says then what the others wait for."""
        if pattern is not None:
            return self._inbox.look(pattern)
        beside = {
            entry.name: entry
            for entry in chain.from_iterable(self._inbox.look(files) for files in self._partners)
        }
        whole: list[Entry] = []
        waits: dict[str, str] = dict.fromkeys(beside, "the first file of its set has not come")
        for first in self._inbox.look():
            if any(fnmatch.fnmatchcase(first.name, files) for files in self._partners):
                continue  # the feed's pattern takes them in, too
            names = self._names(first.name).values()
            files = [first, *(beside[name] for name in names if name in beside)]
            missing = [name for name in names if name not in beside]
            for name in names:
                waits.pop(name, None)
            if missing:
                waits[first.name] = (
                    f"{' and '.join(missing)} of its set {'has' if len(missing) == 1 else 'have'} not come"
                )
            else:
                newest = max(entry.modified_at for entry in files)
                whole.append(replace(first, size=sum(entry.size for entry in files), modified_at=newest))
        self.alone = waits
        return sorted(whole, key=lambda entry: (entry.modified_at, entry.name))

    def passed_over(self) -> list[str]:
        return self._inbox.passed_over()

    def exists(self, name: str) -> bool:
        return self._inbox.exists(name)

    def claim(self, entry: Entry) -> Claim | None:
        claim = self._inbox.claim(entry)
        if claim is not None and not all(
            self._partner(claim, name) for name in self._names(claim.name).values()
        ):
            self._inbox.put_back(claim)
            return None
        return claim

    def claims(self) -> list[Claim]:
        return [
            claim
            for claim in self._inbox.claims()
            if not any(fnmatch.fnmatchcase(claim.name, files) for files in self._partners)
        ]

    def fetch(self, claim: Claim, into: Path) -> Fetched:
        digests: dict[str, str] = {}
        size = 0
        for table, name in self._names(claim.name).items():
            partner = self._partner(claim, name)
            if partner is None:
                raise SourceUnavailable(
                    f"{name}, which belongs to {claim.name}, was taken away.",
                    next_step="Send it again; the set is taken at the next poll.",
                )
            fetched = self._inbox.fetch(partner, kept_beside(into, table))
            digests[table], size = fetched.sha256, size + fetched.size
        first = self._inbox.fetch(claim, into)
        return Fetched(size=size + first.size, sha256=digest_of_set(first.sha256, digests))

    def size(self, claim: Claim) -> int | None:
        partners = self._claimed(claim)
        if len(partners) < len(self._partners):  # somebody took one away: the work is done from our copies
            return None
        sizes = [self._inbox.size(one) for one in (claim, *partners)]
        return None if None in sizes else sum(size for size in sizes if size is not None)

    def put_back(self, claim: Claim) -> None:
        partners = self._claimed(claim)
        self._inbox.put_back(claim)
        for partner in partners:
            self._inbox.put_back(partner)

    def archive(self, claim: Claim, folder: str) -> str:
        partners = self._claimed(claim)
        place = self._inbox.archive(claim, folder)
        for partner in partners:
            self._inbox.archive(partner, folder)
        return place

    def reply(self, beside: str, suffix: str, content: Path) -> str:
        return self._inbox.reply(beside, suffix, content)

    def discard(self, name: str) -> None:
        self._inbox.discard(name)

    def close(self) -> None:
        self._inbox.close()

    def _names(self, first: str) -> dict[str, str]:
        return partner_names(self._mapping, self._pattern, first)

    def _claimed(self, claim: Claim) -> list[Claim]:
        """The partners that were claimed with a first file: of every name the oldest that is there."""
        found: dict[str, Claim] = {}
        for other in self._inbox.claims():
            found.setdefault(other.name, other)
        return [found[name] for name in self._names(claim.name).values() if name in found]

    def _partner(self, claim: Claim, name: str) -> Claim | None:
        """A partner's claim: made by a run that died, or made now."""
        made = next((other for other in self._claimed(claim) if other.name == name), None)
        if made is not None:
            return made
        there = next((entry for entry in self._inbox.look(exactly(name)) if entry.name == name), None)
        return self._inbox.claim(there) if there is not None else None


def exactly(name: str) -> str:
    """A pattern that only this name matches."""
    return re.sub(r"([*?[])", r"[\1]", name)
