"""Judges a payload as parcelLab's framework does: every fault at once, each with its dotted path.

Paths and their order (by depth first, then as in the field tables) are those of drf-standardized-errors.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from orderdrop.sandbox.parcellab.fields import MUTATIONS, ORDER, Many, Object
from orderdrop.sandbox.parcellab.rules import Reader, RefusedValue, Rules

Path = tuple[str | int, ...]
NO_FIELD = "non_field_errors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One fault: where, the code, and the message."""

    path: Path
    code: str
    detail: str

    def as_json(self) -> dict[str, Any]:
        """Return the fault as an element of `errors`."""
        return {"code": self.code, "detail": self.detail, "attr": ".".join(map(str, self.path))}


def read_order(
    payload: Any, *, rules: Rules, required: Collection[str]
) -> tuple[dict[str, Any], list[Complaint]]:
    """Return the order's clean fields, without mutations, and every fault of the payload that it shows itself."""
    found: list[Complaint] = []
    order = _read_object(payload, ORDER, (), rules, found, required=required)
    return order, found


def read_mutations(given: Any, *, rules: Rules, tagged: bool) -> tuple[list[dict[str, Any]], list[Complaint]]:
    """Return the clean mutations, each with its `type`, and their faults. No mutations at all is none."""
    found: list[Complaint] = []
    if given is None:
        return [], found
    if not isinstance(given, list):
        return [], [_no_list(given, ("mutations",))]
    clean = [_read_mutation(one, ("mutations", n), rules, found) for n, one in enumerate(given)]
    if tagged:
        found = [_as_tagged(complaint, given) for complaint in found]
    return clean, found


def in_order(found: list[Complaint]) -> list[Complaint]:
    """Return the faults as the API lists them: the shallow ones first."""
    return sorted(found, key=lambda complaint: len(complaint.path))


def _read_mutation(given: Any, path: Path, rules: Rules, found: list[Complaint]) -> dict[str, Any]:
    if not isinstance(given, dict):
        found.append(_no_object(given, path))
        return {}
    kind = given.get("type")
    if kind is None:
        found.append(Complaint(path=(*path, "type"), code="required", detail="This field is required."))
        return {}
    shape = MUTATIONS.get(kind) if isinstance(kind, str) else None
    if shape is None:
        detail = f'"{kind}" is not a valid choice.'
        found.append(Complaint(path=(*path, "type"), code="invalid_choice", detail=detail))
        return {}
    tracking = given.get("tracking")
    if isinstance(tracking, dict) and "checkpoints" in tracking:
        # Seen in production: checkpoints are output only, and sending them makes the API miss `mutations`.
        found.append(Complaint(path=("mutations",), code="required", detail="This field is required."))
    return {"type": kind, **_read_object(given, shape, path, rules, found)}


def _read_object(
    given: Any,
    shape: Object,
    path: Path,
    rules: Rules,
    found: list[Complaint],
    *,
    required: Collection[str] | None = None,
) -> dict[str, Any]:
    if not isinstance(given, dict):
        found.append(_no_object(given, path))
        return {}
    must = shape.required if required is None else required
    clean = {name: value for name, value in given.items() if shape.open and name not in shape.fields}
    for name, node in shape.fields.items():
        here = (*path, name)
        if name not in given:
            if name in must:
                found.append(Complaint(path=here, code="required", detail="This field is required."))
        elif given[name] is None:
            clean[name] = None
            if not rules.nulls or name in must or name in shape.never_null:
                found.append(Complaint(path=here, code="null", detail="This field may not be null."))
        else:
            _read_into(clean, name, given[name], node, here, rules, found)
    return clean


def _read_into(
    clean: dict[str, Any],
    name: str,
    value: Any,
    node: Object | Many | Reader,
    path: Path,
    rules: Rules,
    found: list[Complaint],
) -> None:
    if isinstance(node, Object):
        cleared = node.empty and value == {}
        clean[name] = None if cleared else _read_object(value, node, path, rules, found)
    elif isinstance(node, Many):
        clean[name] = _read_list(value, node, path, rules, found)
    else:
        try:
            clean[name] = node(value, rules)
        except RefusedValue as problem:
            found.append(Complaint(path=path, code=problem.code, detail=problem.detail))


def _read_list(given: Any, node: Many, path: Path, rules: Rules, found: list[Complaint]) -> list[Any]:
    if not isinstance(given, list):
        found.append(_no_list(given, (*path, NO_FIELD) if isinstance(node.of, Object) else path))
        return []
    if isinstance(node.of, Object):
        return [_read_object(one, node.of, (*path, n), rules, found) for n, one in enumerate(given)]
    clean: dict[str, Any] = {}
    for n, one in enumerate(given):
        _read_into(clean, str(n), one, node.of, (*path, n), rules, found)
    return list(clean.values())


def _no_object(given: Any, path: Path) -> Complaint:
    detail = f"Invalid data. Expected a dictionary, but got {type(given).__name__}."
    return Complaint(path=(*path, NO_FIELD), code="invalid", detail=detail)


def _no_list(given: Any, path: Path) -> Complaint:
    detail = f'Expected a list of items but got type "{type(given).__name__}".'
    return Complaint(path=path, code="not_a_list", detail=detail)


def _as_tagged(complaint: Complaint, given: list[Any]) -> Complaint:
    """Return the fault as a union of pydantic models would put it: the kind in the path, codes of its own."""
    n, rest = complaint.path[1] if len(complaint.path) > 2 else None, complaint.path[2:]
    if not isinstance(n, int):
        return complaint
    mutation = given[n]
    kind = mutation.get("type") if isinstance(mutation, dict) else None
    if rest == ("type",):
        code = "union_tag_not_found" if kind is None else "union_tag_invalid"
        return Complaint(path=("mutations", n), code=code, detail=complaint.detail)
    missing = complaint.code == "required"
    return Complaint(
        path=("mutations", n, str(kind), *rest),
        code="missing" if missing else complaint.code,
        detail="Field required" if missing else complaint.detail,
    )
