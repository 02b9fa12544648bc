"""Stand-ins for what the checks of a run say, for tests of the suggester alone."""

import re
from collections.abc import Sequence

from orderdrop.core.shape import Leaf, ListNode, Shape, Wire
from orderdrop.mapping.model import Column, ColumnType
from orderdrop.mapping.suggest.guide import Guide
from orderdrop.mapping.suggest.sample import Sample
from orderdrop.mapping.suggest.suggest import Checks, suggest
from orderdrop.mapping.suggest.suggestion import Line, Suggestion

_COUNTRIES = {"FR": "FR", "DE": "DE", "France": "FR"}
_KNOWN = {
    ColumnType.COUNTRY: re.compile("|".join(_COUNTRIES)),
    ColumnType.CURRENCY: re.compile("EUR|USD"),
    ColumnType.LANGUAGE: re.compile("fr|de|en"),
    ColumnType.BOOLEAN: re.compile("yes|no|true|false"),
    ColumnType.INTEGER: re.compile(r"\d+"),
}


def reads(column: Column, wire: Wire | None, values: Sequence[str]) -> list[bool]:
    kind = ColumnType.INTEGER if wire is Wire.INTEGER else column.type
    pattern = _KNOWN.get(kind)
    return [pattern is None or pattern.fullmatch(value) is not None for value in values]


CHECKS = Checks(reads=reads, country=_COUNTRIES.get)
PLACES = {
    "number": Wire.TEXT, "ordered": Wire.ISO_DATE, "email": Wire.TEXT, "phone": Wire.TEXT, "name": Wire.TEXT, "total": Wire.DECIMAL_TEXT,
    "to.street": Wire.TEXT, "to.city": Wire.TEXT, "to.zip": Wire.TEXT, "to.country": Wire.COUNTRY_ALPHA2, "status": Wire.TEXT,
    "items.sku": Wire.TEXT, "items.title": Wire.TEXT, "items.quantity": Wire.INTEGER,
    "parcels.tracking": Wire.TEXT, "parcels.carrier": Wire.TEXT, "parcels.items.sku": Wire.TEXT, "parcels.items.quantity": Wire.INTEGER,
    "account": Wire.INTEGER,
}  # fmt: skip
SHAPE = Shape(
    destination="api",
    key="number",
    leaves={
        place: Leaf(
            place=place,
            wire=wire,
            required=place in ("number", "account", "parcels.carrier"),
            one_of=("open", "sent") if place == "status" else (),
        )
        for place, wire in PLACES.items()
    },
    lists={
        "items": ListNode(place="items", key="sku"),
        "parcels": ListNode(place="parcels", key="tracking"),
        "parcels.items": ListNode(place="parcels.items", key="sku", falls_back_to="items"),
    },
    open_nodes=frozenset({"extra"}),
)
GUIDE = Guide(
    fills={
        "number": ("order.id", "order.number"),
        "ordered": ("order.date",),
        "email": ("customer.email",),
        "phone": ("ship.phone", "customer.phone"),
        "name": ("ship.name", "{ship.first_name} {ship.last_name}"),
        "total": ("order.total",),
        "to.street": ("ship.street",),
        "to.city": ("ship.city",),
        "to.zip": ("ship.postcode",),
        "to.country": ("ship.country",),
        "status": ("order.status",),
        "items.sku": ("line.sku",),
        "items.title": ("line.title",),
        "items.quantity": ("line.quantity",),
        "parcels.tracking": ("parcel.tracking",),
        "parcels.carrier": ("parcel.carrier",),
        "parcels.items.sku": ("line.sku",),
        "parcels.items.quantity": ("line.quantity",),
    },
    needs={"account": "the account's number"},
    blanks={"email": "_none"},
    codes={
        "parcels.carrier": {"ups": "ups-1", "dhl": "dhl-1"},
        "status": {"shipped": "sent", "versandt": "sent"},
    },
)


def sample(**columns: Sequence[str]) -> Sample:
    """A file with these columns; _ in a name stands for a space."""
    return Sample(
        name="drop.csv",
        headings=tuple(name.replace("_", " ") for name in columns),
        columns=tuple(tuple(cells) for cells in columns.values()),
        rows=len(next(iter(columns.values()))),
    )


def suggested(of: Sample, **options: object) -> Suggestion:
    """What is suggested for a file, with nothing learned unless `earlier` is given."""
    earlier = options.get("earlier", ())
    return suggest(of, SHAPE, GUIDE, earlier, CHECKS, "drop")  # type: ignore[arg-type] # the tests' own pairs


def line(suggestion: Suggestion, heading: str) -> Line:
    """The line of a heading."""
    return next(one for one in suggestion.lines if one.heading == heading)
