"""From a sample to a suggestion: match, place, give options, and say what is missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from orderdrop.core.shape import Leaf, Shape
from orderdrop.mapping.model import Mapping as FileMapping
from orderdrop.mapping.suggest.fitting import Evidence, Reads
from orderdrop.mapping.suggest.guide import Guide, named
from orderdrop.mapping.suggest.lines import Lines
from orderdrop.mapping.suggest.match import match
from orderdrop.mapping.suggest.memory import Lesson, Memory, learn
from orderdrop.mapping.suggest.plan import plan
from orderdrop.mapping.suggest.sample import Sample, profile
from orderdrop.mapping.suggest.suggestion import Line, Suggestion
from orderdrop.mapping.suggest.surroundings import surroundings

_CARRIERS = frozenset(
    ("ups", "usps", "fedex", "dhl", "dpd", "gls", "hermes", "colissimo", "chronopost", "la poste", "mondial relay", "postnl",
     "bpost", "correos", "seur", "mrw", "brt", "bartolini", "inpost", "royal mail", "evri", "tnt", "ontrac", "lasership", "canada post",
     "poste italiane", "sda", "nacex", "ctt", "jadlog", "loggi", "correios", "pocztex", "fedx", "post")
)  # fmt: skip
_TOTALS = frozenset(
    ("total", "totals", "sum", "summe", "gesamt", "gesamtsumme", "totale", "totaal", "totaux", "suma", "razem", "grand total")
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """What the checks of a run say of a text, so that a suggestion promises nothing that a run would refuse."""

    reads: Reads
    country: Callable[[str], str | None]


def suggest(
    sample: Sample,
    shape: Shape,
    guide: Guide,
    earlier: Sequence[tuple[FileMapping, Guide]],
    checks: Checks,
    name: str,
) -> Suggestion:
    """Suggest a mapping called `name`; `earlier` are known mappings, each with the guide of its destination."""
    memory = learn(earlier, sample.headings, shape.destination)
    evidence = [
        Evidence(profile(heading, cells), checks.reads, _CARRIERS)
        for heading, cells in zip(sample.headings, sample.columns, strict=True)
    ]
    taught = _taught(sample, memory, shape)
    passed_over = frozenset(
        n
        for n, heading in enumerate(sample.headings)
        if heading in sample.repeated or (n in taught and taught[n].column is None)
    )
    matched = match(evidence, memory, passed_over)
    around = surroundings(matched, evidence, memory, checks.country)
    columns = Lines(
        sample=sample,
        shape=shape,
        guide=guide,
        evidence=evidence,
        matched=matched,
        taught=taught,
        around=around,
        reads=checks.reads,
    )
    given = frozenset(place for lesson in taught.values() if lesson.column for place in lesson.column.to)
    chosen = plan(shape, guide, columns.has, given)
    lines = columns.all(chosen)
    headings = {meaning: sample.headings[n] for meaning, n in columns.column_of.items()}
    derived = {place: _in_headings(template, headings) for place, template in chosen.derived.items()}
    file_keys = {**dict(sample.file_keys), **({"decimal": around.mark} if around.mark else {})}
    totals = _totals(evidence, matched.key)
    return Suggestion(
        name=name,
        destination=shape.destination,
        source=sample.name,
        lines=tuple({line.heading: line for line in reversed(lines)}.values())[::-1],
        file_keys={**file_keys, "skip_rows_where": totals} if totals else file_keys,
        derived=derived,
        hints=_hints(chosen.lacking, lines, derived, guide, memory, _carriers(columns, evidence)),
        looked_at=_looked_at(sample),
    )


def _taught(sample: Sample, memory: Memory, shape: Shape) -> dict[int, Lesson]:
    """Columns that a mapping of the same kind of file has, by position; of two that want one place, the first."""
    found: dict[int, Lesson] = {}
    filled: set[str] = set()
    for n, heading in enumerate(sample.headings):
        lesson = next((one for one in memory.of(heading) if one.close), None)
        if lesson is None or heading in sample.repeated:
            continue
        places = lesson.column.to if lesson.column is not None else ()
        if filled.isdisjoint(places) and all(shape.leaf(place) is not None for place in places):
            filled |= set(places)
            found[n] = lesson
    return found


def _in_headings(template: str, headings: Mapping[str, str]) -> str:
    for meaning in named(template):
        template = template.replace(f"{{{meaning}}}", f"{{{headings[meaning]}}}")
    return template


def _totals(evidence: Sequence[Evidence], key: int | None) -> dict[str, str]:
    """The column in which a row says that it is a total, where the order's number is blank."""
    for n, one in enumerate(evidence):
        for row, cell in enumerate(one.profile.cells) if n != key else ():
            named_order = key is not None and evidence[key].profile.cells[row]
            if not named_order and cell.casefold().rstrip(":") in _TOTALS:
                return {one.profile.heading: cell}
    return {}


def _hints(
    lacking: Sequence[Leaf],
    lines: Sequence[Line],
    derived: Mapping[str, str],
    guide: Guide,
    memory: Memory,
    carriers: str | None,
) -> dict[str, str]:
    """What the destination wants and nothing fills: place and sentence, with the value that another mapping has."""
    filled = {place for line in lines for place in line.places} | set(derived)
    hints = {
        leaf.place: guide.needs.get(leaf.place) or _wanted(leaf)
        for leaf in lacking
        if leaf.place not in filled
    }
    for place, sentence in guide.needs.items():
        if filled.isdisjoint((place, *guide.instead.get(place, ()))):
            hints.setdefault(place, sentence)
    for place in hints:
        if carriers and "parcel.carrier" in guide.fills.get(place, ()):
            hints[place] = carriers
        if place in memory.constants:
            value, mapping = memory.constants[place]
            hints[place] = f"{value} in {mapping}"
    return hints


def _carriers(columns: Lines, evidence: Sequence[Evidence]) -> str | None:
    """What the tracking numbers say of their carriers, where they leave no doubt."""
    n = columns.column_of.get("parcel.tracking")
    found = evidence[n].tracked if n is not None else ()
    names = {one.carrier if one and one.proved else "" for one in found} - {"post", "GS1"}
    return (
        f"required; the tracking numbers are those of {' and '.join(sorted(names))}"
        if names and "" not in names
        else None
    )


def _wanted(leaf: Leaf) -> str:
    if leaf.one_of:
        return f"one of {', '.join(leaf.one_of)}"
    return "required, and nothing in the file looks like it"


def _looked_at(sample: Sample) -> str:
    rows = f"{sample.rows:,} row{'' if sample.rows == 1 else 's'}"
    if sample.whole:
        return f"all {rows}"
    over = "the file" if sample.read_rows is None else f"the first {sample.read_rows:,}"
    return f"{rows}, the first ones and some from all over {over}"
