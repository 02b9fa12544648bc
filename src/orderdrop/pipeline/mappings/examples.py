"""A mapping's own examples: a drop, and what it must become. Run as a preview is, and compared or written anew.

An example is a folder with one file that a sender might drop, `orders.json` (the payloads), `rejects.csv` (the rows
that go back, where some do) and `refused.txt` (why, where the file as a whole goes back). Where several mappings read
one drop, these names begin with the destination. `receipt.txt` and README.md are not looked at.
"""

import json
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from orderdrop.core.outcomes import BatchStatus
from orderdrop.errors import Fault, MappingError, UsageError
from orderdrop.mapping.load import LoadedMapping
from orderdrop.pickup.sets import file_tables, given
from orderdrop.pipeline.batches.batch import report
from orderdrop.pipeline.drops import must_be_there
from orderdrop.pipeline.parts import Parts
from orderdrop.pipeline.preview import prepared

BATCH = "b-20261122-193000-000000"
"""Stands in the expected rows instead of the name of a batch."""
ORDERS, REJECTS, REFUSED = "orders.json", "rejects.csv", "refused.txt"
_NO_DROPS = (ORDERS, REJECTS, REFUSED, "receipt.txt", "README.md")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One example: its folder, the file that a sender dropped, and what the names of the expectations begin with.

    `further` are the other files of its set, where the mapping joins several.
    """

    folder: Path
    drop: Path
    prefix: str = ""
    further: tuple[Path, ...] = ()

    def path(self, name: str) -> Path:
        """Where one of its expectations lies."""
        return self.folder / f"{self.prefix}{name}"

    def expected(self) -> dict[str, bytes]:
        """The expectations that are written down, by name. Raises MappingError where the orders are no list of them."""
        paths = {name: self.path(name) for name in (ORDERS, REJECTS, REFUSED)}
        found = {name: path.read_bytes() for name, path in paths.items() if path.is_file()}
        fault = _not_orders(found[ORDERS], paths[ORDERS]) if ORDERS in found else None
        if fault is not None:
            raise MappingError("An example cannot be run:", [fault])
        return found


def _not_orders(text: bytes, path: Path) -> Fault | None:
    try:
        orders = json.loads(text)
    except json.JSONDecodeError as error:
        return Fault(message=f"is not JSON: {error.msg}", file=str(path), line=error.lineno)
    except UnicodeDecodeError:
        return Fault(message="is not UTF-8 text; save it as UTF-8", file=str(path))
    if isinstance(orders, list) and all(isinstance(order, dict) for order in orders):
        return None
    return Fault(message="must be a list of orders: [{...}, {...}]", file=str(path))


def example_in(folder: Path, destination: str, *, partners: Collection[str] = ()) -> Example:
    """The example that a folder is. Raises MappingError where there is no drop in it, or several.

    `partners` are the name patterns of further files that belong to the drop.
    """
    files = [path for path in sorted(folder.iterdir()) if path.is_file()] if folder.is_dir() else []
    drops = [path for path in files if not path.name.endswith(_NO_DROPS) and not path.name.startswith(".")]
    further = [path for path in drops if any(fnmatchcase(path.name, pattern) for pattern in partners)]
    drops = [path for path in drops if path not in further]
    if len(drops) == 1:
        shared = any(path.name.endswith(f".{ORDERS}") for path in files)
        return Example(
            folder=folder,
            drop=drops[0],
            prefix=f"{destination}." if shared else "",
            further=tuple(further),
        )
    if not folder.is_dir():
        message = "is no folder; an example is a folder with a drop in it"
    elif drops:
        message = f"holds several drops ({', '.join(path.name for path in drops)}); keep one to a folder"
    else:
        message = "holds no drop: put the sender's file there"
    raise MappingError("An example cannot be run:", [Fault(message=message, file=str(folder))])


def examples_of(loaded: LoadedMapping) -> list[Example]:
    """The examples that a mapping names, and those in the folder NAME.examples beside it."""
    beside = _beside(loaded)
    folders = [Path(loaded.file).parent / name for name in loaded.mapping.examples]
    folders += sorted(path for path in beside.iterdir() if path.is_dir()) if beside.is_dir() else []
    return [_example(folder, loaded) for folder in folders]


def new_example(loaded: LoadedMapping, drop: Path, further: Sequence[Path] = ()) -> Example:
    """Begin an example with files that somebody names: copy them beside the mapping.

    Raises UsageError where one is not there, where there is an example of this name, or for a file of no table.
    """
    folder = _beside(loaded) / drop.stem
    given(loaded.mapping, further)
    must_be_there(drop, *further)
    if folder.exists():
        raise UsageError(
            f"There is an example {folder} already.",
            next_step="Give the file another name, or change that example and leave --drop out.",
        )
    folder.mkdir(parents=True)
    for file in (drop, *further):
        shutil.copyfile(file, folder / file.name)
    return _example(folder, loaded)


def _example(folder: Path, loaded: LoadedMapping) -> Example:
    partners = file_tables(loaded.mapping).values()
    return example_in(folder, loaded.mapping.destination, partners=tuple(partners))


def _beside(loaded: LoadedMapping) -> Path:
    return Path(loaded.file).parent / f"{loaded.mapping.mapping}.examples"


def becomes(parts: Parts, example: Example, mapping: str) -> dict[str, bytes]:
    """What an example becomes today, as the files that would be expected of it.

    The ledger of `parts` is a scratch one. Nothing is sent, and nothing is left below the workdir.
    """
    with (
        _nowhere(parts) as elsewhere,
        prepared(elsewhere, example.drop, mapping, further=example.further) as batch,
    ):
        receipt = report(elsewhere, batch)
        if batch.status is BatchStatus.FAILED:
            return as_files([], None, batch.id, refused=batch.remarks)
        orders = elsewhere.ledger.orders(batch.id)
        payloads = [json.loads(order.payload) for order in orders if order.payload is not None]
        rejects = receipt["reports"]["rejects_csv"]
        return as_files(payloads, Path(rejects).read_bytes() if rejects else None, batch.id)


def as_files(
    payloads: Sequence[dict[str, Any]], rejects: bytes | None, batch_id: str, *, refused: str | None = None
) -> dict[str, bytes]:
    """Orders and rows that go back as the files of an example."""
    files = {ORDERS: json.dumps(payloads, indent=2, ensure_ascii=False).encode() + b"\n"}
    if rejects is not None:
        files[REJECTS] = rejects.replace(batch_id.encode(), BATCH.encode())
    if refused is not None:
        files[REFUSED] = refused.encode() + b"\n"
    return files


def accept_files(example: Example, became: dict[str, bytes]) -> Iterator[Path]:
    """Write what an example became as what is expected of it; gives the files that were written or removed."""
    before = example.expected()
    for name in (ORDERS, REJECTS, REFUSED):
        path, after = example.path(name), became.get(name)
        if before.get(name) == after:
            continue
        if after is None:
            path.unlink()
        else:
            path.write_bytes(after)
        yield path


@contextmanager
def _nowhere(parts: Parts) -> Iterator[Parts]:
    with TemporaryDirectory(prefix="orderdrop-example-") as folder:
        yield replace(parts, workdir=Path(folder))
