"""What pydantic found, said so that the person who wrote the YAML knows what to change."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from orderdrop.errors import Fault
from orderdrop.mapping.yaml_lines import Document, Location

_TABLE = "a table of `key: value` is expected here"
_WANTED = {
    "string_type": "text is expected here; put it in quotes",
    "bool_type": "true or false is expected here",
    "bool_parsing": "true or false is expected here",
    "int_type": "a whole number is expected here",
    "int_parsing": "a whole number is expected here",
    "int_from_float": "a whole number is expected here",
    "int_parsing_size": "a smaller whole number is expected here",
    "float_type": "a number is expected here",
    "float_parsing": "a number is expected here",
    "finite_number": "a number is expected here",
    "greater_than_equal": "it must be {ge} or more",
    "greater_than": "it must be more than {gt}",
    "less_than_equal": "it must be {le} or less",
    "tuple_type": "a list is expected here, such as [one, two]",
    "list_type": "a list is expected here, such as [one, two]",
    "path_type": "a path is expected here",
    "url_type": "a web address such as https://api.example.com is expected here",
    "url_parsing": "a web address such as https://api.example.com is expected here",
    "url_scheme": "a web address such as https://api.example.com is expected here",
    "union_tag_not_found": _TABLE,
    "model_type": _TABLE,
    "model_attributes_type": _TABLE,
    "dict_type": _TABLE,
}
"""Pydantic's name of a fault -> what is expected, in the words of whoever writes YAML."""


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of a sentence: "; did you mean X?", or the known words, or nothing."""
    known = list(known)
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"; did you mean `{close[0]}`?"
    return f"; known are {', '.join(known)}" if 0 < len(known) <= 20 else ""


def faults(
    error: ValidationError,
    document: Document,
    model: type[BaseModel],
    tags: frozenset[str],
    secret: Collection[str] = (),
) -> list[Fault]:
    """Every fault that pydantic found, with its line.

    `tags` are union labels, which nobody wrote. Values are quoted as the file has them, `${NAME}` and all; those under
    the `secret` keys are never quoted.
    """
    return [_fault(detail, document, model, tags, secret) for detail in error.errors(include_url=False)]


def _fault(
    detail: ErrorDetails,
    document: Document,
    model: type[BaseModel],
    tags: frozenset[str],
    secret: Collection[str],
) -> Fault:
    location: Location = tuple(
        part for index, part in enumerate(detail["loc"]) if not (part in tags and index == 2)
    )
    hidden = any(part in secret for part in location)
    there = _as_written(location, document)
    written = "not as it should be" if hidden else _short(document.at(there))
    place = ".".join(str(part) for part in there) or "the file"
    return document.fault(there, _sentence(detail, location, place, model, written))


def _as_written(location: Location, document: Document) -> Location:
    """A location without the numbers of lists that nobody wrote: one thing may stand alone where several may."""
    there: Location = ()
    for part in location:
        if part != 0 or isinstance(document.at(there), list):
            there = (*there, part)
    return there


def _sentence(
    detail: ErrorDetails, location: Location, place: str, model: type[BaseModel], written: str
) -> str:
    context = detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            key = str(location[-1])
            owner = _model_at(model, location[:-1])
            return f"unknown key `{key}`{nearest(key, owner.model_fields if owner else ())}"
        case "missing":
            return f"`{place}` is missing; add it"
        case "literal_error" if context.get("expected") == "'ignore'":
            return f"`{place}` is {written}; write `ignore`, or the place it goes to: {{to: ...}}"
        case "enum" | "literal_error":
            expected = str(context.get("expected", "")).replace("'", "`")
            return f"`{place}` is {written}; it must be {expected}"
        case "value_error":
            return f"`{place}`: {detail['msg'].removeprefix('Value error, ')}"
        case "string_pattern_mismatch":
            return f"`{place}` is {written}; {_form(model, location)}"
        case "string_too_long" | "string_too_short":
            return f"`{place}` is {written}; {_length(context)}"
        case "too_short":
            return f"`{place}` is {written}; name at least one"
        case kind:
            wanted = _WANTED.get(kind, f"{detail['msg'][0].lower()}{detail['msg'][1:]}").format(**context)
            return f"`{place}` is {written}; {wanted}"


def _length(context: dict[str, Any]) -> str:
    bound = int(context.get("max_length") or context.get("min_length") or 0)
    most = "at most" if "max_length" in context else "at least"
    return f"it must have {most} {bound} character{'' if bound == 1 else 's'}"


def _form(model: type[BaseModel], location: Location) -> str:
    """What a field of a fixed form looks like: its first example and the form in words, as far as the model gives them."""
    owner = _model_at(model, location[:-1])
    field = owner.model_fields.get(str(location[-1])) if owner else None
    examples = field.examples if field and field.examples else None
    extra = field.json_schema_extra if field else None
    form = extra.get("patternErrorMessage") if isinstance(extra, dict) else None
    in_words = f" ({form})" if form else ""
    return f"it must look like {examples[0]}{in_words}" if examples else "it has another form"


def _short(given: Any) -> str:
    if given is None:
        return "empty"
    if isinstance(given, bool):
        return "true" if given else "false"
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
