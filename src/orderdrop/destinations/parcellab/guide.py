"""What parcelLab's places are for, so that mappings can be suggested. Courier codes: the published list."""

from typing import Final

from orderdrop.destinations.parcellab.payloads import REQUIRED_OF_AN_ADDRESS
from orderdrop.mapping.suggest.guide import Guide

_OF_AN_ARTICLE: Final = {
    "line_item_id": ("line.id", "line.sku", "line.ean", "line.position"),
    "sku": ("line.sku",),
    "article_name": ("line.title",),
    "article_category": ("line.category",),
    "quantity": ("line.quantity", "line.shipped_quantity"),
    "unit_price": ("line.price",),
    "article_image_url": ("line.image",),
    "article_store_url": ("line.url",),
    "weight": ("line.weight",),
}
_COURIERS: Final = {
    "dhl": "dhl-germany", "dpd": "dpd-de", "gls": "gls", "colissimo": "colissimo", "la poste": "colissimo", "fedex": "fedex",
    "royal mail": "royalmail", "mondial relay": "mondial", "dhl paket": "dhl-germany",
}  # fmt: skip

GUIDE: Final = Guide(
    fills={
        "order_number": ("order.number", "order.id"),
        "external_reference": ("order.external",),
        "recipient_email": ("customer.email", "ship.email", "bill.email"),
        "recipient_name": (
            "ship.name",
            "{ship.first_name} {ship.last_name}",
            "customer.name",
            "{customer.first_name} {customer.last_name}",
        ),
        "destination_country_iso3": ("ship.country", "ship.country_name", "customer.country"),
        "customer_number": ("customer.id",),
        "invoice_number": ("order.invoice",),
        "order_date": ("order.date",),
        "language_iso2": ("order.language",),
        "order_total_amount": ("order.total",),
        "order_net_amount": ("order.net",),
        "order_tax_amount": ("order.tax",),
        "order_discount_amount": ("order.discount",),
        "order_currency": ("order.currency",),
        "order_status": ("order.status",),
        "payment_method": ("order.payment_method",),
        "delivery_method": ("order.service", "parcel.service"),
        "channel": ("order.channel",),
        "cancelled_date": ("order.cancelled_at",),
        "announced_delivery_date": ("order.promised",),
        "announced_delivery_date_min": ("order.promised_min",),
        "announced_delivery_date_max": ("order.promised_max",),
        "shipping_address.first_name": ("ship.first_name",),
        "shipping_address.last_name": ("ship.last_name", "ship.name"),
        "shipping_address.address_line": ("ship.street", "customer.street"),
        "shipping_address.postal_code": ("ship.postcode", "customer.postcode"),
        "shipping_address.city": ("ship.city", "customer.city"),
        "shipping_address.country_iso3": ("ship.country", "ship.country_name", "customer.country"),
        "billing_address.first_name": ("bill.first_name",),
        "billing_address.last_name": ("bill.last_name", "bill.name"),
        "billing_address.address_line": ("bill.street",),
        "billing_address.postal_code": ("bill.postcode",),
        "billing_address.city": ("bill.city",),
        "billing_address.country_iso3": ("bill.country",),
        "trackings.tracking_number": ("parcel.tracking",),
        "trackings.courier": ("parcel.carrier",),
        "trackings.delivery_number": ("shipment.id",),
        "trackings.announced_send_date": ("shipment.date",),
        **{
            f"{node}.{field}": entries
            for node in ("articles_order", "trackings.articles")
            for field, entries in _OF_AN_ARTICLE.items()
        },
    },
    needs={"account": "the account's number at parcelLab, such as 1617"},
    blanks={"recipient_email": "_unset"},
    codes={"trackings.courier": _COURIERS},
    whole={"shipping_address": REQUIRED_OF_AN_ADDRESS, "billing_address": REQUIRED_OF_AN_ADDRESS},
)
