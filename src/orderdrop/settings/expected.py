"""When a feed's files should have come."""

from collections.abc import Iterator
from datetime import time
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, field_validator

from orderdrop.core.expected import Expected
from orderdrop.mapping.model import zone_named
from orderdrop.settings.values import Strict

T = TypeVar("T")


class Day(StrEnum):
    """A day of the week."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


def _clock(value: Any) -> Any:
    try:
        hour, minute = str(value).split(":")
        return time(int(hour), int(minute))
    except ValueError:
        raise ValueError("write a time of the day such as 22:30") from None


def several(value: Any) -> Any:
    """A value where a list may stand, as a list of one."""
    return value if isinstance(value, list | tuple) else [value]


def _some(value: tuple[T, ...]) -> tuple[T, ...]:
    if not value:
        raise ValueError("name at least one")
    return value


ClockTime = Annotated[time, BeforeValidator(_clock)]
"""A time of the day as clocks show it: 22:30."""


class ExpectedOptions(Strict):
    """When a file should have come."""

    by: Annotated[tuple[ClockTime, ...], BeforeValidator(several), AfterValidator(_some)] = Field(
        description="The time of the day by which a new file must have come; a list where several come a day.",
    )
    after: ClockTime = Field(
        time(),
        description="A file that came earlier does not count; a time later than `by` is that of the evening before. Of several "
        "times each begins where the one before ends.",
    )
    days: Annotated[tuple[Day, ...], BeforeValidator(several), AfterValidator(_some)] = Field(
        default_factory=lambda: tuple(Day),
        description="The days on which one comes: [mon, tue, wed, thu, fri]. Every day if left out.",
    )
    timezone: str | None = Field(None, description="The time zone of the times; the feed's own if left out.")

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None:
            zone_named(value)
        return value

    def expected(self, timezone: str) -> Iterator[Expected]:
        """Every time by itself, in the feed's `timezone` where there is no other."""
        days = frozenset(list(Day).index(day) for day in self.days)
        for begins, by in pairwise((self.after, *sorted(set(self.by)))):
            yield Expected(by=by, begins=begins, days=days, timezone=self.timezone or timezone)
