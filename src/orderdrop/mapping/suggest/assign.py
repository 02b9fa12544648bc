"""The best way to give each column at most one meaning and each meaning at most one column."""

from collections.abc import Mapping, Sequence

_FAR = 1e9


def best_pairs(wishes: Sequence[Mapping[str, float]]) -> dict[int, str]:
    """Columns (by position) to meanings, so that the sum of all weights is the largest possible.

    `wishes` holds for each column the weight of each meaning that it could have; a column may stay without one. This is
    the Hungarian method, with one place beside each column for having none.
    """
    names = sorted({name for wish in wishes for name in wish})
    width = len(names) + len(wishes)
    costs = [
        [-wish.get(name, -_FAR) for name in names] + [0.0 if n == row else _FAR for n in range(len(wishes))]
        for row, wish in enumerate(wishes)
    ]
    chosen = _cheapest(costs, width)
    return {row: names[column] for row, column in chosen.items() if column < len(names)}


def _cheapest(costs: Sequence[Sequence[float]], width: int) -> dict[int, int]:
    """Each row to a column of its own at the least total cost; there are at least as many columns as rows."""
    of_row, of_column = [0.0] * (len(costs) + 1), [0.0] * (width + 1)
    owner, way = [0] * (width + 1), [0] * (width + 1)
    for row in range(1, len(costs) + 1):
        owner[0] = row
        column = 0
        least, used = [float("inf")] * (width + 1), [False] * (width + 1)
        while owner[column]:
            used[column] = True
            step, following = float("inf"), 0
            for other in range(1, width + 1):
                if used[other]:
                    continue
                price = costs[owner[column] - 1][other - 1] - of_row[owner[column]] - of_column[other]
                if price < least[other]:
                    least[other], way[other] = price, column
                if least[other] < step:
                    step, following = least[other], other
            for other in range(width + 1):
                if used[other]:
                    of_row[owner[other]] += step
                    of_column[other] -= step
                else:
                    least[other] -= step
            column = following
        while column:
            owner[column] = owner[way[column]]
            column = way[column]
    return {row - 1: column - 1 for column, row in enumerate(owner) if row and column}
