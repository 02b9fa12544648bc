"""An account: where the API of a destination answers, its key, and how requests are sent to it."""

from datetime import timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import AnyUrl, Field, SecretStr, field_validator, model_validator

from orderdrop.references import is_loopback, is_nobodys
from orderdrop.settings.values import SomeTime, Strict


class Account(Strict):
    """One set of credentials for one destination."""

    destination: str = Field(description="The API that the account belongs to.")
    base_url: AnyUrl = Field(description="Where the API answers; https, on loopback also http.")
    key: SecretStr = Field(min_length=1, description="The account's key.")
    rate: Literal["unlimited"] | float | None = Field(
        None, description="Requests a second; the published limit if left out."
    )
    burst: int | None = Field(None, ge=1, description="How many requests may come at once.")
    endpoint: Literal["auto", "batch", "single"] = Field(
        "auto", description="One order a request, many, or whatever suits the number that waits."
    )
    auth: Literal["auto", "bare", "bearer"] = Field(
        "auto",
        description="How the key stands in the Authorization header; as the API documents it if left out.",
    )
    concurrency: int = Field(4, ge=1, le=64, description="Requests under way at once.")
    timeout: SomeTime = Field(
        timedelta(seconds=30), description="The longest wait for a connection or a read."
    )
    stop_after_refusals: int = Field(
        20,
        ge=0,
        description="When the first so many orders of a file are all refused for one reason, the rest is not sent and waits "
        "for a person; 0 sends it all the same.",
    )
    links: bool = Field(
        False,
        description="Write the tracking link of every accepted order into the success report, where the destination gives "
        "links. Each costs a request, and whoever has a link sees the recipient.",
    )
    keep_links: bool = Field(False, description="Keep the tracking links that were asked for in the ledger.")
    deadline: SomeTime = Field(
        timedelta(seconds=120), description="The longest that one request may take in all."
    )

    @field_validator("rate", mode="before")
    @classmethod
    def _rate_above_nothing(cls, value: Any) -> Any:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is not None and value != "unlimited" and not (number and value > 0):
            raise ValueError("write a number of requests a second above 0, or unlimited")
        return float(value) if number else value

    @model_validator(mode="after")
    def _encrypted_outside_loopback(self) -> "Account":
        url = urlsplit(str(self.base_url))
        if url.scheme not in ("https", "http"):
            raise ValueError(f"base_url must begin with https://, not {url.scheme}://")
        if url.scheme == "http" and not is_loopback(url.hostname):
            raise ValueError("base_url must begin with https:// (plain http is accepted on loopback alone)")
        if url.username or url.password:
            raise ValueError("base_url must not hold a login; put the key under `key:`")
        if url.query or url.fragment:
            raise ValueError("base_url must end before any ? or #; paths of the API are written behind it")
        if is_nobodys((url.hostname or "").strip("[]")):
            raise ValueError(
                "base_url names an address at which no API answers (link-local, multicast or 0.0.0.0)"
            )
        return self
