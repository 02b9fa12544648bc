"""The token in the Authorization header, in the forms that parcelLab's pages and users give it.

One page says base64 of `account:token`, a later one says the plain token, and OAuth clients send `Bearer`.
"""

import base64
import binascii

from orderdrop.sandbox.calls import Call


def token_of(call: Call) -> str | None:
    """Return what follows the scheme, one of two, or None."""
    scheme, _, value = call.headers.get("authorization", "").strip().partition(" ")
    return value.strip() or None if scheme.lower() in ("parcellab-api-token", "bearer") else None


def opens(value: str, key: str) -> bool:
    """Tell whether a token as sent, plain or as base64 of `account:token`, is the key.

    A key without an account is opened from any account; one with an account also by the token alone.
    """
    account, colon, token = (_decoded(value) or "").partition(":")
    if colon:
        return key in (token, f"{account}:{token}")
    return value in (key, key.partition(":")[2] or key)


def account_of(value: str) -> int | None:
    """Return the account that a token in base64 names, or None."""
    account, colon, _ = (_decoded(value) or "").partition(":")
    return int(account) if colon and account.isascii() and account.isdigit() and len(account) < 18 else None


def _decoded(value: str) -> str | None:
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError):
        return None
