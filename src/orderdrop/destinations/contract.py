"""Payloads judged by their models: the JSON to send, or everything that is wrong, in sentences with paths."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, PydanticSerializationError

from orderdrop.core.lineage import place_of
from orderdrop.core.shape import Shape
from orderdrop.destinations.base import Fitted, Judged, PathProblem

_SENTENCES: dict[str, str] = {
    "missing": "{field} is missing",
    "string_too_short": "{field} is empty",
    "string_too_long": "{field} is longer than {max_length} characters",
    "string_type": "{field} must be text",
    "string_unicode": "{field} holds characters that are not valid text",
    "int_type": "{field} must be a whole number",
    "float_type": "{field} must be a number",
    "finite_number": "{field} must be a number",
    "bool_type": "{field} must be true or false",
    "greater_than_equal": "{field} must be {ge} or more",
    "less_than_equal": "{field} must be {le} or less",
    "literal_error": "{field} must be {expected}",
    "list_type": "{field} must be a list",
    "too_short": "{field} is empty",
    "dict_type": "{field} must be a group of names and values",
    "model_type": "{field} must be a group of fields",
    "country_code": "{field} is {message}",
    "written_otherwise": "{field} is {message}",
}

_NOT_JSON = "the order holds half a character, or a number of more than 19 digits, and cannot be sent with it"


def judge(
    adapter: TypeAdapter[Any],
    shape: Shape,
    payloads: Sequence[Mapping[str, Any]],
    *,
    finish: Callable[[Any], bytes | Fitted] | None = None,
) -> list[Judged]:
    """Per payload, in order: the JSON to send, or all of its problems. Equal payloads give equal bytes.

    `finish` makes the JSON of a sound model where it is not the model's own.
    """
    # One by one on bound methods is faster here than one list at a time, and a bad payload costs its siblings nothing.
    validate, dump = adapter.validator.validate_python, adapter.dump_json
    found: list[Judged] = []
    for payload in payloads:
        try:
            order = validate(payload if isinstance(payload, dict) else dict(payload))
        except ValidationError as error:
            found.append(_problems(error, shape))
            continue
        try:
            found.append(finish(order) if finish else dump(order, exclude_none=True))
        except (orjson.JSONEncodeError, PydanticSerializationError) as error:
            found.append((PathProblem(path=None, message=f"{_NOT_JSON} ({error})"),))
    return found


def _problems(error: ValidationError, shape: Shape) -> tuple[PathProblem, ...]:
    details = error.errors(include_url=False)
    return tuple(_problem(detail, shape) for detail in details)


def _problem(detail: ErrorDetails, shape: Shape) -> PathProblem:
    path = ".".join(str(part) for part in detail["loc"] if part != "[key]")
    value = detail["input"]
    return PathProblem(
        path=path or None,
        message=_sentence(detail, path, shape),
        value=str(value) if isinstance(value, (str, int, float)) else None,
    )


def _sentence(detail: ErrorDetails, path: str, shape: Shape) -> str:
    named = (part for part in reversed(path.split(".")) if part and not part.isdecimal())
    field = next(named, "the order")
    if detail["type"] == "extra_forbidden":
        place = place_of(path)
        nearest = _same_name(place, shape) or shape.nearest(place)
        hint = f"; the nearest place is {nearest}" if nearest else ""
        return f"the {shape.destination} payload has no place {place}{hint}"
    template = _SENTENCES.get(detail["type"])
    if template is None:
        return detail["msg"]
    return template.format(field=field, message=detail["msg"], **detail.get("ctx", {}))


def _same_name(place: str, shape: Shape) -> str | None:
    """A place whose last part is spelt the same: the field exists, only not here."""
    name = place.rpartition(".")[2]
    return next((leaf for leaf in shape.leaves if leaf.rpartition(".")[2] == name), None)
