"""What Shippify's places are for, so that mappings can be suggested."""

from typing import Final

from orderdrop.mapping.suggest.guide import Guide

_ADDRESS: Final = "{ship.street} {ship.house_number} {ship.street2}, {ship.district}, {ship.postcode} {ship.city}, {ship.state}, {ship.country}"
_CUSTOMERS_ADDRESS: Final = "{customer.street} {customer.street2}, {customer.postcode} {customer.city}, {customer.state}, {customer.country}"
_TYPES: Final = {
    "slot": "slot", "normal": "slot", "standard": "slot", "flex": "flex", "flexível": "flex", "flexible": "flex",
    "express": "express", "expressa": "express", "expreso": "express",
}  # fmt: skip

GUIDE: Final = Guide(
    fills={
        "referenceId": ("order.number", "order.id"),
        "type": ("order.type",),
        "dropoff.contact.name": (
            "ship.name",
            "{ship.first_name} {ship.middle_name} {ship.last_name}",
            "customer.name",
            "{customer.first_name} {customer.last_name}",
        ),
        "dropoff.contact.email": ("customer.email", "ship.email", "bill.email"),
        "dropoff.contact.phonenumber": ("ship.phone", "customer.phone", "bill.phone"),
        "dropoff.location.address": (_ADDRESS, "ship.street", _CUSTOMERS_ADDRESS),
        "dropoff.location.lat": ("ship.latitude",),
        "dropoff.location.lng": ("ship.longitude",),
        "dropoff.location.instructions": ("ship.instructions", "order.note"),
        "dropoff.date": ("order.promised",),
        "packages.id": ("line.sku", "line.ean"),
        "packages.name": ("line.title",),
        "packages.qty": ("line.quantity", "line.shipped_quantity"),
        "packages.size": ("line.size",),
        "packages.weight": ("line.weight",),
        "packages.price": ("line.price",),
        "cod": ("order.cash",),
        "tags": ("order.tags",),
    },
    needs={
        "dropoff.contact.phonenumber": "a telephone number or an email address of the recipient",
        "dropoff.location.address": "where it goes: an address, or both of lat and lng",
        "packages.name": "what is sent",
        "packages.qty": "how many of it",
        "packages.size": "xs, s, m, l, xl, or 1 to 5",
        "pickup.location.address": "where parcels are fetched: an address, or pickup.location.warehouse with its number",
        "pickup.contact.name": "whom the courier asks for where parcels are fetched",
        "pickup.contact.phonenumber": "that person's telephone number, such as +551130000000",
    },
    codes={"type": _TYPES},
    instead={
        "dropoff.contact.phonenumber": ("dropoff.contact.email",),
        "dropoff.location.address": ("dropoff.location.lat", "dropoff.location.warehouse"),
        "pickup.location.address": ("pickup.location.lat", "pickup.location.warehouse"),
        "pickup.contact.phonenumber": ("pickup.contact.email",),
    },
)
