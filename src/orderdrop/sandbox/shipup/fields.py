"""The request's field tables: which fields each object has, of which types, and what else must hold.

Names, types and which are required: Shipup reference, "Create or update an order". The message templates
and the classes of `tracking_number`, `country` and `canceled` are shown there in an answer; the classes of
all other fields are an assumption that follows the documented type. `rule`s are assumptions altogether:
the reference states the conditions, but shows no answer that enforces one (setting `strict_semantics`).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from orderdrop.sandbox.shipup.moments import unix_seconds
from orderdrop.sandbox.shipup.ruby import ruby_text

STATUS_CODES = (
    "pending",
    "in_production",
    "in_transit_to_stock",
    "preparing_shipment",
    "shipped",
    "delayed",
    "production_delay",
    "transit_to_stock_delay",
    "partially_shipped",
    "blocked",
    "canceled",
)

Rule = Callable[[Any], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One plain field: the JSON types it takes, their Ruby names for the message, and a strict rule."""

    takes: frozenset[type]
    expected: str
    rule: Rule | None = None
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A nested object, or a list of them. `level`: whether error paths name the level at all."""

    shape: "Shape"
    many: bool
    level: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One kind of object. `item` marks line items, which have rules across their fields."""

    fields: Mapping[str, Field]
    children: Mapping[str, Child] = field(default_factory=dict)
    item: bool = False


def _field(*types: type, expected: str, rule: Rule | None = None, required: bool = False) -> Field:
    return Field(takes=frozenset(types), expected=expected, rule=rule, required=required)


def _two_letters(value: str) -> str | None:
    if re.fullmatch("[A-Za-z]{2}", value) or not value:
        return None
    return f"Invalid value: given, {value} expected: a 2 letter ISO code"


def _moment(value: Any) -> str | None:
    if unix_seconds(value) is not None or value == "":
        return None
    return f"Invalid value: given, {ruby_text(value)} expected: a datetime"


def _status_code(value: str) -> str | None:
    return (
        None
        if value in STATUS_CODES
        else f"Invalid value: given, {value} expected: {', '.join(STATUS_CODES)}"
    )


def _not_negative(value: int) -> str | None:
    return None if value >= 0 else f"Invalid value: given, {value} expected: 0 or more"


def _not_blank(value: Any) -> str | None:
    return None if str(value).strip() else "Required"


def _only_in_trackers(value: int) -> str | None:
    return f"Invalid value: given, {value} expected: none outside a tracker's line items"


TEXT = _field(str, expected="String")
BOOLEAN = _field(bool, expected="TrueClass or FalseClass")
OBJECT = _field(dict, expected="Hash")
MOMENT = _field(str, int, float, expected="String or Numeric", rule=_moment)
TEXT_OR_NUMBER = _field(str, int, float, expected="String or Numeric")
COUNT = _field(int, expected="Integer", rule=_not_negative)
TWO_LETTERS = _field(str, expected="String", rule=_two_letters)
ID = _field(str, expected="String", rule=_not_blank, required=True)

ADDRESS = Shape(
    fields={
        **dict.fromkeys(("address1", "address2", "city", "zip", "country", "state"), TEXT),
        **dict.fromkeys(("country_code", "state_code"), TWO_LETTERS),
        **dict.fromkeys(("first_name", "last_name", "name", "company_title"), TEXT),
    }
)

# Sizes are text in the reference's example and numbers in the vendor's own object page: both are taken.
THUMBNAIL = Shape(fields={"src": TEXT, "width": TEXT_OR_NUMBER, "height": TEXT_OR_NUMBER})

LINE_ITEM = Shape(
    item=True,
    fields={
        "merchant_id": ID,
        **dict.fromkeys(("title", "variant_title", "name", "description", "sku"), TEXT),
        **dict.fromkeys(("quantity", "canceled_quantity"), COUNT),
        "shipped_quantity": _field(int, expected="Integer", rule=_only_in_trackers),
        **dict.fromkeys(("requires_shipping", "canceled"), BOOLEAN),
        "custom_variables": OBJECT,
        **dict.fromkeys(("return_reason_slug", "return_option_slug"), TEXT),
    },
    children={"thumbnail": Child(shape=THUMBNAIL, many=False)},
)
SHIPPED_LINE_ITEM = Shape(
    item=True, fields={**LINE_ITEM.fields, "shipped_quantity": COUNT}, children=LINE_ITEM.children
)

TRACKER = Shape(
    fields={
        "tracking_number": _field(
            str, int, float, expected="String or Numeric", rule=_not_blank, required=True
        ),
        **dict.fromkeys(("carrier_code", "carrier_service_code"), TEXT),
        "custom_variables": OBJECT,
        "expected_delivery_at": MOMENT,
        "mute_notifications": BOOLEAN,
        **dict.fromkeys(("untracked_carrier_name", "untracked_carrier_url"), TEXT),
    },
    children={"line_items": Child(shape=SHIPPED_LINE_ITEM, many=True)},
)

# A fault of an address field is reported one level up: `fulfillments.0.country` (same reference page).
_ADDRESS_CHILD = Child(shape=ADDRESS, many=False, level=False)

FULFILLMENT = Shape(
    fields={
        "merchant_id": ID,
        "fulfillment_number": TEXT,
        **dict.fromkeys(("estimated_delivery_range_start", "estimated_delivery_range_end"), MOMENT),
        "custom_variables": OBJECT,
        "status_code": _field(str, expected="String", rule=_status_code),
        "warehouse_merchant_id": TEXT,
        "can_assign_items": BOOLEAN,
    },
    children={
        "shipping_address": _ADDRESS_CHILD,
        "line_items": Child(shape=LINE_ITEM, many=True),
        "trackers": Child(shape=TRACKER, many=True),
    },
)

_MONEY = ("total_order_price_excl_tax_amount", "total_order_price_incl_tax_amount", "vat_amount")
_MORE_MONEY = ("shipping_cost_amount", "duty_paid_amount")
ORDER_DETAILS = Shape(
    fields={
        **dict.fromkeys(("currency_code", "merchant_currency_code"), TEXT),
        **dict.fromkeys((*_MONEY, *_MORE_MONEY), TEXT_OR_NUMBER),
        **{f"merchant_{name}": TEXT_OR_NUMBER for name in (*_MONEY, *_MORE_MONEY)},
    }
)

ORDER = Shape(
    fields={
        "merchant_id": ID,
        "ordered_at": MOMENT,
        **dict.fromkeys(("language_code", "email", "phone", "order_number", "first_name", "last_name"), TEXT),
        "custom_variables": OBJECT,
        **dict.fromkeys(
            ("mute_notifications", "canceled", "auto_opt_in_whatsapp", "is_multi_shipped"), BOOLEAN
        ),
    },
    children={
        "line_items": Child(shape=LINE_ITEM, many=True),
        "shipping_address": _ADDRESS_CHILD,
        "fulfillments": Child(shape=FULFILLMENT, many=True),
        "order_details": Child(shape=ORDER_DETAILS, many=False),
    },
)
