"""The order as a mapping writes it for parcelLab: the API's own names, parcels as a list of their own.

Source: parcelLab documentation, "Trackings/Orders" and "Full order API spec" (docs.parcellab.com, developers, v4). What
goes out has the parcels as mutations; `orderdrop.destinations.parcellab.wire` sees to that. The API ignores names that
it does not know and takes the order all the same, so unknown names are refused here. Of texts whose length the pages
leave open the API is the judge.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pycountry
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from orderdrop.core.shape import Cancel, Wire
from orderdrop.destinations.shape_of import Elements, shape_of

_SPARE_ZEROS = re.compile(r"([.][0-9]{2})0+\Z")
UNSET = "_unset"  # "the address is not known, or is to be forgotten"


def _written_like(pattern: str, sentence: str) -> AfterValidator:
    whole = re.compile(pattern)

    def check(text: str) -> str:
        if not whole.fullmatch(text):
            raise PydanticCustomError("written_otherwise", "{sentence}", {"sentence": sentence})
        return text

    return AfterValidator(check)


def _read_by(read: Callable[[str], object], sentence: str) -> AfterValidator:
    def check(text: str) -> str:
        try:
            read(text)
        except (ValueError, OSError, ZoneInfoNotFoundError):  # OSError: `Europe` is a folder of names
            raise PydanticCustomError("written_otherwise", "{sentence}", {"sentence": sentence}) from None
        return text

    return AfterValidator(check)


def _known_country(code: str) -> str:
    if code not in _countries():
        raise PydanticCustomError("country_code", "not a three-letter ISO country code such as FRA or GBR")
    return code


@cache
def _countries() -> frozenset[str]:
    # Kosovo: used, not in ISO
    return frozenset({country.alpha_3 for country in pycountry.countries} | {"XKX"})


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Text = Annotated[str, Field(min_length=1)]
Country = Annotated[str, Field(max_length=3), AfterValidator(_known_country), Wire.COUNTRY_ALPHA3]
Language = Annotated[
    str,
    Field(max_length=3),
    _written_like("[a-z]{2}", "not a two-letter language code such as fr"),
    Wire.LANGUAGE,
]
Currency = Annotated[
    str, _written_like("[A-Z]{3}", "not a three-letter currency code such as EUR"), Wire.CURRENCY
]
# The published pattern also takes a lone minus or point, and nothing at all.
Amount = Annotated[
    str,
    AfterValidator(lambda text: _SPARE_ZEROS.sub(r"\1", text)),  # 59.8000, as databases export it
    _written_like(
        r"-?(?=[.]?[0-9])[0-9]{0,8}(?:[.][0-9]{0,2})?",
        "not an amount with at most 8 digits before the point and 2 behind it, such as 89.90",
    ),
    Wire.DECIMAL_TEXT,
]
Price = Annotated[
    str, _written_like("-?[0-9]+([.][0-9]+)?", "not an amount such as 89.90"), Wire.DECIMAL_TEXT
]
Email = Annotated[
    str,
    _written_like(
        rf"{UNSET}|[^@\s,;]+@[^@\s,;]+[.][^@\s,;]+",
        f"neither an email address nor {UNSET}, which says that there is none",
    ),
]
Day = Annotated[
    str,
    _written_like("[0-9]{4}-[0-9]{2}-[0-9]{2}", "not a date such as 2026-11-22"),
    _read_by(date.fromisoformat, "not a date of the calendar"),
    Wire.ISO_DATE,
]
Moment = Annotated[
    str,
    _written_like(
        "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}(Z|[+-][0-9]{2}:[0-9]{2})",
        "not a date and time such as 2026-11-22T19:30:00Z",
    ),
    _read_by(datetime.fromisoformat, "not a date and time of the calendar"),
    Wire.ISO_DATETIME,
]
TimeZone = Annotated[str, Field(min_length=1), _read_by(ZoneInfo, "not a time zone such as Europe/Paris")]
Tag = Annotated[
    str,
    _written_like(
        r"[^:]*[^:\s][^:]*:(?s:.*\S.*)", "not of the form key:value, such as category:Home Apparel"
    ),
]
Tags = Annotated[list[Tag], BeforeValidator(_as_list)]
Reason = Literal["customer", "inventory", "payment", "other"]
Attributes = Annotated[dict[str, Text], Field()]


class _Node(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Address(_Node):
    """Where something goes. parcelLab takes it whole or not at all; a mapping may bring parts of it.

    Source: "Full order API spec", nested objects: the last four are required when an address is sent.
    """

    first_name: Text | None = None
    last_name: Text | None = None
    address_line: Text | None = None
    postal_code: Text | None = None
    city: Text | None = None
    country_iso3: Country | None = None


REQUIRED_OF_AN_ADDRESS = ("address_line", "postal_code", "city", "country_iso3")


class Recipient(_Node):
    """Somebody else who gets messages; `role` is a word that the account's set-up knows."""

    role: Text
    email: Email


