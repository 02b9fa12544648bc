"""How well mappings are suggested: exports of real systems against what a person would map, layout by layout."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from orderdrop.destinations import registry
from orderdrop.mapping.model import FileOptions
from orderdrop.mapping.suggest.suggestion import HIGH, Suggestion
from orderdrop.pipeline.mappings.suggesting import suggest_mapping

EXPORTS = Path(__file__).parents[1] / "tests" / "data" / "exports"
DESTINATIONS = ("shipup", "parcellab", "shippify")
BUILT_WITH = (
    "shopify-orders", "woocommerce-advanced", "amazon-unshipped", "shipstation-shipments", "prestashop-commandes",
    "jtl-auftraege", "sap-deliveries", "warehouse-shipped",
)  # fmt: skip
"""The suggester was built with these; the others were held out (tests/data/exports/README.md)."""
# their few accents could be of two code pages
ENCODINGS = {"almacen-salidas": "cp1252", "armazem-expedicoes": "cp1252"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person would do with a column: the places that are right, and those of which one is wanted; none of them:
    leaving it out is right too."""

    places: frozenset[str] = frozenset()
    wanted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One layout for one destination: columns that a person maps, those mapped right, and every mistake in words."""

    layout: str
    destination: str
    wanted: int
    right: int
    wrong: tuple[str, ...] = ()
    wrong_at_high: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def layouts() -> list[str]:
    """The names of all exports that have an answer key."""
    return sorted(path.name.removesuffix(".key.csv") for path in EXPORTS.glob("*.key.csv"))


def export(layout: str) -> Path:
    """The file of a layout."""
    return next(path for path in sorted(EXPORTS.glob(f"{layout}.*")) if not path.name.endswith(".key.csv"))


def answers(layout: str, destination: str) -> Mapping[str, Answer]:
    """The answer key: heading to what a person does with it."""
    with (EXPORTS / f"{layout}.key.csv").open(encoding="utf-8", newline="") as file:
        return {row["heading"]: _answer(row[destination]) for row in csv.DictReader(file) if row[destination]}


def _answer(cell: str) -> Answer:
    words = cell.split()
    return Answer(
        places=frozenset(word.lstrip("?") for word in words),
        wanted=frozenset(word for word in words if not word.startswith("?")),
    )


def scored(layout: str, destination: str) -> Score:
    """Suggest a mapping for a layout, with nothing learned before, and hold it against the key."""
    return held_against(
        suggest_mapping(
            export(layout),
            registry.find(destination),
            (),
            layout,
            FileOptions(encoding=ENCODINGS.get(layout)),
        ),
        answers(layout, destination),
        layout,
    )


def held_against(suggestion: Suggestion, key: Mapping[str, Answer], layout: str) -> Score:
    """Count what is right: a column counts where its places, templates included, are all among the key's, and one that is
    wanted is among them."""
    right = 0
    wrong, at_high, left_out = [], [], []
    for line in suggestion.lines:
        answer = key.get(line.heading, Answer())
        places = {*line.places, *line.used_in}
        if not places:
            left_out += [line.heading] if answer.wanted else []
        elif places <= answer.places and (places & answer.wanted or not answer.wanted):
            right += bool(answer.wanted)
        else:
            told = f"{line.heading} -> {', '.join(sorted(places - answer.places or places))} ({line.sure}%)"
            wrong.append(told)
            at_high += [told] if (line.sure or 0) >= HIGH else []
    return Score(
        layout=layout,
        destination=suggestion.destination,
        wanted=sum(bool(answer.wanted) for answer in key.values()),
        right=right,
        wrong=tuple(wrong),
        wrong_at_high=tuple(at_high),
        left_out=tuple(left_out),
    )


def run(which: str = "all", *, mistakes: bool = True) -> bool:
    """Print the score of every layout; whether all of them together keep the bounds."""
    kept = True
    for title, names in (
        ("built with", [n for n in layouts() if n in BUILT_WITH]),
        ("held out", [n for n in layouts() if n not in BUILT_WITH]),
    ):
        if which in ("all", title.replace(" ", "-")):
            kept &= _print(
                title,
                [scored(name, destination) for name in names for destination in DESTINATIONS],
                mistakes=mistakes,
            )
    return kept


def _print(title: str, scores: list[Score], *, mistakes: bool) -> bool:
    print(f"suggested mappings, layouts {title}: columns mapped right / columns that a person maps")
    for name in dict.fromkeys(score.layout for score in scores):
        cells = [f"{one.destination} {one.right:>2}/{one.wanted:<2}" for one in scores if one.layout == name]
        print(f"  {name:<28} {'   '.join(cells)}")
        for line in _mistakes([one for one in scores if one.layout == name]) if mistakes else ():
            print(f"      {line}")
    right, wanted = sum(one.right for one in scores), sum(one.wanted for one in scores)
    wrong_at_high = sum(len(one.wrong_at_high) for one in scores)
    share = right / wanted if wanted else 1.0
    kept = share >= 0.95 and not wrong_at_high
    print(f"  {'kept' if kept else 'NOT KEPT'}: {right} of {wanted} right ({share:.1%}, at least 95%), {wrong_at_high} wrong at {HIGH}% or more (none), "
          f"{sum(len(one.wrong) for one in scores)} wrong in all")  # fmt: skip
    return kept


def table() -> None:
    """Print the scores as a table of a page."""
    print("| export | shipup | parcellab | shippify |")
    print("|---|---|---|---|")
    for layout in [*BUILT_WITH, *(name for name in layouts() if name not in BUILT_WITH)]:
        held_out = "" if layout in BUILT_WITH else " (held out)"
        scores = [scored(layout, destination) for destination in DESTINATIONS]
        print(f"| {layout}{held_out} |", " | ".join(f"{one.right} of {one.wanted}" for one in scores), "|")


def _mistakes(scores: list[Score]) -> Iterator[str]:
    for one in scores:
        yield from (f"{one.destination}: wrong: {told}" for told in one.wrong)
        if one.left_out:
            yield f"{one.destination}: left out: {', '.join(one.left_out)}"
