"""What pydantic found, said so that the person who wrote the YAML knows what to change."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from orderdrop.errors import Fault
from orderdrop.mapping.yaml_lines import Document, Location


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of a sentence: "; did you mean X?", or the known words, or nothing."""
    known = list(known)
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"; did you mean `{close[0]}`?"
    return f"; known are {', '.join(known)}" if 0 < len(known) <= 20 else ""


def faults(
    error: ValidationError, document: Document, model: type[BaseModel], tags: frozenset[str]
) -> list[Fault]:
    """Every fault that pydantic found, with its line; `tags` are union labels, which nobody wrote."""
    return [_fault(detail, document, model, tags) for detail in error.errors(include_url=False)]


def _fault(detail: ErrorDetails, document: Document, model: type[BaseModel], tags: frozenset[str]) -> Fault:
    location: Location = tuple(
        part for index, part in enumerate(detail["loc"]) if not (part in tags and index == 2)
    )
    return document.fault(location, _sentence(detail, location, model))


def _sentence(detail: ErrorDetails, location: Location, model: type[BaseModel]) -> str:
    key = str(location[-1]) if location else ""
    place = ".".join(str(part) for part in location) or "the file"
    given = detail.get("input")
    match detail["type"]:
        case "extra_forbidden":
            owner = _model_at(model, location[:-1])
            return f"unknown key `{key}`{nearest(key, owner.model_fields if owner else ())}"
        case "missing":
            return f"`{place}` is missing"
        case "enum" | "literal_error":
            expected = str(detail.get("ctx", {}).get("expected", "")).replace("'", "`")
            return f"`{place}` is {given!r}; it must be {expected}"
        case "value_error":
            return f"`{place}`: {detail['msg'].removeprefix('Value error, ')}"
        case "string_pattern_mismatch":
            return f"`{place}` is {given!r}; lower case letters, digits, - and _ are allowed"
        case "union_tag_not_found" | "model_type" | "dict_type":
            return f"`{place}` is {given!r}; a table of `key: value` is expected here"
        case _:
            return f"`{place}` is {_short(given)}: {detail['msg'][0].lower()}{detail['msg'][1:]}"


def _short(given: Any) -> str:
    text = repr(given)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _model_at(model: type[BaseModel], location: Location) -> type[BaseModel] | None:
    """The model whose keys stand at a location; a step into a dictionary or list goes to its items' model."""
    annotation: Any = model
    for part in location:
        inner = _model_in(annotation)
        if get_origin(annotation) in (dict, list, tuple):
            annotation = inner
        else:
            field = inner.model_fields.get(str(part)) if inner else None
            annotation = field.annotation if field else None
    return _model_in(annotation)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
