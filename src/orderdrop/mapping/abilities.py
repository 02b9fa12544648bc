"""Whether a destination is able to do what a mapping asks of it: to update, to cancel, to erase."""

from collections.abc import Iterator

from orderdrop.core.orders import Command
from orderdrop.core.shape import Shape
from orderdrop.errors import Fault
from orderdrop.mapping.blanks import erased_places
from orderdrop.mapping.model import Mapping
from orderdrop.mapping.yaml_lines import Document


def commands(mapping: Mapping, shape: Shape, document: Document) -> Iterator[Fault]:
    """Commands that the destination cannot carry out."""
    if mapping.commands is None:
        return
    for text, command in mapping.commands.values.items():
        at = ("commands", "values", text)
        if command is Command.CANCEL and shape.cancel is None:
            yield document.fault(
                at, f"orders cannot be cancelled at {shape.destination} from here; leave `{text}` out"
            )
        if command is Command.UPDATE and not shape.updates:
            yield document.fault(
                at, f"orders cannot be updated at {shape.destination} from here; leave `{text}` out"
            )
    folded = [text.strip().casefold() for text in mapping.commands.values]
    for text in mapping.commands.values:
        if folded.count(text.strip().casefold()) > 1:
            yield document.fault(
                ("commands", "values", text), f"`{text}` stands there more than once; capitals do not matter"
            )


def blanks(mapping: Mapping, shape: Shape, document: Document) -> Iterator[Fault]:
    """Blank cells that are to erase what the destination never forgets."""
    few = ", ".join(f"`{place}`" for place in shape.erases) if len(shape.erases) <= 5 else ""
    can = f"; it can erase {few} only" if few else ""
    for name, table in mapping.tables():
        for heading, column in table.mapped().items():
            at = (*(("join", name) if name else ()), "columns", heading, "blank")
            for place in column.to if column.blank == "erase" else ():
                if place not in shape.erases:
                    yield document.fault(
                        at, f"{shape.destination} has no way to erase `{place}`{can}; leave the line out"
                    )
    if mapping.blank == "erase" and not any(
        erased_places(table, shape, table.mapped()) for _, table in mapping.tables()
    ):
        yield document.fault(
            ("blank",),
            f"{shape.destination} has no way to erase anything that this mapping fills{can}; leave the line out",
        )
