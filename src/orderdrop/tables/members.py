"""Several files of one archive, read one after the other as if they were one: rows are numbered on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

import numpy as np

from orderdrop.core.neutral import printable
from orderdrop.core.problems import Code, Owner, Problem
from orderdrop.errors import FileRefused
from orderdrop.frames import TextFrame, Verdict
from orderdrop.mapping.model import FileOptions
from orderdrop.tables.archives import Member, Unpacked, listed
from orderdrop.tables.delimited import open_delimited
from orderdrop.tables.limits import Limits
from orderdrop.tables.passing import without_what_is_no_data
from orderdrop.tables.pieces import Opened, Piece, refused, strings
from orderdrop.tables.sniff import Kind, kind_of

_T = TypeVar("_T")


def decided(options: FileOptions, verdict: Verdict) -> FileOptions:
    """The options under which a file is read just as a verdict says, whatever detection would say today."""
    return options.model_copy(
        update={
            "format": verdict.format,
            "encoding": verdict.encoding,
            "delimiter": verdict.delimiter,
            "quote": verdict.quote or "none",
            "escape": verdict.escape or "none",
            "header": verdict.header_row > 0,
            "header_row": verdict.header_row or None,
            "header_rows": verdict.header_rows,
            "sheet": verdict.sheet,
            "hidden": verdict.hidden or options.hidden,
            "merged": verdict.merged or options.merged,
        }
    )


def refuse_nested(unpacked: Unpacked, kind: Kind) -> None:
    """Refuse an archive inside an archive: how deep it goes nobody knows."""
    for member in unpacked.members:
        inner = _kind(member)
        if inner.is_archive:
            raise refused(
                Code.FILE_NOT_A_TABLE,
                f'The file "{printable(member.name)}" is a {inner.value} archive inside a {kind.value} archive. Pack the CSV '
                "or Excel files themselves.",
            )


def open_members(
    unpacked: Unpacked, options: FileOptions, limits: Limits, wanted: Sequence[str], before: Verdict | None
) -> tuple[Opened, Callable[[], tuple[str, ...]]]:
    """Open several plain files of one archive as one; raises FileRefused where their headings are not the same.

    `before` is the verdict of an earlier reading, which is repeated.
    """
    verdicts = (before, *before.further) if before is not None else (None,) * len(unpacked.members)
    run = _Run(unpacked=unpacked, limits=limits, wanted=wanted)
    for member, verdict in zip(unpacked.members, verdicts, strict=True):
        if _kind(member).is_workbook:
            raise _ask_which(
                unpacked, f'"{printable(member.name)}" is a workbook, and workbooks are read one by one'
            )
        chosen = decided(options, verdict) if verdict is not None else options
        opened = _named(member, partial(open_delimited, member.path, chosen, limits, wanted=wanted))
        run.parts.append((member, chosen, opened))
    first = run.parts[0][2]
    for member, _, opened in run.parts[1:]:
        if opened.headings != first.headings:
            raise _ask_which(
                unpacked,
                f'"{printable(member.name)}" has other headings than "{printable(unpacked.members[0].name)}"',
            )
    verdict = before or _together(run)
    return Opened(verdict, first.headings, run.pieces(), first.lines), run.told


def kept_alive(frames: Iterator[TextFrame], unpacked: Unpacked) -> Iterator[TextFrame]:
    """The same frames, while which the unpacked files stay."""
    yield from frames
    unpacked.members.clear()


@dataclass(slots=True, kw_only=True)
class _Run:
    """Members on their way: which rows are whose, and what each has to tell."""

    unpacked: Unpacked
    limits: Limits
    wanted: Sequence[str]
    parts: list[tuple[Member, FileOptions, Opened]] = field(default_factory=list)
    _spans: list[tuple[str, int, int]] = field(default_factory=list)
    _told: list[Callable[[], tuple[str, ...]]] = field(default_factory=list)

    def pieces(self) -> Iterator[Piece]:
        """The rows of all members; the headings of the later ones are blank rows."""
        last = 0
        for member, options, opened in self.parts:
            first = last + 1
            top = opened.verdict.header_row and opened.verdict.header_row + opened.verdict.header_rows - 1
            if last:
                again = open_delimited(
                    member.path, options, self.limits, wanted=self.wanted, rows_before=last
                )
                if top:
                    yield _blank(first, top, len(opened.headings))
            else:
                again = opened
            last += top
            rows, told = without_what_is_no_data(again, options)
            self._told.append(told)
            for piece in rows:
                last = piece.first + piece.count - 1
                yield piece
            self._spans.append((member.name, first, last))

    def told(self) -> tuple[str, ...]:
        """Which rows are whose, and what was passed over."""
        spans = "; ".join(
            f'{first:,} to {last:,} are "{printable(name)}"' for name, first, last in self._spans
        )
        example = self._spans[1] if len(self._spans) > 1 else None
        more = f" So row {example[1]:,} here is row 1 of that file." if example else ""
        return (f"Rows {spans}.{more}", *(remark for told in self._told for remark in told()))


def _blank(first: int, count: int, width: int) -> Piece:
    return Piece(
        first=first,
        count=count,
        rows=np.array([], dtype=np.int64),
        columns=(strings(()),) * width,
        blank=tuple(range(first, first + count)),
    )


def _together(run: _Run) -> Verdict:
    verdicts = [replace(opened.verdict, member=member.name) for member, _, opened in run.parts]
    names = [member.name for member, _, _ in run.parts]
    remark = f"The file is a zip archive; {len(names)} files in it have the same headings and were read one after the other: {listed(names)}."
    return replace(verdicts[0], remarks=(remark, *verdicts[0].remarks), further=tuple(verdicts[1:]))


def _kind(member: Member) -> Kind:
    return _named(member, partial(kind_of, member.path))


def _named(member: Member, do: Callable[[], _T]) -> _T:
    try:
        return do()
    except FileRefused as error:
        problem = error.problem
        message = f'"{printable(member.name)}" in the archive: {problem.message}'
        raise FileRefused(replace(problem, message=message)) from None


def _ask_which(unpacked: Unpacked, why: str) -> FileRefused:
    names = [member.name for member in unpacked.members]
    return FileRefused(
        Problem(
            code=Code.FILE_AMBIGUOUS,
            message=f"The zip archive has {len(names)} files: {listed(names)}; {why}. Send one of them, or say which are meant "
            "with `member:` under `file:` in the mapping.",
            owner=Owner.OPS,
        )
    )
