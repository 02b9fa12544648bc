"""Values as a Ruby service would name and print them, because Shipup's messages do (create or update an order)."""

import json
from typing import Any

_CLASSES: dict[type, str] = {
    dict: "Hash",
    list: "Array",
    str: "String",
    int: "Integer",
    float: "Float",
    type(None): "NilClass",
}


def ruby_class(value: Any) -> str:
    """Return the Ruby class name of a JSON value."""
    if isinstance(value, bool):
        return "TrueClass" if value else "FalseClass"
    return _CLASSES[type(value)]


def ruby_text(value: Any) -> str:
    """Return the value as Ruby interpolates it: text bare, null empty.

    Non-empty objects print as Ruby up to 3.3 does, `{"a"=>1}` (assumption: the version is not known).
    """
    if value is None:
        return ""
    return value if isinstance(value, str) else _inspected(value)


def _inspected(value: Any) -> str:
    match value:
        case None:
            return "nil"
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case float():
            mantissa, e, exponent = repr(value).partition("e")
            return f"{mantissa}.0e{exponent}" if e and "." not in mantissa else mantissa + e + exponent
        case list():
            return "[" + ", ".join([_inspected(one) for one in value]) + "]"
        case dict():
            return "{" + ", ".join([f"{_inspected(k)}=>{_inspected(v)}" for k, v in value.items()]) + "}"
        case _:
            return str(value)
