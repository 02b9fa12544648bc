"""The tracking link of a delivery. Source: Shippify API reference, "Get a tracking link".

The link is a bearer secret: whoever has it sees the recipient's delivery. It is shown where it was asked for, and
kept out of every message.
"""

from collections.abc import Callable, Mapping
from typing import Any

from orderdrop.destinations.base import Failure, FailureKind, Link
from orderdrop.destinations.calls import Reply
from orderdrop.destinations.told import group, text


def link_of(reply: Reply, reference: str, failure_of: Callable[[Reply], Failure]) -> Link | Failure:
    """The link in an answer, or why there is none; 401 and 404 say what to do."""
    if reply.status == 404 and not reply.is_html:
        return Failure(
            kind=FailureKind.LOST_TICKET,
            message=f"Shippify knows no delivery {reference}, neither as its id nor as its referenceId (HTTP 404)",
            status=404,
        )
    if not reply.ok or reply.is_html:
        return failure_of(reply)
    said: Any = reply.json()
    url, token = text(said, "url"), text(said, "token")
    if not isinstance(said, Mapping) or url is None or token is None:
        return Failure(
            kind=FailureKind.UNREADABLE,
            message=f"Shippify's answer holds no tracking link (HTTP {reply.status})",
            status=reply.status,
        )
    recipient = group(said, "recipient")
    return Link(
        url=url,
        token=token,
        name=text(recipient, "name"),
        email=text(recipient, "email"),
        phone=text(recipient, "phonenumber"),
    )
