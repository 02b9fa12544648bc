"""An upload on its way in: streamed to disk as it comes, never held in memory, stopped at the limit."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from fastapi import Request
from python_multipart import FormParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, parse_options_header

from orderdrop.errors import TryAgainLater, UsageError

_FORM_AROUND = 100_000  # bytes that a form may have beside its file


class TooLarge(UsageError):  # noqa: N818 - an answer, not a fault
    """More bytes than are taken; whoever sends them is told at once, the rest is let pass and not kept."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"The file is larger than {most / 1_000_000:,.0f} MB. Nothing of it was kept.",
            next_step="Split it into smaller files, or ask your ops for another way.",
        )


@dataclass(slots=True, kw_only=True)
class Received:
    """What came: the file's name and size, further files of the form by name and place, and its other fields."""

    name: str = ""
    size: int = 0
    further: list[tuple[str, Path]] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)


async def receive(request: Request, place: Path, most: int, *, file_needed: bool = True) -> Received:
    """Write an upload to `place`. Raises TooLarge, and UsageError for what is no upload.

    A form has the file in its field `file`; any other content is the file itself, its name in `?name=`. Where the file is
    not needed and none came, its name and size stay empty and `place` as it is.
    """
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > most + _FORM_AROUND:
        raise TooLarge(most)
    kind, options = parse_options_header(request.headers.get("content-type"))
    received = Received(name=unquote(request.query_params.get("name", "")))
    if kind == b"multipart/form-data":
        await _form(request, place, received, most, options.get(b"boundary", b""), file_needed=file_needed)
    else:
        await _as_it_is(request, place, received, most)
    return received


@contextlib.contextmanager
def keeping() -> Iterator[None]:
    """What is written in the block is kept, or it is told why it cannot be. Raises TryAgainLater."""
    try:
        yield
    except OSError as error:
        raise TryAgainLater(
            f"The file could not be kept here: {error.strerror or error}.",
            next_step="Nothing was sent. Tell your ops, and upload it again later.",
        ) from error


async def _as_it_is(request: Request, place: Path, received: Received, most: int) -> None:
    with place.open("wb") as file:
        async for piece in request.stream():
            received.size += len(piece)
            if received.size > most:
                raise TooLarge(most)
            file.write(piece)


async def _form(
    request: Request, place: Path, received: Received, most: int, boundary: bytes, *, file_needed: bool
) -> None:
    files: list[File] = []
    fields: list[Field] = []
    config = {"UPLOAD_DIR": str(place.parent), "MAX_MEMORY_FILE_SIZE": 0, "UPLOAD_KEEP_EXTENSIONS": False}
    total = 0
    try:
        parser = FormParser(
            "multipart/form-data", fields.append, files.append, boundary=boundary, config=config
        )
        async for piece in request.stream():
            total += len(piece)
            if total > most + _FORM_AROUND:
                raise TooLarge(most)
            parser.write(piece)
        parser.finalize()
        chosen = [file for file in files if file.field_name == b"file" and file.file_name]
        if chosen:
            received.name, received.size = _keep(chosen[0], place, most)
            for number, file in enumerate(chosen[1:], start=1):
                beside = place.with_name(f"{place.name}-{number}")
                received.further.append((_keep(file, beside, most)[0], beside))
        elif file_needed:
            raise UsageError("No file came with the form.", next_step="Go back and choose one.")
    except FormParserError:
        raise UsageError("The upload was cut short.", next_step="Try it again.") from None
    finally:
        for file in files:
            with contextlib.suppress(OSError):
                file.close()
    received.fields = {_text(one.field_name): _text(one.value) for one in fields}


def _keep(chosen: File, place: Path, most: int) -> tuple[str, int]:
    """Move a file of a form to its place; its name and size."""
    if chosen.size > most:
        raise TooLarge(most)
    if chosen.in_memory:
        chosen.flush_to_disk()
    written = chosen.actual_file_name
    if written is None:
        raise AssertionError("a file that went to disk has a name")
    Path(written.decode()).replace(place)
    return _text(chosen.file_name), chosen.size


def _text(value: bytes | None) -> str:
    return (value or b"").decode(errors="replace")
