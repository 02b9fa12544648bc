"""Judges an order as Shipup does: every fault of the payload at once, in the shape of its 400 answer.

The answer's tree mirrors the payload: one message for each field, list positions as text keys, the
`shipping_address` level left out (Shipup reference, "Create or update an order").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orderdrop.sandbox.shipup.fields import ORDER, Child, Field, Shape
from orderdrop.sandbox.shipup.ruby import ruby_class, ruby_text

REQUIRED = "Required"

Tree = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strictness:
    """`semantics`: enforce the documented conditions too, not just types.

    `known_quantities`: quantity stored for each line item of the order, which must not change.
    """

    semantics: bool
    known_quantities: Mapping[str, int]


def order_errors(order: Any, *, strictness: Strictness, missing_id_key: str = "merchant_id") -> Tree:
    """Return the `errors` tree of one order; empty if it is good.

    `missing_id_key` is the key for a missing order id: the vendor's batch page spells it `merchantId`.
    Unknown keys are ignored (assumption). An order that is no object gives `details`.
    """
    if not isinstance(order, dict):
        return {"details": _wrong_type(order, "Hash")}
    tree = _object_errors(order, ORDER, strictness)
    if missing_id_key != "merchant_id" and order.get("merchant_id") is None:
        tree = {missing_id_key: tree.pop("merchant_id"), **tree}
    return tree


def _object_errors(given: dict[str, Any], shape: Shape, strictness: Strictness) -> Tree:
    tree: Tree = {}
    for name, field in shape.fields.items():
        value = given.get(name)
        if value is None:
            # An explicit null is taken like an absent field (assumption).
            if field.required:
                tree[name] = REQUIRED
        elif message := _field_error(value, field, strictness):
            tree[name] = message
    if shape.item and strictness.semantics:
        for name, message in _item_errors(given, strictness.known_quantities):
            tree.setdefault(name, message)
    for name, child in shape.children.items():
        value = given.get(name)
        if value is not None:
            _add_child_errors(tree, name, value, child, strictness)
    return tree


def _field_error(value: Any, field: Field, strictness: Strictness) -> str | None:
    if type(value) not in field.takes:
        return _wrong_type(value, field.expected)
    return field.rule(value) if field.rule and strictness.semantics else None


def _add_child_errors(tree: Tree, name: str, value: Any, child: Child, strictness: Strictness) -> None:
    errors = _list_errors(value, child, strictness) if child.many else _one_error(value, child, strictness)
    if not errors:
        return
    if child.level or isinstance(errors, str):
        tree[name] = errors
    else:
        for key, message in errors.items():
            tree.setdefault(key, message)


def _list_errors(value: Any, child: Child, strictness: Strictness) -> Tree | str:
    if not isinstance(value, list):
        return _wrong_type(value, "Array")
    found = ((str(position), _one_error(one, child, strictness)) for position, one in enumerate(value))
    return {position: errors for position, errors in found if errors}


def _one_error(value: Any, child: Child, strictness: Strictness) -> Tree | str:
    if not isinstance(value, dict):
        return _wrong_type(value, "Hash")
    return _object_errors(value, child.shape, strictness)


def _item_errors(item: dict[str, Any], known_quantities: Mapping[str, int]) -> list[tuple[str, str]]:
    known = known_quantities.get(item["merchant_id"]) if isinstance(item.get("merchant_id"), str) else None
    quantity, shipped = item.get("quantity"), item.get("shipped_quantity")
    errors = []
    if type(quantity) is int and known is not None and quantity != known:
        errors.append(("quantity", f"Invalid value: given, {quantity} expected: {known}, it must not change"))
    limit = quantity if type(quantity) is int else known
    if type(shipped) is int and limit is not None and shipped > limit:
        errors.append(("shipped_quantity", f"Invalid value: given, {shipped} expected: {limit} or less"))
    return errors


def _wrong_type(value: Any, expected: str) -> str:
    return f"Wrong data type: given, {ruby_class(value)} ({ruby_text(value)}) expected: {expected}"
