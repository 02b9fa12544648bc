"""A write that meets a fault of a stand-in: what its client gets, on whichever system."""

from collections.abc import Callable, Mapping

import httpx

_TAKES_SECONDS = {"hang": 0.01, "slow": 0.01, "trickle": 0.0001}


def seen_by_client(success: int, own: Mapping[str, int]) -> dict[str, int | None]:
    """For each kind of fault the status of the answer, or None for no whole answer; `own` are the system's own kinds."""
    return {
        "429": 429,
        "500": 500,
        "503": 503,
        "502-html": 502,
        "401": 401,
        "402": 402,
        "403": 403,
        "hang": None,
        "drop-before": None,
        "drop-after-commit": None,
        "slow": success,
        "trickle": success,
        "empty-2xx": success,
        "drift": success,
        "html-200": 200,
        "redirect": 302,
        "truncated": None,
        "endpoint-missing": 404,
        **own,
    }


def write_into(
    client: httpx.Client, kind: str, write: Callable[[], httpx.Response], **where: str
) -> int | None:
    """Plan a fault, write, and tell the status of the answer; None for no whole answer."""
    seconds = {"seconds": _TAKES_SECONDS[kind]} if kind in _TAKES_SECONDS else {}
    client.post("/_control/faults", json={"kind": kind, **where, **seconds}).raise_for_status()
    return status_or_none(write)


def status_or_none(write: Callable[[], httpx.Response]) -> int | None:
    """The status of the answer; None for no whole answer."""
    try:
        return write().status_code
    except httpx.RemoteProtocolError:
        return None
