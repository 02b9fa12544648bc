"""One delivery of POST /v1/deliveries, as a mapping writes it.

Source: Shippify API reference, "Delivery creation", unless a class says otherwise. `type` and `companyId` belong to
the whole request; they stand with the delivery here, and the carrier moves them there. Named extras are written as one
place each (`extraData.gift`) and travel as a list of names and values. What the reference leaves open (formats of
telephone numbers and email addresses, how far ahead a date may be) is left to the API to judge.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, PlainSerializer, model_validator
from pydantic_core import PydanticCustomError

from orderdrop.core.shape import Wire
from orderdrop.destinations.shape_of import Elements, shape_of

LATEST_SECOND = 253_402_300_799  # the end of the year 9999; milliseconds by mistake lie beyond it
LONGEST_REFERENCE = 40
REQUEST_LEVEL = ("type", "companyId")
DEFAULT_TYPE = "slot"

SIZES = {"1": "xs", "2": "s", "3": "m", "4": "l", "5": "xl"}


def _size(text: str) -> str:
    size = SIZES.get(text, text.lower())
    if size not in SIZES.values():
        raise PydanticCustomError("written_otherwise", "not a size: xs, s, m, l, xl, or 1 to 5")
    return size


def _not_blank(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("written_otherwise", "empty")
    return text


def _named_values(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, "value": values[name]} for name in sorted(values)]


def _sorted_names(values: dict[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in sorted(values)}


Text = Annotated[str, AfterValidator(_not_blank)]
Count = Annotated[int, Field(ge=1)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Milliseconds = Annotated[
    int,
    Field(ge=0, le=LATEST_SECOND),
    Wire.UNIX_SECONDS,
    PlainSerializer(lambda seconds: seconds * 1000, return_type=int),
]
NamedValues = Annotated[
    dict[str, JsonValue], PlainSerializer(_named_values, return_type=list[dict[str, Any]])
]
OpenValues = Annotated[dict[str, JsonValue], AfterValidator(_sorted_names)]


class _Node(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, serialize_by_alias=True)


class Contact(_Node):
    """Whom the courier asks for. The key is `phonenumber`, in one word; `phone` is ignored by the API.

    Somebody with a name must be reachable (source: Shippify's importer, "email or phone for every delivery").
    """

    name: Text | None = None
    email: Text | None = None
    phonenumber: Text | None = None

    @model_validator(mode="after")
    def _reachable(self) -> "Contact":
        if self.name is not None and self.email is None and self.phonenumber is None:
            raise PydanticCustomError(
                "unreachable", "the contact has a name and neither email nor phonenumber"
            )
        return self


class Location(_Node):
    """Where: an address as one text, both coordinates, or the id of a saved place (`warehouse`)."""

    address: Text | None = None
    instructions: Text | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lng: Annotated[float, Field(ge=-180, le=180)] | None = None
    warehouse: Count | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> "Location":
        if (self.lat is None) != (self.lng is None):
            lonely, lacking = ("lat", "lng") if self.lng is None else ("lng", "lat")
            raise PydanticCustomError(
                "half_a_point",
                "{lonely} is there and {lacking} is missing",
                {"lonely": lonely, "lacking": lacking},
            )
        if self.address is None and self.lat is None and self.warehouse is None:
            raise PydanticCustomError(
                "nowhere", "the location has no address, no lat and lng, and no warehouse; give one of them"
            )
        return self


class Stop(_Node):
    """One end of the way. Without a date Shippify takes its next slot; dates travel as milliseconds since 1970."""

    contact: Contact
    location: Location
    date: Milliseconds | None = None


class Package(_Node):
    """Some of one article. `id` is the merchant's SKU and names nothing: two packages may have the same.

    Sizes 1 to 5 are xs to xl; the reference names no unit of `weight`.
    """

    id: Text | None = None
    name: Text
    qty: Count
    size: Annotated[str, AfterValidator(_size)]
    weight: Amount | None = None
    price: Amount | None = None


class Delivery(_Node):
    """One delivery, found again by `referenceId`, which the API itself takes for a mere label.

    Longest `referenceId`: "Update delivery". `metadata` is not shown in Shippify's dash, `extraData` is.
    """

    reference_id: Annotated[
        str, Field(alias="referenceId", max_length=LONGEST_REFERENCE), AfterValidator(_not_blank)
    ]
    type: Literal["slot", "flex", "express"] | None = None
    company_id: Annotated[Count | None, Field(alias="companyId")] = None
    pickup: Stop
    dropoff: Stop
    packages: Annotated[list[Package], Field(min_length=1), Elements(key=None)]
    cod: Amount | None = None
    tags: list[Text] | None = None
    extra_data: Annotated[NamedValues | None, Field(alias="extraData")] = None
    metadata: OpenValues | None = None


# A second creation is a second delivery; a change of status wants the name and the id of an operator ("Change delivery status").
SHAPE = shape_of(Delivery, destination="shippify", key="referenceId", updates=False)
