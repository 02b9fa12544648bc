"""Mappings that extend another: a file that says only what is different, on top of its bases.

Tables are merged key by key at every depth, anything else replaces what the base says, and `null` removes it. What a
file says about itself is never inherited. Every line keeps the file it stands in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from orderdrop.errors import Fault, MappingError
from orderdrop.mapping import say, yaml_lines
from orderdrop.mapping.yaml_lines import Document, Location
from orderdrop.mapping.yaml_text import as_yaml

OWN_KEYS = ("mapping", "description", "extends", "examples")
"""What a file says about itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended:
    """A mapping with everything that it inherits; `bases` are the files of the others, the nearest first."""

    document: Document
    bases: tuple[str, ...] = ()


def with_bases(document: Document, folder: Path | None) -> Extended:
    """Put a mapping on top of those that it extends, which lie in `folder`; one that extends none stays as it is.

    The text of the result stands by itself: it holds everything inherited and extends nothing. Raises MappingError
    for a base that is missing, cannot be read, or extends its own heir.
    """
    chain = [document]
    names = [Path(document.file).stem]
    while "extends" in chain[-1].data:
        base = _base_of(chain[-1], folder, names)
        names.append(Path(base.file).stem)
        chain.append(base)
    if len(chain) == 1:
        return Extended(document=document)
    merged = chain.pop()
    bases = [merged.file]
    while chain:
        heir = chain.pop()
        merged = _on_top(merged, heir)
        bases.insert(0, heir.file)
    text = f"# {names[0]} on top of {', '.join(names[1:])}\n{as_yaml(merged.data)}"
    return Extended(document=replace(merged, text=text), bases=tuple(bases[1:]))


def _base_of(heir: Document, folder: Path | None, names: list[str]) -> Document:
    wanted = heir.data["extends"]
    if not isinstance(wanted, str) or Path(wanted).name != wanted:
        shown = "empty" if wanted is None else repr(wanted)
        raise _wrong(
            heir, f"`extends` is {shown}; write the name of one mapping that lies in the same folder"
        )
    if folder is None:
        raise _wrong(heir, f"`{wanted}` cannot be looked for here: the text comes from no folder")
    if wanted in names:
        circle = " extends ".join(f"`{name}`" for name in [*names[names.index(wanted) :], wanted])
        raise _wrong(heir, f"mappings extend each other in a circle: {circle}")
    path = next((path for path in _paths(wanted, folder) if path.is_file()), None)
    if path is None:
        known = sorted({path.stem for path in folder.glob("*.y*ml")} - set(names))
        raise _wrong(heir, f"there is no mapping `{wanted}` beside this one{say.nearest(wanted, known)}")
    base = yaml_lines.read(path)
    if isinstance(base, Fault):
        raise MappingError("The mapping cannot be used:", [base])
    return base


def _paths(name: str, folder: Path) -> list[Path]:
    return [folder / f"{name}{suffix}" for suffix in (".yaml", ".yml")]


def _wrong(document: Document, message: str) -> MappingError:
    return MappingError("The mapping cannot be used:", [document.fault(("extends",), message)])


def _on_top(base: Document, heir: Document) -> Document:
    inherited = {name: value for name, value in base.data.items() if name not in OWN_KEYS}
    own = {name: value for name, value in heir.data.items() if name != "extends"}
    merge = _Merge(base, heir)
    data = merge.table(inherited, own, ())
    if merge.faults:
        raise MappingError("The mapping cannot be used:", merge.faults)
    data = {name: data[name] for name in (*(k for k in OWN_KEYS if k in data), *data)}
    gone = {*merge.replaced, *((name,) for name in OWN_KEYS)}
    where: dict[Location, tuple[str, int]] = {
        at: (base.file_of(at), line)
        for at, line in base.lines.items()
        if not any(at[:length] in gone for length in range(1, len(at) + 1))
    }
    where |= {at: (heir.file_of(at), line) for at, line in heir.lines.items() if at not in merge.removed}
    return Document(
        file=heir.file,
        text="",
        data=data,
        lines={at: line for at, (_, line) in where.items()},
        files={at: file for at, (file, _) in where.items() if file != heir.file},
    )


class _Merge:
    """One file going on top of its base; notes which locations of the base it replaces."""

    def __init__(self, base: Document, heir: Document) -> None:
        self._base = base
        self._heir = heir
        self.replaced: set[Location] = set()
        self.removed: set[Location] = set()
        self.faults: list[Fault] = []

    def table(self, base: Mapping[str, Any], own: Mapping[str, Any], at: Location) -> dict[str, Any]:
        merged = dict(base)
        for name, value in own.items():
            here = (*at, name)
            if value is None:
                self._remove(merged, name, here)
            elif isinstance(value, dict):
                below = merged.get(name)
                if not isinstance(below, dict):
                    self.replaced.add(here)
                    below = {}
                merged[name] = self.table(below, value, here)
            else:
                self.replaced.add(here)
                merged[name] = value
        return merged

    def _remove(self, merged: dict[str, Any], name: str, here: Location) -> None:
        self.replaced.add(here)
        self.removed.add(here)
        if name not in merged:
            base = Path(self._base.file).stem
            message = f"an empty `{name}` removes what `{base}` says of it, which is nothing{say.nearest(name, merged)}"
            self.faults.append(self._heir.fault(here, message))
        merged.pop(name, None)
