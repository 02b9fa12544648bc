"""Loading mappings: from a file to a checked `Mapping`, or every fault at once, each with its line."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from orderdrop.core.identity import digest
from orderdrop.core.shape import Shape
from orderdrop.errors import Fault, MappingError
from orderdrop.mapping import fit, say, yaml_lines
from orderdrop.mapping.model import TAGS, Mapping

FindShape = Callable[[str], Shape | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedMapping:
    """A mapping that fits its destination; `digest` names this very text, to which batches are pinned."""

    mapping: Mapping
    shape: Shape
    digest: str
    text: str
    file: str


def load(path: Path, find_shape: FindShape, destinations: tuple[str, ...]) -> LoadedMapping:
    """Load one mapping file.

    `find_shape` gives a destination's payload shape by name; `destinations` are the known names. Raises MappingError.
    """
    document = yaml_lines.read(path)
    if isinstance(document, Fault):
        raise MappingError("The mapping cannot be used:", [document])
    return _check(document, find_shape, destinations, expected_name=path.stem)


def parse(text: str, file: str, find_shape: FindShape, destinations: tuple[str, ...]) -> LoadedMapping:
    """Load a mapping from its text, such as a version that a batch is pinned to. Raises MappingError."""
    document = yaml_lines.parse(text, file)
    if isinstance(document, Fault):
        raise MappingError("The mapping cannot be used:", [document])
    return _check(document, find_shape, destinations, expected_name=None)


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
    document: yaml_lines.Document,
    find_shape: FindShape,
    destinations: tuple[str, ...],
    expected_name: str | None,
) -> LoadedMapping:
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
        if mapping is not None:
            faults += fit.misfits(mapping, shape, document)
    if mapping is not None and expected_name is not None and mapping.mapping != expected_name:
        faults.append(
            document.fault(
                ("mapping",),
                f"the file is called `{expected_name}` but the mapping `{mapping.mapping}`; make them equal",
            )
        )
    if faults or mapping is None or shape is None:
        raise MappingError("The mapping cannot be used:", sorted(faults, key=lambda fault: fault.line or 0))
    return LoadedMapping(
        mapping=mapping,
        shape=shape,
        digest=digest(document.text.encode()),
        text=document.text,
        file=document.file,
    )
