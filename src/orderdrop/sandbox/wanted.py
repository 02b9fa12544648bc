"""What the settings of a stand-in may be: one rule for each, one sentence for each that is broken."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from orderdrop.sandbox.calls import SettingError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    _S = TypeVar("_S", bound=DataclassInstance)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one setting takes: these types, from `least` on, or one of `among`; `text` says so in words."""

    types: tuple[type, ...]
    text: str
    least: float | None = None
    among: tuple[Any, ...] | None = None

    def holds(self, value: Any) -> bool:
        """Tell whether the setting can have this value. A boolean is no number."""
        if type(value) not in self.types or (self.among is not None and value not in self.among):
            return False
        return self.least is None or value is None or value >= self.least


def one_of(*values: Any) -> Wanted:
    """Return a rule that names its few values."""
    *most, last = [str(value) for value in values]
    return Wanted(tuple({type(one) for one in values}), f"{', '.join(most)} or {last}", among=values)


SWITCH = Wanted((bool,), "true or false")
KEY = Wanted((str, type(None)), "text, or null for any key")
TEXT = Wanted((str,), "text")
COUNT = Wanted((int,), "a whole number from 1", least=1)
RATE = Wanted((int, float, type(None)), "requests a second above 0, or null for no limit", least=0.001)


def require(settings: Any, wanted: Mapping[str, Wanted]) -> None:
    """Raise `SettingError` for the first setting whose value breaks its rule."""
    for name, rule in wanted.items():
        if not rule.holds(getattr(settings, name)):
            raise SettingError(f"{name} is {getattr(settings, name)!r}, but must be {rule.text}.")


def changed(settings: "_S", changes: Mapping[str, Any], wanted: Mapping[str, Wanted]) -> "_S":
    """Return the settings with these changes; raises `SettingError` for a bad name or value."""
    if unknown := sorted(set(changes) - set(wanted)):
        raise SettingError(f"There is no setting {unknown[0]!r}. Settings: {', '.join(wanted)}.")
    return replace(settings, **changes)


def without_key(settings: "DataclassInstance") -> dict[str, Any]:
    """Return the settings ready for JSON, of the key only whether there is one."""
    shown = asdict(settings)
    return {**shown, "key": None if shown["key"] is None else "set"}
