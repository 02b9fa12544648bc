"""What can be set on the parcelLab stand-in, at the start and through its control API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orderdrop.sandbox.wanted import COUNT, KEY, RATE, SWITCH, Wanted, changed, one_of, require, without_key

# Published by parcelLab as examples, and others that its users report.
KNOWN_COURIERS = (
    *("colissimo", "dhl-gm", "dhl-germany", "dhl-benelux", "dpd-de", "fedex", "gls", "mondial", "royalmail"),
    *("ups-mi", "royal-mail", "usps", "ups", "dpd-uk", "postnl", "dhl-austria", "parcelforce", "yodel"),
    *("evri", "hermes"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcellabSettings:
    """A choice wherever the documentation is silent or contradicts itself.

    `key`: the one token that is taken, as `token` or `account:token`, None for any. `account`: the one account
    that the token may write to, None for any. `rate` (requests a second, None for no limit) and `burst`: no limit is
    published. `body`: a success carries the merged order (`echo`) or nothing (`empty`). `error_type`: of a
    failed validation. `take_nulls`: null and "" clear an optional field. `strict_semantics`: codes, tags, time
    zones and the amounts' pattern are checked, not just types. `core_fields`: whether the four are required to
    create only, or on every PUT. `lists`: a list that is sent again replaces or joins the stored one.
    `mutation_errors`: the path of a mutation's fault goes by its position alone (`plain`) or names its kind
    too (`tagged`). `tracking_taken`: a parcel of another order is a 400 (`refuse`) or a failed mutation inside a 2xx
    (`fail`). `post_existing`: POST of a known order updates it or is refused.
    """

    key: str | None = None
    account: int | None = None
    rate: float | None = None
    burst: int = 60
    body: str = "echo"
    error_type: str = "client_error"
    take_nulls: bool = True
    strict_semantics: bool = True
    core_fields: str = "create"
    lists: str = "replace"
    mutation_errors: str = "plain"
    tracking_taken: str = "refuse"
    post_existing: str = "refuse"
    page_size: int = 50
    couriers: tuple[str, ...] = KNOWN_COURIERS
    client_keys: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        require(self, _WANTED)

    def changed(self, changes: Mapping[str, Any]) -> "ParcellabSettings":
        """Return the settings with these changes; raises `SettingError` for a bad name or value."""
        given = {name: tuple(value) if isinstance(value, list) else value for name, value in changes.items()}
        return changed(self, given, _WANTED)

    def as_json(self) -> dict[str, Any]:
        """Return the settings without the token itself."""
        return without_key(self)


_WANTED = {
    "key": KEY,
    "account": Wanted((int, type(None)), "a whole number from 1, or null for any account", least=1),
    "rate": RATE,
    "burst": COUNT,
    "body": one_of("echo", "empty"),
    "error_type": one_of("client_error", "validation_error"),
    "take_nulls": SWITCH,
    "strict_semantics": SWITCH,
    "core_fields": one_of("create", "always"),
    "lists": one_of("replace", "merge"),
    "mutation_errors": one_of("plain", "tagged"),
    "tracking_taken": one_of("refuse", "fail"),
    "post_existing": one_of("refuse", "update"),
    "page_size": COUNT,
    "couriers": Wanted((tuple,), "a list of courier codes"),
    "client_keys": Wanted((tuple, type(None)), "a list of client keys, or null for any"),
}
