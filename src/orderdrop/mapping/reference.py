"""What may be written where in a mapping, and what a destination's places are for: the help beside an editor."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from orderdrop.core.shape import Leaf, Shape
from orderdrop.mapping.fit import wanted
from orderdrop.mapping.model import Column, Commands, FileOptions, Hold, JoinedTable, Mapping
from orderdrop.mapping.suggest.guide import Guide
from orderdrop.mapping.suggest.meanings import meanings
from orderdrop.mapping.yaml_text import in_brackets

_SECTIONS: tuple[tuple[str, str, type[BaseModel]], ...] = (
    ("", "At the top", Mapping),
    ("columns", "A column", Column),
    ("file", "file: how the file is written", FileOptions),
    ("join", "join: a further table", JoinedTable),
    ("commands", "commands: create, update, cancel", Commands),
    ("hold_batch_when", "hold_batch_when: when a batch waits", Hold),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of a section: what it does, the values that it takes where they are few, and how one writes it."""

    name: str
    says: str
    one_of: tuple[str, ...]
    example: str
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The keys that stand together: at the top ("" is its name), in a column, below `file:` and so on."""

    name: str
    title: str
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place of a payload, and in a line what it takes and what it is for."""

    name: str
    says: str


@cache
def sections() -> tuple[Section, ...]:
    """Every section of a mapping with the keys that it knows, as the models have them."""
    return tuple(
        Section(name=name, title=title, keys=tuple(_keys(model))) for name, title, model in _SECTIONS
    )


def places(shape: Shape, guide: Guide) -> tuple[Place, ...]:
    """Every place of a destination, in the order of its payload."""
    found = [Place(name=leaf.place, says=_said(leaf, guide)) for leaf in shape.leaves.values()]
    return (
        *found,
        *(
            Place(name=f"{node}.NAME", says="text; any name of yours instead of NAME")
            for node in sorted(shape.open_nodes)
        ),
    )


def _keys(model: type[BaseModel]) -> Iterator[Key]:
    for name, info in model.model_fields.items():
        yield Key(
            name=name,
            says=info.description or "",
            one_of=tuple(_few(info.annotation)),
            example=_example(name, info),
            required=info.is_required(),
        )


def _example(name: str, info: FieldInfo) -> str:
    return f"{name}: {in_brackets(info.examples[0])}" if info.examples else f"{name}: ..."


def _few(annotation: Any) -> Iterator[str]:
    """The words that a key takes, where it takes nothing else."""
    if get_origin(annotation) is Literal:
        yield from map(str, get_args(annotation))
    elif isinstance(annotation, type) and issubclass(annotation, StrEnum):
        yield from (member.value for member in annotation)
    else:
        parts = [part for part in get_args(annotation) if part is not type(None)]
        if len(parts) == 1 and get_origin(annotation) not in (dict, list, tuple):
            yield from _few(parts[0])


def _said(leaf: Leaf, guide: Guide) -> str:
    meaning = guide.meaning_of(leaf.place)
    told = [meanings()[meaning].says] if meaning is not None else []
    takes = f"one of {', '.join(leaf.one_of)}" if leaf.one_of else wanted(leaf)
    told += [takes] if takes.removeprefix("a ") not in told else []
    told += ["several of them"] if leaf.many else []
    told += ["required"] if leaf.required else []
    return "; ".join(told)
