"""A column of the file: what its text means, where its cells go, and what must hold for them."""

import re
from datetime import tzinfo
from enum import StrEnum
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from orderdrop.mapping.model.texts import Names, Scalar, Strict


class ColumnType(StrEnum):
    """What the text of a column means."""

    TEXT = "text"  # as it stands in the file, trimmed
    INTEGER = "integer"  # a whole number
    DECIMAL = "decimal"  # a number, also an amount
    BOOLEAN = "boolean"  # yes or no, also true and false, 1 and 0, oui and non, ja and nein
    DATE = "date"  # a day, in the column's `format`
    DATETIME = "datetime"  # a day and a time, in the column's `format` and `timezone`
    EMAIL = "email"  # an e-mail address
    PHONE = "phone"  # a phone number, international or of the column's `region`
    COUNTRY = "country"  # a country, by its code or its name
    URL = "url"  # a web address
    LANGUAGE = "language"  # a language, by its code or its name
    CURRENCY = "currency"  # a currency, by its code


class Column(Strict):
    """One column of the file: where its cells go and what must hold for them."""

    to: Names = Field(
        min_length=1,
        description="The place in the payload; several places take the same cell.",
        examples=[["merchant_id", "order_number"]],
    )
    type: ColumnType = Field(ColumnType.TEXT, description="What the text means.", examples=["datetime"])
    required: bool = Field(False, description="A blank cell is a problem.", examples=[True])
    pattern: str | None = Field(
        None, description="A regular expression that the whole text must match.", examples=["[A-Z]{2}-[0-9]+"]
    )
    values: dict[str, Scalar] | None = Field(
        None,
        description="Translation table: text in the file to value sent.",
        examples=[{"La Poste": "colissimo", "UPS": "ups"}],
    )
    one_of: tuple[Scalar, ...] | None = Field(
        None, description="The only values allowed, after translation.", examples=[["S", "M", "L"]]
    )
    minimum: float | None = Field(None, description="The smallest number allowed.", examples=[1])
    maximum: float | None = Field(None, description="The largest number allowed.", examples=[999])
    max_length: int | None = Field(
        None, ge=1, description="The longest text allowed, in characters.", examples=[40]
    )
    default: Scalar | None = Field(None, description="What a blank cell means.", examples=["FR"])
    blank: Literal["leave", "erase"] | None = Field(
        None,
        description="A blank cell leaves alone what the destination holds, or erases it. Left out, as the mapping says.",
        examples=["erase"],
    )
    aliases: Names = Field(
        (), description="Other headings of the same column.", examples=[["Country", "Land"]]
    )
    position: int | None = Field(
        None, ge=1, description="The column's position from 1, for a file without headings.", examples=[3]
    )
    format: Names = Field(
        (),
        description="How dates are written, as strptime has it: %d/%m/%Y %H:%M.",
        examples=["%d/%m/%Y %H:%M"],
    )
    timezone: str | None = Field(
        None, description="Where a time without an offset was meant: Europe/Paris.", examples=["Europe/Paris"]
    )
    decimal: Literal[".", ","] | None = Field(
        None, description="The decimal mark of this column's numbers.", examples=[","]
    )
    unit: Names = Field(
        (),
        description="What may stand before or behind a number and is not sent: $, EUR, kg.",
        examples=[["EUR", "€"]],
    )
    region: str | None = Field(
        None,
        min_length=2,
        max_length=2,
        description="Country of national phone numbers: FR.",
        examples=["FR"],
    )

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                re.compile(value)
            except (re.error, OverflowError, RecursionError) as error:
                raise ValueError(f"{value!r} is not a regular expression: {error}") from None
        return value

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str | None) -> str | None:
        if value is not None:
            zone_named(value)
        return value

    @model_validator(mode="after")
    def _options_fit_the_type(self) -> "Column":
        dates = (ColumnType.DATE, ColumnType.DATETIME)
        numbers = (ColumnType.INTEGER, ColumnType.DECIMAL)
        if (self.format or self.timezone) and self.type not in dates:
            raise ValueError("format and timezone belong to type: date or type: datetime")
        if (self.minimum is not None or self.maximum is not None) and self.type not in numbers:
            raise ValueError("minimum and maximum belong to type: integer or type: decimal")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("minimum is larger than maximum")
        if self.unit and self.type not in numbers:
            raise ValueError("unit belongs to type: integer or type: decimal")
        if not all(unit.strip() for unit in self.unit):
            raise ValueError("a unit is a text such as $ or EUR")
        blank_means = any(not text.strip() for text in self.values or ())
        if self.blank == "erase" and (self.required or self.default is not None or blank_means):
            raise ValueError(
                "blank: erase does not go with required, default, or a translation of the blank cell"
            )
        if self.region and self.type is not ColumnType.PHONE:
            raise ValueError("region belongs to type: phone")
        return self

    def zone(self) -> tzinfo:
        """The time zone of times without an offset; UTC where none is named."""
        return zone_named(self.timezone or "UTC")


def zone_named(name: str) -> tzinfo:
    """A time zone by its IANA name; ValueError, in words for the author of the file, where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: `Europe` is a folder of names
        raise ValueError(f"there is no time zone {name!r}; names look like Europe/Paris") from None


Ignore = Literal["ignore"]


def _column_or_ignore(value: Any) -> str:
    return "ignore" if isinstance(value, str) else "column"


ColumnEntry = Annotated[
    Annotated[Column, Tag("column")] | Annotated[Ignore, Tag("ignore")], Discriminator(_column_or_ignore)
]
