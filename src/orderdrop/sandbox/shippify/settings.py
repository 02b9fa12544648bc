"""What can be set on the Shippify stand-in, at the start and through its control API."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orderdrop.sandbox.calls import SettingError
from orderdrop.sandbox.wanted import KEY, SWITCH, TEXT, Wanted, changed, one_of, require, without_key


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippifySettings:
    """The vendor's published limits, and a choice where its documentation is silent.

    `key`: the one pair of credentials, `id:secret`, None for any. `requests_per_minute`: within any 60
    seconds, None for no limit; `limit_reads`: reads count too; `retry_after`: a 429 says when to come back.
    `error_shape`: how a refused creation names its faults. `partial`: the good deliveries of a request with
    bad ones are created. `unique_references`, `require_references`: the settings of the company.
    `geocoding`: off, no address is found; on, only those that hold the `ungeocodable` text are not.
    `pending_text`: how a creation spells the status of such a delivery. `shared_reference`: which delivery a
    reference names that several have. `recipient`: whose contact the delivery information shows as such.
    `recipient_phone`: the tracking link's recipient has one. `strict_semantics`: conditions beyond types.
    `date_rules`: the ones of 2018 on pickup and dropoff times. `company`: the middle part of new ids.
    """

    key: str | None = None
    requests_per_minute: int | None = 100
    limit_reads: bool = False
    retry_after: bool = True
    error_shape: str = "indexed"
    partial: bool = False
    unique_references: bool = False
    require_references: bool = False
    geocoding: bool = True
    ungeocodable: str = "NOWHERE"
    pending_text: str = "pending review"
    shared_reference: str = "newest"
    recipient: str = "dropoff"
    recipient_phone: bool = False
    strict_semantics: bool = True
    date_rules: bool = False
    company: str = "sandbox"

    def __post_init__(self) -> None:
        require(self, _WANTED)
        if not re.fullmatch("[a-z0-9]+", self.company):
            raise SettingError(f"company is {self.company!r}, but must be lower-case letters and digits.")

    def changed(self, changes: Mapping[str, Any]) -> "ShippifySettings":
        """Return the settings with these changes; raises `SettingError` for a bad name or value."""
        return changed(self, changes, _WANTED)

    def as_json(self) -> dict[str, Any]:
        """Return the settings without the credentials themselves."""
        return without_key(self)


_WANTED = {
    "key": KEY,
    "requests_per_minute": Wanted((int, type(None)), "a whole number from 1, or null for no limit", least=1),
    "limit_reads": SWITCH,
    "retry_after": SWITCH,
    "error_shape": one_of("indexed", "paths", "lines", "message", "text", "ok-error"),
    "partial": SWITCH,
    "unique_references": SWITCH,
    "require_references": SWITCH,
    "geocoding": SWITCH,
    "ungeocodable": TEXT,
    "pending_text": one_of("pending review", "pending_to_review"),
    "shared_reference": one_of("newest", "oldest"),
    "recipient": one_of("dropoff", "pickup"),
    "recipient_phone": SWITCH,
    "strict_semantics": SWITCH,
    "date_rules": SWITCH,
    "company": TEXT,
}
