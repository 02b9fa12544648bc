"""Deliveries as a merchant sends them."""

from typing import Any


def delivery(reference: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return a good delivery with what is documented to be enough."""
    made: dict[str, Any] = {
        "pickup": {
            "contact": {"name": "Store 5", "phonenumber": "777"},
            "location": {"address": "Av. Vitacura 2939", "instructions": "Door 2"},
        },
        "dropoff": {
            "contact": {"name": "Javier Perez", "email": "jp@example.com"},
            "location": {"address": "Av. Apoquindo 3600", "lat": "-33.41", "lng": -70.6},
        },
        "packages": [
            {"id": "SKU-1", "name": "Color box", "qty": "4", "size": "M", "weight": 5.3, "price": 5.3}
        ],
    }
    return {**made, **({} if reference is None else {"referenceId": reference}), **fields}


def stop(**location: Any) -> dict[str, Any]:
    """Return a pickup or dropoff at this location."""
    return {"contact": {"name": "A", "email": "a@x.de"}, "location": location}
