"""A payload's shape, read off its models (pydantic's, or typed dicts), so that no list of places is written twice.

How a leaf travels follows from its annotation (text, whole number, number, boolean); where that is not enough a
`Wire` stands among the annotation's metadata. A list of objects needs an `Elements`, which names its natural key; a
list of plain values is a leaf that takes many.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Required, Union, get_args, get_origin, get_type_hints

from annotated_types import Len, MaxLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typing_extensions import is_typeddict

from orderdrop.core.shape import Cancel, Leaf, ListNode, Shape, Wire

_WIRES: dict[type, Wire] = {
    str: Wire.TEXT,
    bool: Wire.BOOLEAN,
    int: Wire.INTEGER,
    float: Wire.NUMBER,
    Decimal: Wire.DECIMAL_TEXT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Elements:
    """What a list field says about its elements: the field that names one, and the list that takes the nameless.

    `key` None: every row is an element of its own. `falls_back_to` is a place, see `ListNode`.
    """

    key: str | None
    falls_back_to: str | None = None
    further_keys: tuple[str, ...] = ()


def shape_of(
    model: type[Any],
    *,
    destination: str,
    key: str,
    updates: bool = True,
    cancel: Cancel | None = None,
    erases: Mapping[str, str | None] | None = None,
) -> Shape:
    """Read the shape of a payload; `key` is the place that names the order, the last three are as `Shape` has them.

    Raises TypeError for a model that a mapping could not fill: an annotation without a wire, a list of objects
    without `Elements`, a key or a fallback that does not exist.
    """
    found = list(_nodes(model, prefix=""))
    leaves = {node.place: node for node in found if isinstance(node, Leaf)}
    lists = {node.place: node for node in found if isinstance(node, ListNode)}
    shape = Shape(
        destination=destination,
        key=key,
        leaves=leaves,
        lists=lists,
        open_nodes=frozenset(node for node in found if isinstance(node, str)),
        updates=updates,
        cancel=cancel,
        erases=erases or {},
    )
    _must_hold_together(shape)
    return shape


def _must_hold_together(shape: Shape) -> None:
    if shape.key not in shape.leaves:
        raise TypeError(f"{shape.destination}: the order's key {shape.key} is not a leaf")
    if shape.cancel is not None and shape.cancel.place not in shape.leaves:
        raise TypeError(f"{shape.destination}: {shape.cancel.place}, which cancels an order, is not a leaf")
    if unknown := [place for place in shape.erases if place not in shape.leaves]:
        raise TypeError(f"{shape.destination}: {unknown[0]}, which can be erased, is not a leaf")
    for node in shape.lists.values():
        for key in (*([] if node.key is None else [node.key]), *node.further_keys):
            if f"{node.place}.{key}" not in shape.leaves:
                raise TypeError(f"{shape.destination}: {node.place} has no field {key} to name its elements")
        if node.falls_back_to is not None and node.falls_back_to not in shape.lists:
            raise TypeError(
                f"{shape.destination}: {node.place} falls back to {node.falls_back_to}: no such list"
            )


def _is_model(annotation: Any) -> bool:
    return is_typeddict(annotation) or (isinstance(annotation, type) and issubclass(annotation, BaseModel))


def _nodes(model: type[Any], prefix: str) -> Iterator[Leaf | ListNode | str]:
    if is_typeddict(model):
        for name, hint in get_type_hints(model, include_extras=True).items():
            yield from _nodes_of_field(f"{prefix}{name}", hint, [], required=name in model.__required_keys__)
    else:
        for name, info in model.model_fields.items():
            place = f"{prefix}{info.alias or name}"
            yield from _nodes_of_field(place, info.annotation, info.metadata, required=info.is_required())


def _nodes_of_field(
    place: str, hint: Any, beside: list[Any], *, required: bool
) -> Iterator[Leaf | ListNode | str]:
    annotation, metadata = _unwrap(hint)
    metadata = [*metadata, *beside]
    origin = get_origin(annotation)
    if _is_model(annotation):
        yield from _nodes(annotation, prefix=f"{place}.")
    elif origin in (list, tuple):
        yield from _nodes_of_list(place, annotation, metadata, required=required)
    elif origin is dict or annotation is dict:
        yield place
    else:
        yield _leaf(place, annotation, metadata, required=required)


def _nodes_of_list(
    place: str, annotation: Any, metadata: list[Any], *, required: bool
) -> Iterator[Leaf | ListNode | str]:
    element, inner = _unwrap(get_args(annotation)[0])
    told = next((datum for datum in metadata if isinstance(datum, Elements)), None)
    if _is_model(element):
        if told is None:
            raise TypeError(f"{place}: a list of objects needs Elements(key=...) in its annotation")
        yield ListNode(
            place=place, key=told.key, falls_back_to=told.falls_back_to, further_keys=told.further_keys
        )
        yield from _nodes(element, prefix=f"{place}.")
    else:  # plain values, such as tags
        yield replace(_leaf(place, element, inner, required=required), many=True)


def _leaf(place: str, annotation: Any, metadata: list[Any], *, required: bool) -> Leaf:
    one_of: tuple[str, ...] = ()
    if get_origin(annotation) is Literal:
        one_of = tuple(str(choice) for choice in get_args(annotation))
        annotation = str
    wire = next((datum for datum in metadata if isinstance(datum, Wire)), None)
    wire = wire or (_WIRES.get(annotation) if isinstance(annotation, type) else None)
    if wire is None:
        raise TypeError(f"{place}: nothing says how {annotation} travels; add a Wire to its annotation")
    return Leaf(place=place, wire=wire, required=required, one_of=one_of, max_length=_longest(metadata))


def _longest(metadata: list[Any]) -> int | None:
    for datum in metadata:
        if isinstance(datum, (MaxLen, Len)):
            return datum.max_length
        if isinstance(datum, FieldInfo) and (inner := _longest(datum.metadata)) is not None:
            return inner
    return None


def _unwrap(annotation: Any) -> tuple[Any, list[Any]]:
    """Take `Annotated`, `Required` and `| None` off an annotation and keep what stood beside it."""
    origin = get_origin(annotation)
    if origin is Required:
        return _unwrap(get_args(annotation)[0])
    if origin is Annotated:
        inner, metadata = _unwrap(annotation.__origin__)
        return inner, [*metadata, *annotation.__metadata__]
    if origin in (Union, UnionType):
        rest = [choice for choice in get_args(annotation) if choice is not NoneType]
        if len(rest) == 1:
            return _unwrap(rest[0])
    return annotation, []
