"""The payload of POST /v2/orders: an order with its fulfillments, trackers, line items and addresses.

Source: Shipup API reference, "Create or update an order" (five tables), unless a class says otherwise. Payloads come
from orderdrop itself, so types are strict: a quantity is a JSON number, a tracking number is text. What the reference
leaves open (lengths, carrier codes, language codes, what a parcel's items may add up to) is left to the API to judge.
Fields stand in one order, so that equal payloads are equal bytes.

The models are typed dicts: what a payload leaves out is not there, null is what erases a value, and judging one takes
half of the time that objects would.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Annotated, Any, Literal, Required

import pycountry
from pydantic import AfterValidator, ConfigDict, Field, JsonValue, ValidationInfo, with_config
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict  # before Python 3.12 pydantic wants this one

from orderdrop.core.shape import Cancel, Shape, Wire
from orderdrop.destinations.shape_of import Elements, shape_of

LATEST_SECOND = 253_402_300_799  # the end of the year 9999; milliseconds by mistake lie beyond it


def _known_country(code: str) -> str:
    if code not in _countries():
        raise PydanticCustomError("country_code", "not a two-letter ISO country code such as FR or GB")
    return code


@cache
def _countries() -> frozenset[str]:
    # Kosovo: used, not in ISO
    return frozenset({country.alpha_2 for country in pycountry.countries} | {"XK"})


def _written_like(pattern: str, sentence: str) -> Callable[[str], str]:
    whole = re.compile(pattern)

    def check(text: str) -> str:
        if not whole.fullmatch(text):
            raise PydanticCustomError("written_otherwise", "{sentence}", {"sentence": sentence})
        return text

    return check


def _only_where_states_have_codes(code: str, info: ValidationInfo) -> str:
    country = info.data.get("country_code")
    if country not in (None, "US", "CA"):
        raise PydanticCustomError(
            "state_code_abroad",
            "state_code is for the US and Canada only, and country_code is {country}; use state",
            {"country": country},
        )
    return code


def _no_more_than_there_is(shipped: int, info: ValidationInfo) -> int:
    quantity = info.data.get("quantity")
    if quantity is not None and shipped > quantity:
        raise PydanticCustomError(
            "shipped_too_much",
            "quantity {quantity} is less than shipped_quantity {shipped}",
            {"quantity": quantity, "shipped": shipped},
        )
    return shipped


def _sorted_names(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted_names(value[name]) for name in sorted(value)}
    return value


Text = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=0)]
UnixSeconds = Annotated[int, Field(ge=0, le=LATEST_SECOND), Wire.UNIX_SECONDS]
Money = Annotated[
    str,
    AfterValidator(_written_like("-?[0-9]+([.][0-9]+)?", "not an amount such as 20.00")),
    Wire.DECIMAL_TEXT,
]
Currency = Annotated[
    str,
    AfterValidator(_written_like("[A-Z]{3}", "not a three-letter currency code such as EUR")),
    Wire.CURRENCY,
]
Language = Annotated[str, Field(min_length=1), Wire.LANGUAGE]
CountryCode = Annotated[str, AfterValidator(_known_country), Wire.COUNTRY_ALPHA2]
StateCode = Annotated[
    str,
    AfterValidator(_written_like("[A-Z]{2}", "not a two-letter state code such as NY")),
    AfterValidator(_only_where_states_have_codes),
]
ShippedCount = Annotated[Count, AfterValidator(_no_more_than_there_is)]
CustomVariables = Annotated[dict[str, JsonValue], AfterValidator(_sorted_names)]
StatusCode = Literal[
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
]


class ShippingAddress(TypedDict, total=False):
    """Where an order or a fulfillment goes; everything is optional. State codes exist for the US and Canada only.

    Source: table "Shipping Address payload".
    """

    address1: Text | None
    address2: Text | None
    city: Text | None
    zip: Text | None
    country: Text | None
    country_code: CountryCode | None
    state: Text | None
    state_code: StateCode | None
    first_name: Text | None
    last_name: Text | None
    name: Text | None
    company_title: Text | None


class Thumbnail(TypedDict, total=False):
    """A picture of a product, its sides in pixels as text. Source: row `thumbnail` of table "Line item payload"."""

    src: Text | None
    width: Text | None
    height: Text | None


class LineItem(TypedDict, total=False):
    """A product that is not in a parcel yet. Source: table "Line item payload"; `custom_variables`: line item object.

    `quantity` never changes over an item's life; a part is canceled with `canceled_quantity`.
    """

    merchant_id: Required[Text]
    title: Text | None
    variant_title: Text | None
    name: Text | None
    description: Text | None
    quantity: Count | None
    canceled_quantity: Count | None
    requires_shipping: bool | None
    sku: Text | None
    thumbnail: Thumbnail | None
    canceled: bool | None
    custom_variables: CustomVariables | None


class TrackerLineItem(LineItem, total=False):
    """A product in a parcel: `shipped_quantity` is how much of `quantity` is in this one.

    Source: row `shipped_quantity` of table "Line item payload".
    """

    shipped_quantity: ShippedCount | None


class Tracker(TypedDict, total=False):
    """A parcel, named by its tracking number, which is text even where it looks like a number.

    Source: table "Tracker payload".
    """

    tracking_number: Required[Text]
    carrier_code: Text | None
    carrier_service_code: Text | None
    custom_variables: CustomVariables | None
    expected_delivery_at: UnixSeconds | None
    mute_notifications: bool | None
    untracked_carrier_name: Text | None
    untracked_carrier_url: Text | None
    line_items: (
        Annotated[list[TrackerLineItem], Elements(key="merchant_id", falls_back_to="fulfillments.line_items")]
        | None
    )


class Fulfillment(TypedDict, total=False):
    """Items that are made ready together. Source: table "Fulfillment payload"; status codes: "Fulfillment statuses";
    `can_assign_items`: fulfillment object."""

    merchant_id: Required[Text]
    fulfillment_number: Text | None
    status_code: StatusCode | None
    estimated_delivery_range_start: UnixSeconds | None
    estimated_delivery_range_end: UnixSeconds | None
    warehouse_merchant_id: Text | None
    can_assign_items: bool | None
    custom_variables: CustomVariables | None
    shipping_address: ShippingAddress | None
    line_items: Annotated[list[LineItem], Elements(key="merchant_id", falls_back_to="line_items")] | None
    trackers: Annotated[list[Tracker], Elements(key="tracking_number")] | None


class OrderDetails(TypedDict, total=False):
    """What the order cost, amounts as text such as "20.00". Source: the order details object."""

    currency_code: Currency | None
    total_order_price_excl_tax_amount: Money | None
    total_order_price_incl_tax_amount: Money | None
    vat_amount: Money | None
    shipping_cost_amount: Money | None
    duty_paid_amount: Money | None
    merchant_currency_code: Currency | None
    merchant_total_order_price_excl_tax_amount: Money | None
    merchant_total_order_price_incl_tax_amount: Money | None
    merchant_vat_amount: Money | None
    merchant_shipping_cost_amount: Money | None
    merchant_duty_paid_amount: Money | None


@with_config(ConfigDict(strict=True, extra="forbid"))  # holds for what it is made of as well
class Order(TypedDict, total=False):
    """One order, found again by `merchant_id`. Several phone numbers are one text, joined by a pipe.

    Source: the first table; `order_details`, `auto_opt_in_whatsapp` and `is_multi_shipped`: order object.
    """

    merchant_id: Required[Text]
    order_number: Text | None
    ordered_at: UnixSeconds | None
    language_code: Language | None
    email: Text | None
    phone: Text | None
    first_name: Text | None
    last_name: Text | None
    mute_notifications: bool | None
    canceled: bool | None
    auto_opt_in_whatsapp: bool | None
    is_multi_shipped: bool | None
    custom_variables: CustomVariables | None
    order_details: OrderDetails | None
    shipping_address: ShippingAddress | None
    line_items: Annotated[list[LineItem], Elements(key="merchant_id")] | None
    fulfillments: Annotated[list[Fulfillment], Elements(key="merchant_id")] | None


_NEVER_ERASED = ("quantity", "canceled_quantity", "shipped_quantity", "canceled", "src", "width", "height")


def _with_erasures(shape: Shape) -> Shape:
    """Whatever is optional is erased by null. The pages do not say so: it is how their answers show what is empty."""
    names = {place: place.rpartition(".")[2] for place, leaf in shape.leaves.items() if not leaf.required}
    return replace(
        shape, erases=dict.fromkeys(place for place, name in names.items() if name not in _NEVER_ERASED)
    )


# `canceled`: order object, "true forces fulfillments to status canceled and cancels line items".
SHAPE = _with_erasures(
    shape_of(Order, destination="shipup", key="merchant_id", cancel=Cancel(place="canceled"))
)
