"""Does what `mutations` ask, one after the other, and reports of each: done, or why not.

The shape `{success, message, warnings, errors}` and that a failure comes inside a 2xx is what parcelLab's users
saw; the messages are an assumption, as are the keys of all kinds but add_tracking.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from orderdrop.sandbox.parcellab.store import ParcelOrder, Store
from orderdrop.sandbox.parcellab.validation import Complaint

Result = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Under what conditions mutations are done. `now` writes the present moment as the API does."""

    couriers: Collection[str]
    join_lists: bool
    now: Callable[[], str]


def clashes(mutations: list[dict[str, Any]], order: ParcelOrder | None, store: Store) -> list[Complaint]:
    """Return a fault for each added parcel that another order has already."""
    found = []
    for n, mutation in enumerate(mutations):
        if owner := _other_owner(mutation, order, store):
            detail = f"This tracking is already attached to order {owner.number}."
            found.append(Complaint(path=("mutations", n, "tracking", NUMBER), code="invalid", detail=detail))
    return found


NUMBER = "tracking_number"


def cancelled_too_many(mutations: list[dict[str, Any]], ordered: dict[str, int]) -> list[Complaint]:
    """Return a fault for each line of which more is to be cancelled than was ordered."""
    found = []
    for n, mutation in enumerate(mutations):
        for position, line in enumerate(mutation.get("line_items") or ()):
            gone, known = line.get("quantity_to_cancel"), ordered.get(line.get("line_item_id"))
            if gone is not None and known is not None and gone > known:
                path = ("mutations", n, "line_items", position, "quantity_to_cancel")
                detail = f"Cannot cancel {gone} of {known}."
                found.append(Complaint(path=path, code="invalid", detail=detail))
    return found


def apply(mutation: dict[str, Any], order: ParcelOrder, store: Store, terms: Terms) -> Result:
    """Do one mutation that was read without a fault, and return its result."""
    match mutation["type"]:
        case "add_tracking":
            return _add_tracking(mutation["tracking"], mutation, order, store, terms)
        case "cancel_tracking":
            return _cancel_tracking(mutation, order, terms)
        case "cancel_order":
            order.fields |= {"order_status": "Cancelled", **_cancellation(mutation, terms)}
            return _done("Order cancelled.")
        case _:
            return _change_quantities(mutation["line_items"], order)


def failed_on_purpose() -> Result:
    """Return the result of a mutation that was made to fail."""
    return _not_done("Failed on purpose.", errors=["Failed on purpose."])


def _add_tracking(
    tracking: dict[str, Any], mutation: dict[str, Any], order: ParcelOrder, store: Store, terms: Terms
) -> Result:
    courier = tracking["courier"]
    if courier not in terms.couriers:
        return _not_done("Tracking was not added.", warnings=[f"Unknown courier {courier}."])
    if owner := _other_owner(mutation, order, store):
        text = f"This tracking is already attached to order {owner.number}."
        return _not_done("Tracking was not added.", errors=[text])
    known = (courier, tracking[NUMBER]) in order.parcels
    store.add_parcel(order, tracking, join_lists=terms.join_lists)
    return _done("Tracking updated." if known else "Tracking added.")


def _cancel_tracking(mutation: dict[str, Any], order: ParcelOrder, terms: Terms) -> Result:
    named = {**mutation, **(mutation.get("tracking") or {})}
    found = [
        parcel
        for parcel in order.parcels.values()
        if parcel.tracking_number == named.get(NUMBER) and named.get("courier") in (None, parcel.courier)
    ]
    if len(found) != 1:
        return _not_done("Tracking was not cancelled.", errors=[f"No tracking {named.get(NUMBER)}."])
    found[0].sent |= _cancellation(mutation, terms)
    return _done("Tracking cancelled.")


def _change_quantities(lines: list[dict[str, Any]], order: ParcelOrder) -> Result:
    articles = order.fields.get("articles_order") or []
    by_id = {article.get("line_item_id"): article for article in articles}
    if unknown := [line["line_item_id"] for line in lines if line["line_item_id"] not in by_id]:
        return _not_done("Quantities were not changed.", errors=[f"No line item {one}." for one in unknown])
    for line in lines:
        article = by_id[line["line_item_id"]]
        if (gone := line.get("quantity_to_cancel")) is not None:
            article["quantity"] = max((article.get("quantity") or 0) - gone, 0)
        else:
            given = [line[name] for name in ("quantity", "new_quantity") if line.get(name) is not None]
            article["quantity"] = given[0] if given else article.get("quantity")
    return _done("Quantities changed.")


def _other_owner(mutation: dict[str, Any], order: ParcelOrder | None, store: Store) -> ParcelOrder | None:
    tracking = mutation.get("tracking")
    if mutation.get("type") != "add_tracking" or not tracking or not {"courier", NUMBER} <= tracking.keys():
        return None
    parcel = store.parcel(tracking["courier"], tracking[NUMBER])
    return None if parcel is None or parcel.order is order else parcel.order


def _cancellation(mutation: dict[str, Any], terms: Terms) -> dict[str, Any]:
    reason = {"cancelled_reason": mutation["cancelled_reason"]} if mutation.get("cancelled_reason") else {}
    return {"cancelled_date": mutation.get("cancelled_date") or terms.now(), **reason}


def _done(message: str) -> Result:
    return {"success": True, "message": message}


def _not_done(message: str, **details: list[str]) -> Result:
    return {"success": False, "message": message, **details}
