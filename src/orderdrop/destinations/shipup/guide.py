"""What Shipup's places are for, so that mappings can be suggested. Codes: the reference's samples and `StatusCode`."""

from typing import Final

from orderdrop.mapping.suggest.guide import Guide

_LINES: Final = ("line_items", "fulfillments.line_items", "fulfillments.trackers.line_items")
_OF_A_LINE: Final = {
    "merchant_id": ("line.id", "line.sku", "line.ean", "line.position"),
    "sku": ("line.sku",),
    "name": ("line.title",),
    "variant_title": ("line.variant",),
    "quantity": ("line.quantity", "line.shipped_quantity"),
    "canceled_quantity": ("line.cancelled_quantity",),
    "requires_shipping": ("line.requires_shipping",),
    "thumbnail.src": ("line.image",),
}
_STATUS: Final = {
    "shipped": "shipped", "dispatched": "shipped", "fulfilled": "shipped", "complete": "shipped", "completed": "shipped",
    "delivered": "shipped", "expédié": "shipped", "livré": "shipped", "versandt": "shipped", "versendet": "shipped",
    "enviado": "shipped", "spedito": "shipped", "verzonden": "shipped", "wysłane": "shipped",
    "pending": "pending", "new": "pending", "open": "pending", "offen": "pending", "neu": "pending", "en attente": "pending",
    "pendiente": "pending", "in attesa": "pending", "awaiting payment": "pending", "nowe": "pending",
    "processing": "preparing_shipment", "awaiting shipment": "preparing_shipment", "awaiting fulfillment": "preparing_shipment",
    "unfulfilled": "preparing_shipment", "in arbeit": "preparing_shipment", "in bearbeitung": "preparing_shipment",
    "en cours de préparation": "preparing_shipment", "en preparación": "preparing_shipment",
    "in lavorazione": "preparing_shipment", "in behandeling": "preparing_shipment", "w realizacji": "preparing_shipment",
    "partially shipped": "partially_shipped", "partial": "partially_shipped", "teilversandt": "partially_shipped",
    "cancelled": "canceled", "canceled": "canceled", "storniert": "canceled", "annulé": "canceled", "cancelado": "canceled",
    "annullato": "canceled", "geannuleerd": "canceled", "anulowane": "canceled", "on hold": "blocked",
}  # fmt: skip
_CARRIERS: Final = {
    "ups": "ups", "dhl": "dhl", "dhl express": "dhl", "colissimo": "colissimo", "la poste": "colissimo",
    "chronopost": "chronopost", "dpd france": "dpd_fr", "lasership": "lasership",
}  # fmt: skip

GUIDE: Final = Guide(
    fills={
        "merchant_id": ("order.id", "order.number"),
        "order_number": ("order.number", "order.id"),
        "ordered_at": ("order.date",),
        "email": ("customer.email", "ship.email", "bill.email"),
        "phone": ("ship.phone", "customer.phone", "bill.phone"),
        "first_name": ("customer.first_name", "ship.first_name", "bill.first_name"),
        "last_name": ("customer.last_name", "ship.last_name", "bill.last_name"),
        "language_code": ("order.language",),
        "order_details.currency_code": ("order.currency",),
        "order_details.total_order_price_incl_tax_amount": ("order.total",),
        "order_details.total_order_price_excl_tax_amount": ("order.net",),
        "order_details.vat_amount": ("order.tax",),
        "order_details.shipping_cost_amount": ("order.shipping_cost",),
        "shipping_address.name": ("ship.name", "!ship.last_name", "customer.name"),
        "shipping_address.first_name": ("ship.first_name", "!ship.name", "customer.first_name"),
        "shipping_address.last_name": ("ship.last_name", "!ship.name", "customer.last_name"),
        "shipping_address.company_title": ("ship.company", "customer.company"),
        "shipping_address.address1": ("ship.street", "customer.street"),
        "shipping_address.address2": ("ship.street2", "!ship.street", "customer.street2"),
        "shipping_address.city": ("ship.city", "!ship.street", "customer.city"),
        "shipping_address.zip": ("ship.postcode", "!ship.street", "customer.postcode"),
        "shipping_address.state": ("ship.state", "!ship.street", "customer.state"),
        "shipping_address.country_code": ("ship.country", "ship.country_name", "customer.country"),
        "fulfillments.merchant_id": ("shipment.id", "parcel.tracking"),
        "fulfillments.status_code": ("shipment.status", "order.status"),
        "fulfillments.warehouse_merchant_id": ("shipment.warehouse",),
        "fulfillments.estimated_delivery_range_start": (
            "order.promised_min",
            "!parcel.tracking",
            "order.promised",
        ),
        "fulfillments.estimated_delivery_range_end": ("order.promised_max",),
        "fulfillments.trackers.tracking_number": ("parcel.tracking",),
        "fulfillments.trackers.carrier_code": ("parcel.carrier",),
        "fulfillments.trackers.expected_delivery_at": ("order.promised",),
        **{f"{node}.{field}": entries for node in _LINES for field, entries in _OF_A_LINE.items()},
        "fulfillments.trackers.line_items.shipped_quantity": ("!line.quantity", "line.shipped_quantity"),
    },
    codes={
        "fulfillments.status_code": _STATUS,
        "fulfillments.trackers.carrier_code": _CARRIERS,
    },
)
