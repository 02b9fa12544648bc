"""What bad and repeated rows hold up: an order, or a whole batch."""

from enum import StrEnum
from typing import Any

from pydantic import Field, field_validator, model_validator

from orderdrop.mapping.model.texts import Strict


class OnBadRow(StrEnum):
    """What happens to the sibling rows of a bad row."""

    HOLD_ORDER = "hold_order"
    SEND_REST = "send_rest"


class OnDuplicateRow(StrEnum):
    """What happens to a row that repeats an earlier one exactly."""

    REJECT = "reject"
    KEEP_ONE = "keep_one"


class Hold(Strict):
    """When a whole batch waits for a person before anything is sent."""

    bad_rows_over: str | int | None = Field(
        None,
        description="More bad rows than this: a share such as 20%, or a number of rows.",
        examples=["20%"],
    )
    volume_off: str | None = Field(
        None,
        description="The number of rows differs by more than this share, such as 50%, from the median of the feed's last "
        "drops; five drops at least must have come before.",
        examples=["50%"],
    )

    @model_validator(mode="after")
    def _something(self) -> "Hold":
        if self.bad_rows_over is None and self.volume_off is None:
            raise ValueError("write bad_rows_over, volume_off or both")
        return self

    @field_validator("volume_off")
    @classmethod
    def _share(cls, value: str | None) -> str | None:
        if value is not None and not (value.endswith("%") and value[:-1].isdecimal()):
            raise ValueError("write a share such as 50%")
        return value

    @field_validator("bad_rows_over", mode="before")
    @classmethod
    def _share_or_count(cls, value: Any) -> Any:
        text = str(value).strip()
        number = text.removesuffix("%")
        if not number.isdecimal() or (text.endswith("%") and int(number) > 100):
            raise ValueError("write a share such as 20% or a number of rows such as 50")
        return value

    def is_far_off(self, read: int, usual: int) -> bool:
        """Whether a number of rows differs from the usual one by more than the mapping allows."""
        allowed = int((self.volume_off or "0%").removesuffix("%"))
        return abs(read - usual) * 100 > allowed * usual

    def exceeded(self, bad: int, read: int) -> bool:
        """Whether `bad` of `read` rows are more than the mapping allows."""
        text = str(self.bad_rows_over).strip()
        limit = int(text.removesuffix("%"))
        return bad * 100 > limit * read if text.endswith("%") else bad > limit