class LineItem(_Node):
    """An article, in an order or in a parcel, named by `line_item_id`. Source: "Full order API spec", articles."""

    line_item_id: Text
    order_item_id: Text | None = None
    sku: Text | None = None
    article_name: Text | None = None
    article_category: Text | None = None
    quantity: Annotated[int, Field(ge=0)] | None = None
    unit_price: Price | None = None
    article_image_url: Text | None = None
    article_store_url: Text | None = None
    weight: Annotated[float, Field(ge=0)] | None = None
    weight_unit: Literal["kg", "g", "lbs", "oz"] | None = None


class Tracking(_Node):
    """A parcel, named by its carrier and tracking number. Source: "Data model", tracking; "Full order API spec".

    `articles` is what is in this parcel. An article of no parcel stays with the order.
    """

    tracking_number: Text
    courier: Text
    delivery_number: Text | None = None
    recipient_postal_code: Text | None = None
    destination_country_iso3: Country | None = None
    language_iso2: Language | None = None
    announced_send_date: Day | None = None
    is_return: bool | None = None
    notifications_inactive: bool | None = None
    cancelled_date: Moment | None = None
    cancelled_reason: Reason | None = None
    tags: Tags | None = None
    articles: (
        Annotated[list[LineItem], Elements(key="line_item_id", falls_back_to="articles_order")] | None
    ) = None


class Order(_Node):
    """One order, found again by `order_number` within its account.

    Source: "Trackings/Orders", "Full order API spec". `cancel_order` is ours: it stands for the mutation of that name.
    The name `invoice_number` follows the others; the pages show its description only.
    """

    account: Annotated[int, Field(ge=1)]
    order_number: Annotated[str, Field(min_length=1, max_length=255)]
    destination_country_iso3: Country
    recipient_email: Email
    external_id: Text | None = None
    external_reference: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    client_key: Annotated[str, Field(min_length=1, max_length=512)] | None = None
    language_iso2: Language | None = None
    delivery_method: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    recipient_name: Text | None = None
    customer_number: Text | None = None
    invoice_number: Text | None = None
    payment_method: Text | None = None
    order_total_amount: Amount | None = None
    order_tax_amount: Amount | None = None
    order_net_amount: Amount | None = None
    order_discount_amount: Amount | None = None
    order_currency: Currency | None = None
    order_date: Moment | None = None
    channel: Text | None = None
    announced_delivery_date: Day | None = None
    announced_delivery_date_min: Day | None = None
    announced_delivery_date_max: Day | None = None
    timezone: TimeZone | None = None
    order_status: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    has_multiple_shipments: bool | None = None
    cancelled_date: Moment | None = None
    cancelled_reason: Reason | None = None
    tags: Tags | None = None
    additional_attributes: Attributes | None = None
    additional_recipients: (
        Annotated[list[Recipient], Elements(key="email", further_keys=("role",))] | None
    ) = None
    shipping_address: Address | None = None
    billing_address: Address | None = None
    articles_order: Annotated[list[LineItem], Elements(key="line_item_id")] | None = None
    trackings: (
        Annotated[list[Tracking], Elements(key="tracking_number", further_keys=("courier",))] | None
    ) = None
    cancel_order: bool | None = None


class CancelledOrder(Order):
    """An order that is cancelled: parcelLab knows where it goes, for these two are required on creation only."""

    destination_country_iso3: Country | None = None  # type: ignore[assignment] # wider than what a new order must have
    recipient_email: Email | None = None  # type: ignore[assignment] # as above


SHAPE = shape_of(
    Order,
    destination="parcellab",
    key="order_number",
    cancel=Cancel(place="cancel_order", keeps=("cancelled_date", "cancelled_reason")),
    erases={"recipient_email": UNSET},
)
