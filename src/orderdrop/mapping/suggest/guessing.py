"""A guide for a destination that brings none."""

from orderdrop.core.shape import Shape
from orderdrop.mapping.suggest.guide import Guide
from orderdrop.mapping.suggest.meanings import meanings, said_by

_SURE = 0.8
_NEXT_BEST = {"ship": "customer", "customer": "ship"}


def guess_guide(shape: Shape) -> Guide:
    """A guide for a destination that brings none, from the names of its places alone.

    What is the recipient's may come from the customer and the other way round, where no other place is for that.
    """
    meant = {place: meaning for place in shape.leaves if (meaning := _meant_by(place, shape))}
    fills = {}
    for place, meaning in meant.items():
        other = _next_best(meaning)
        fills[place] = (meaning, other) if other and other not in meant.values() else (meaning,)
    return Guide(fills=fills)


def _next_best(meaning: str) -> str | None:
    if meaning == "order.id":
        return "order.number"
    whose, _, what = meaning.partition(".")
    other = f"{_NEXT_BEST.get(whose)}.{what}"
    return other if other in meanings() else None


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
