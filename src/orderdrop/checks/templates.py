"""Templates of derived places: "{Title} {Variant}"."""

from string import Formatter


def pieces(template: str) -> list[tuple[str, str | None]]:
    """Its literals, each followed by the heading that comes next (None after the last)."""
    found: list[tuple[str, str | None]] = []
    for literal, name, spec, conversion in Formatter().parse(template):
        if name is None:
            found.append((literal, None))
        else:  # a heading may hold "!" and ":", which are no formatting here
            found.append(
                (literal, name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else ""))
            )
    return found


def headings(template: str) -> tuple[str, ...]:
    """The headings it names, in order."""
    return tuple(name for _, name in pieces(template) if name is not None)
