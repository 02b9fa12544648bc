"""Texts and values as people write them in a mapping: a heading that looks like a number is text all the same."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


def _one_value(value: Any) -> Any:
    if not isinstance(value, str | int | float | bool):
        raise ValueError("text, a number, true or false is expected here")  # noqa: TRY004 - pydantic reports these
    return value


Scalar = Annotated[
    str | int | float | bool, BeforeValidator(_one_value, json_schema_input_type=str | int | float | bool)
]


class Strict(BaseModel):
    """A table of keys: an unknown one is a fault, and nothing is changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _as_tuple(value: Any) -> Any:
    return tuple(map(_as_text, value if isinstance(value, list | tuple) else [value]))


def _as_text(value: Any) -> str:
    """What stands in the file: a heading or cell that looks like a number is text all the same."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise ValueError(
        "text or a list of texts is expected here" + ("; put it in quotes" if value is not None else "")
    )


_Text = str | int | float
ColumnName = Annotated[str, BeforeValidator(_as_text, json_schema_input_type=str | int)]
Names = Annotated[tuple[str, ...], BeforeValidator(_as_tuple, json_schema_input_type=_Text | list[_Text])]
"""One text, or a list of them."""
