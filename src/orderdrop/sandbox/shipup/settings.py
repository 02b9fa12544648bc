"""What can be set on the Shipup stand-in, at the start and through its control API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orderdrop.sandbox.wanted import COUNT, KEY, RATE, SWITCH, Wanted, changed, one_of, require, without_key


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipupSettings:
    """The vendor's published limits, and a choice where the reference is silent.

    `rate`: requests a second that leak from the bucket, None for no limit; `burst`: what the bucket holds.
    `key`: the one key that is taken, None for any. `strict_semantics`: refuse what breaks a documented
    condition, not just wrong types. `missing_id_key` and `batch_missing_id_key`: how an error names a
    missing order id. `update_status`: the status of a POST that updates. `tracker_list`: parcels can be listed by
    themselves.
    """

    key: str | None = None
    rate: float | None = 2.0
    burst: int = 60
    job_delay_seconds: float = 0.05
    strict_semantics: bool = True
    missing_id_key: str = "merchant_id"
    batch_missing_id_key: str = "merchantId"
    update_status: int = 201
    tracker_list: bool = True

    def __post_init__(self) -> None:
        require(self, _WANTED)

    def changed(self, changes: Mapping[str, Any]) -> "ShipupSettings":
        """Return the settings with these changes; raises `SettingError` for a bad name or value."""
        return changed(self, changes, _WANTED)

    def as_json(self) -> dict[str, Any]:
        """Return the settings without the key itself."""
        return without_key(self)


_WANTED = {
    "key": KEY,
    "rate": RATE,
    "burst": COUNT,
    "job_delay_seconds": Wanted((int, float), "seconds from 0", least=0),
    "strict_semantics": SWITCH,
    "missing_id_key": one_of("merchant_id", "merchantId"),
    "batch_missing_id_key": one_of("merchant_id", "merchantId"),
    "update_status": one_of(200, 201),
    "tracker_list": SWITCH,
}
