"""What can be set on the Shipup stand-in, at the start and through its control API."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from orderdrop.sandbox.calls import SettingError


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipupSettings:
    """The vendor's published limits, and a choice where the reference is silent.

    `rate`: requests a second that leak from the bucket, None for no limit; `burst`: what the bucket holds.
    `key`: the one key that is taken, None for any. `strict_semantics`: refuse what breaks a documented
    condition, not just wrong types. `missing_id_key` and `batch_missing_id_key`: how an error names a
    missing order id. `update_status`: the status of a POST that updates.
    """

    key: str | None = None
    rate: float | None = 2.0
    burst: int = 60
    job_delay_seconds: float = 0.05
    strict_semantics: bool = True
    missing_id_key: str = "merchant_id"
    batch_missing_id_key: str = "merchantId"
    update_status: int = 201

    def __post_init__(self) -> None:
        for name, wanted in _WANTED.items():
            if not wanted.holds(getattr(self, name)):
                raise SettingError(f"{name} is {getattr(self, name)!r}, but must be {wanted.text}.")

    def changed(self, changes: Mapping[str, Any]) -> "ShipupSettings":
        """Return the settings with these changes; raises `SettingError` for a bad name or value."""
        if unknown := sorted(set(changes) - set(_WANTED)):
            raise SettingError(f"There is no setting {unknown[0]!r}. Settings: {', '.join(_WANTED)}.")
        return replace(self, **changes)

    def as_json(self) -> dict[str, Any]:
        """Return the settings without the key itself."""
        return {**asdict(self), "key": None if self.key is None else "set"}


@dataclass(frozen=True, slots=True)
class _Wanted:
    types: tuple[type, ...]
    text: str
    least: float | None = None
    among: tuple[Any, ...] | None = None

    def holds(self, value: Any) -> bool:
        if type(value) not in self.types or (self.among is not None and value not in self.among):
            return False
        return self.least is None or value is None or value >= self.least


_WANTED = {
    "key": _Wanted((str, type(None)), "text, or null for any key"),
    "rate": _Wanted((int, float, type(None)), "requests a second above 0, or null for no limit", least=0.001),
    "burst": _Wanted((int,), "a whole number from 1", least=1),
    "job_delay_seconds": _Wanted((int, float), "seconds from 0", least=0),
    "strict_semantics": _Wanted((bool,), "true or false"),
    "missing_id_key": _Wanted((str,), "merchant_id or merchantId", among=("merchant_id", "merchantId")),
    "batch_missing_id_key": _Wanted((str,), "merchant_id or merchantId", among=("merchant_id", "merchantId")),
    "update_status": _Wanted((int,), "200 or 201", among=(200, 201)),
}
