"""The request's field tables: what an order, an address, an article, a tracking and a mutation may hold.

Names in the published order of "Create or Update a Tracking/Order"; names, lengths and required sets beyond
that page are from parcelLab's later pages and from what its users saw. Where none of them names a length,
there is none here (assumption).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from orderdrop.sandbox.parcellab import readers as read
from orderdrop.sandbox.parcellab import times
from orderdrop.sandbox.parcellab.rules import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """A nested object. `open`: keys beyond its fields are kept as they are. `empty`: `{}` is taken and clears it.

    `never_null`: optional fields that no null can clear.
    """

    fields: Mapping[str, "Node"]
    required: frozenset[str] = frozenset()
    never_null: frozenset[str] = frozenset()
    open: bool = False
    empty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """A list of objects or of plain values."""

    of: "Object | Reader"


Node = Object | Many | Reader

CORE_FIELDS = ("account", "order_number", "destination_country_iso3", "recipient_email")
AMOUNTS = ("order_total_amount", "order_tax_amount", "order_net_amount", "order_discount_amount")
_REASONS = read.choice("customer", "inventory", "payment", "other")
_TAGS = Many(of=read.tag)

ADDRESS = Object(
    fields={
        "address_line": read.filled(read.text()),
        "postal_code": read.filled(read.text()),
        "city": read.filled(read.text()),
        "country_iso3": read.COUNTRY,
        "first_name": read.text(),
        "last_name": read.text(),
    },
    required=frozenset({"address_line", "postal_code", "city", "country_iso3"}),
    open=True,
)

ARTICLE = Object(
    fields={
        **dict.fromkeys(("line_item_id", "order_item_id", "sku"), read.text()),
        **dict.fromkeys(("article_name", "article_category"), read.text()),
        "quantity": read.integer,
        "unit_price": read.amount,
        **dict.fromkeys(("article_image_url", "article_store_url"), read.text()),
        "weight": read.number,
        "weight_unit": read.choice("kg", "g", "lbs", "oz"),
        **dict.fromkeys(("width", "height", "length"), read.number),
        "length_unit": read.text(),
    },
    open=True,
)

_RECIPIENTS = Many(
    of=Object(
        fields={"role": read.filled(read.text()), "email": read.email}, required=frozenset({"role", "email"})
    )
)

ORDER = Object(
    fields={
        "account": read.integer,
        "order_number": read.filled(read.text(most=255)),
        "external_reference": read.text(most=255),
        "client_key": read.client_key,
        "destination_country_iso3": read.COUNTRY,
        "language_iso2": read.LANGUAGE,
        "shipping_address": Object(fields=ADDRESS.fields, required=ADDRESS.required, open=True, empty=True),
        "billing_address": ADDRESS,
        "delivery_method": read.text(most=255),
        "recipient_email": read.email_or_unset,
        **dict.fromkeys(("recipient_name", "recipient_phone", "customer_number"), read.text()),
        **dict.fromkeys(("invoice_number", "payment_method"), read.text()),
        **dict.fromkeys(AMOUNTS, read.amount),
        "order_currency": read.CURRENCY,
        "order_date": times.moment,
        "channel": read.text(),
        **dict.fromkeys(("announced_delivery_date", "announced_delivery_date_min"), times.day),
        "announced_delivery_date_max": times.day,
        "timezone": times.zone_name,
        "order_status": read.text(most=255),
        "has_multiple_shipments": read.boolean,
        "cancelled_date": times.moment,
        "cancelled_reason": _REASONS,
        "tags": _TAGS,
        "articles_order": Many(of=ARTICLE),
        "additional_attributes": Many(
            of=Object(
                fields={"key": read.filled(read.text()), "value": read.anything},
                required=frozenset({"key", "value"}),
            )
        ),
        "additional_recipients": _RECIPIENTS,
        **dict.fromkeys(("shipping_cost_total", "courier_service_level"), read.anything),
        "requires_signature": read.boolean,
    },
    never_null=frozenset(CORE_FIELDS),
)

TRACKING = Object(
    fields={
        "tracking_number": read.filled(read.text(most=255)),
        "courier": read.filled(read.text(most=255)),
        "recipient_postal_code": read.text(),
        "destination_country_iso3": read.COUNTRY,
        "language_iso2": read.LANGUAGE,
        **dict.fromkeys(("delivery_number", "reference_number"), read.text()),
        "articles": Many(of=ARTICLE),
        "tags": _TAGS,
        **dict.fromkeys(("is_return", "notifications_inactive"), read.boolean),
        "cancelled_date": times.moment,
        "cancelled_reason": _REASONS,
        "announced_send_date": times.moment,
        "additional_recipients": _RECIPIENTS,
    },
    required=frozenset({"tracking_number", "courier"}),
)

_CHANGED_LINE = Object(
    fields={
        "line_item_id": read.filled(read.text()),
        **dict.fromkeys(("quantity", "new_quantity", "quantity_to_cancel"), read.integer),
    },
    required=frozenset({"line_item_id"}),
)
_PARCEL_NAME = {"tracking_number": read.filled(read.text()), "courier": read.filled(read.text())}
_CANCELLATION = {"cancelled_date": times.moment, "cancelled_reason": _REASONS}

# The keys of all but add_tracking are not published: what is here is taken, and nothing is asked for (assumption).
MUTATIONS: Mapping[str, Object] = {
    "add_tracking": Object(fields={"tracking": TRACKING}, required=frozenset({"tracking"})),
    "cancel_tracking": Object(
        fields={**_PARCEL_NAME, **_CANCELLATION, "tracking": Object(fields=_PARCEL_NAME)}, open=True
    ),
    "cancel_order": Object(fields=_CANCELLATION, open=True),
    "change_line_item_quantity": Object(
        fields={"line_items": Many(of=_CHANGED_LINE)}, required=frozenset({"line_items"})
    ),
}
