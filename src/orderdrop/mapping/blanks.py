"""What blank cells erase: as each column says, else as the whole mapping does."""

from collections.abc import Collection

from orderdrop.core.shape import Shape
from orderdrop.mapping.model import Column, Mapping


def erases(column: Column, mapping: Mapping) -> bool:
    """Whether a blank cell of a column erases, where its place can be erased."""
    if column.blank is not None:
        return column.blank == "erase"
    means_something = column.default is not None or any(not text.strip() for text in column.values or ())
    return mapping.blank == "erase" and not column.required and not means_something


def erased_places(mapping: Mapping, shape: Shape, present: Collection[str]) -> dict[str, str | None]:
    """The places that blank cells of a file erase, each with what is sent (None: null).

    `present` are the mapping's headings that the file has: a column that is not there erases nothing.
    """
    return {
        place: shape.erases[place]
        for heading, column in mapping.mapped().items()
        if heading in present and erases(column, mapping)
        for place in column.to
        if place in shape.erases
    }
