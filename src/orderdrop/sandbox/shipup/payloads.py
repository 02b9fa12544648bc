"""What an order or a batch in a request says of itself."""

from typing import Any


def order_ids(content: Any) -> tuple[str, ...]:
    """Return the merchant ids of the order or batch in a parsed body, as far as there are any."""
    if not isinstance(content, dict):
        return ()
    orders = content.get("orders")
    batch = orders if isinstance(orders, list) else [content]
    ids = [order.get("merchant_id") for order in batch if isinstance(order, dict)]
    return tuple([one for one in ids if isinstance(one, str)])
