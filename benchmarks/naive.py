"""The script that people write today: pandas, nested groupby and iterrows, a dict an order, a schema check an order."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd

SCHEMA = {
    "type": "object",
    "required": ["merchant_id", "fulfillments"],
    "properties": {
        "merchant_id": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]+$"},
        "email": {"type": "string", "pattern": "^[^@ ]+@[^@ ]+[.][^@ ]+$"},
        "ordered_at": {"type": "integer"},
        "fulfillments": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["merchant_id", "trackers"],
                "properties": {
                    "trackers": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["tracking_number", "line_items"],
                            "properties": {
                                "line_items": {
                                    "type": "array",
                                    "items": {
                                        "type": "object",
                                        "required": ["merchant_id", "quantity"],
                                        "properties": {"quantity": {"type": "integer", "minimum": 1}},
                                    },
                                }
                            },
                        },
                    }
                },
            },
        },
    },
}
_COUNTRIES = {"FR": "FR", "France": "FR", "Germany": "DE", "BE": "BE"}
_CARRIERS = {"La Poste": "colissimo", "UPS": "ups", "DHL": "dhl"}


def prepare(path: Path) -> int:
    """Read, nest, check and write JSON; the number of rows."""
    frame = pd.read_csv(path, sep=";", encoding="cp1252", dtype=str, keep_default_na=False)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    payloads = []
    for key, order_rows in frame.groupby("Order ref", sort=False):
        payload = _order(str(key), order_rows)
        validator.validate(payload)
        payloads.append(json.dumps(payload))
    return len(frame)


def _order(key: str, order_rows: pd.DataFrame) -> dict[str, Any]:
    first = order_rows.iloc[0]
    fulfillments = []
    for parcel, parcel_rows in order_rows.groupby("Parcel", sort=False):
        trackers = []
        for number, tracker_rows in parcel_rows.groupby("Tracking no", sort=False):
            items = [
                {
                    "merchant_id": row["SKU"], "sku": row["SKU"], "title": row["Title"], "variant_title": row["Variant"],
                    "name": f"{row['Title']} {row['Variant']}", "quantity": int(row["Qty"]),
                }
                for _, row in tracker_rows.iterrows()
            ]  # fmt: skip
            carrier = _CARRIERS[tracker_rows.iloc[0]["Carrier"]]
            trackers.append({"tracking_number": number, "carrier_code": carrier, "line_items": items})
        fulfillments.append({"merchant_id": parcel, "status_code": "shipped", "trackers": trackers})
    ordered = pd.to_datetime(first["Ordered"], format="%d/%m/%Y %H:%M").tz_localize("Europe/Paris")
    return {
        "merchant_id": key, "order_number": first["Shop no"], "ordered_at": int(ordered.timestamp()), "email": first["Email"],
        "phone": first["Mobile"], "first_name": first["First name"], "last_name": first["Last name"],
        "shipping_address": {
            "first_name": first["First name"], "last_name": first["Last name"], "address1": first["Street"],
            "zip": first["Postcode"], "city": first["Town"], "country_code": _COUNTRIES[first["Ship-to ctry"]],
        },
        "order_details": {
            "total_order_price_incl_tax_amount": first["Order total"].replace(",", "."), "currency_code": first["Currency"],
        },
        "fulfillments": fulfillments,
    }  # fmt: skip
