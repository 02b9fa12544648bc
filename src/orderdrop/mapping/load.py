"""Loading mappings: from a file to a checked `Mapping`, or every fault at once, each with its line."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from orderdrop.core.identity import digest
from orderdrop.core.shape import Shape
from orderdrop.errors import Fault, MappingError
from orderdrop.mapping import fit, say, yaml_lines
from orderdrop.mapping.extending import with_bases
from orderdrop.mapping.model import TAGS, Mapping

FindShape = Callable[[str], Shape | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedMapping:
    """A mapping that fits its destination; `digest` names this very text, to which batches are pinned.

    The text of a mapping that extends others holds all that it inherits. `document` knows on which line of which file
    everything stands; `bases` are the files that it extends, the nearest first.
    """

    mapping: Mapping
    shape: Shape
    digest: str
    text: str
    file: str
    document: yaml_lines.Document
    bases: tuple[str, ...] = ()


def load(path: Path, find_shape: FindShape, destinations: tuple[str, ...]) -> LoadedMapping:
    """Load one mapping file.

    `find_shape` gives a destination's payload shape by name; `destinations` are the known names. Raises MappingError.
    """
    document = yaml_lines.read(path)
    if isinstance(document, Fault):
        raise MappingError("The mapping cannot be used:", [document])
    return _check(document, find_shape, destinations, expected_name=path.stem, folder=path.parent)


def parse(
    text: str,
    file: str,
    find_shape: FindShape,
    destinations: tuple[str, ...],
    *,
    folder: Path | None = None,
    expected_name: str | None = None,
) -> LoadedMapping:
    """Load a mapping from its text, such as a version that a batch is pinned to. Raises MappingError.

    `folder` is where the mappings lie that it extends; a pinned version extends none. `expected_name` is that of the file
    that it is for.
    """
    document = yaml_lines.parse(text, file)
    if isinstance(document, Fault):
        raise MappingError("The mapping cannot be used:", [document])
    return _check(document, find_shape, destinations, expected_name=expected_name, folder=folder)


def find(name: str, folder: Path) -> Path:
    """The file of a mapping given by name or by path. Raises MappingError naming those there are."""
    if name.endswith((".yaml", ".yml")):
        return Path(name)
    for suffix in (".yaml", ".yml"):
        path = folder / f"{Path(name).name}{suffix}"
        if path.is_file():
            return path
    known = sorted(path.stem for path in folder.glob("*.y*ml"))
    where = f"{folder / name}.yaml"
    raise MappingError(
        f"There is no mapping `{name}`:",
        [Fault(message=f"no such file{say.nearest(name, known)}", file=where)],
    )


def _check(
    written: yaml_lines.Document,
    find_shape: FindShape,
    destinations: tuple[str, ...],
    expected_name: str | None,
    folder: Path | None,
) -> LoadedMapping:
    extended = with_bases(written, folder)
    document = extended.document
    faults: list[Fault] = []
    mapping: Mapping | None = None
    try:
        mapping = Mapping.model_validate(document.data)
    except ValidationError as error:
        faults += say.faults(error, document, Mapping, TAGS)
    name = document.data.get("destination")
    shape = find_shape(name) if isinstance(name, str) else None
    if isinstance(name, str) and shape is None:
        faults.append(
            document.fault(("destination",), f"no destination `{name}`{say.nearest(name, destinations)}")
        )
    if shape is not None:
        faults += fit.unknown_places(document, shape)
    if shape is not None and mapping is not None:
        faults += fit.misfits(mapping, shape, document)
    if mapping is not None:
        faults += _misnamed(mapping, expected_name, document)
    if faults or mapping is None or shape is None:
        raise MappingError("The mapping cannot be used:", sorted(faults, key=partial(_rank, document.file)))
    return LoadedMapping(
        mapping=mapping,
        shape=shape,
        digest=digest(document.text.encode()),
        text=document.text,
        file=document.file,
        document=document,
        bases=extended.bases,
    )


def _misnamed(mapping: Mapping, expected_name: str | None, document: yaml_lines.Document) -> Iterator[Fault]:
    if expected_name is not None and mapping.mapping != expected_name:
        yield document.fault(
            ("mapping",),
            f"the file is called `{expected_name}` but the mapping `{mapping.mapping}`; make them equal",
        )


def _rank(own: str, fault: Fault) -> tuple[bool, str, int]:
    """What stands in the mapping itself comes before what stands in its bases."""
    return fault.file != own, fault.file or "", fault.line or 0
