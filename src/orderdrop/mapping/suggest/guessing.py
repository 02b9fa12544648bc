"""A guide for a destination that brings none."""

from orderdrop.core.shape import Shape
from orderdrop.mapping.suggest.guide import Guide
from orderdrop.mapping.suggest.meanings import said_by

_SURE = 0.8


def guess_guide(shape: Shape) -> Guide:
    """A guide for a destination that brings none, from the names of its places alone."""
    return Guide(fills={place: (meaning,) for place in shape.leaves if (meaning := _meant_by(place, shape))})


def _meant_by(place: str, shape: Shape) -> str | None:
    if place == shape.key:
        return "order.id"
    parts = place.split(".")
    tails = (" ".join(parts[-length:]) for length in range(len(parts), 0, -1))
    best: tuple[float, str | None] = (_SURE, None)
    for tail in tails:
        for meaning, said in said_by(tail).items():
            if said.score > best[0]:
                best = (said.score, meaning)
    return best[1]
