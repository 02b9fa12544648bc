"""The shapes in which a refused creation may name its faults. All of them are assumptions: none is published."""

from collections.abc import Sequence
from typing import Any

from orderdrop.sandbox.calls import Answer, json_answer
from orderdrop.sandbox.shippify.validation import Fault


def refused(faults: Sequence[Fault], shape: str) -> Answer:
    """Return the answer to a creation that was refused for these faults, in the shape that is set."""
    summary = f"{len(faults)} validation errors"
    match shape:
        case "indexed":
            listed = [{"index": one.index, **_of_library(one)} for one in faults]
            return _answer(400, summary, listed)
        case "paths":
            return _answer(400, summary, [{"code": None, **_of_library(one)} for one in faults])
        case "lines":
            return _answer(400, "\n".join(f"Property {one.property}: {one.message}" for one in faults))
        case "message":
            return _answer(400, "The deliveries could not be created")
        case "text":
            return Answer(status=400, body=b"Bad Request", content_type="text/plain; charset=utf-8")
        case _:
            return _answer(200, "\n".join(f"Property {one.property}: {one.message}" for one in faults))


def _of_library(fault: Fault) -> dict[str, Any]:
    return {"property": fault.property, "reason": fault.reason, "message": fault.message}


def _answer(status: int, message: str, errors: list[dict[str, Any]] | None = None) -> Answer:
    listed = {} if errors is None else {"errors": errors}
    return json_answer(status, {"code": "ERROR", "message": message, **listed})
