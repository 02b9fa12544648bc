"""The geometry of the console's pictures: numbers in, places out; the templates draw them without scripts.

All lengths are units of the picture's own view box.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from orderdrop.ledger.browsing import BY_HAND, Day

FATES = ("accepted", "unchanged", "pending", "unsent", "held", "refused", "rejected", "ignored")
"""Fates of rows in the order in which pictures show them, good ones first."""
_FLOW_HEIGHT, _LABEL_HEIGHT, _GAP = 150.0, 22.0, 6.0
_LEFT, _RIGHT = (70.0, 82.0), (250.0, 262.0)
_STEP, _WEEKDAYS_WIDTH = 26, 32
_USUAL_SHARE, _LOOKS_MIN = 0.5, 2
_CODES_SHOWN = 5
_TOP = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ribbon:
    """What flows from the rows of a file to one fate: its path, its end bar, and where its label stands."""

    fate: str
    count: int
    path: str
    top: float
    height: float
    middle: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A file's rows and what became of them."""

    read: int
    height: float
    top: float
    thickness: float
    ribbons: tuple[Ribbon, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Square:
    """One day of one feed: how many drops came, and whether one is missing that comes on such a day as a rule.

    `week` is the column that it stands in, from 0; `spot` is where, and `told` what it says in words.
    """

    day: date
    week: int
    count: int
    missing: bool
    spot: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """What a feed brought, day by day."""

    feed: str
    days: tuple[Square, ...]

    @property
    def weeks(self) -> int:
        """How many columns it has."""
        return self.days[-1].week + 1

    @property
    def files(self) -> int:
        """How many there were."""
        return sum(one.count for one in self.days)

    @property
    def missing(self) -> tuple[date, ...]:
        """The days on which one was missing."""
        return tuple(one.day for one in self.days if one.missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A part of a day's column: what it counts, in words too, and where it stands."""

    code: str
    kind: int
    count: int
    top: float
    height: float
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Counts by code, a column a day, the most frequent codes first; `most` is what the full height means."""

    codes: tuple[str, ...]
    days: tuple[tuple[date, tuple[Slice, ...]], ...]
    most: int

    @property
    def table(self) -> tuple[tuple[date, tuple[int, ...]], ...]:
        """The same in numbers: for every day that has any, the newest first, how many there were of each code."""
        return tuple(
            (day, tuple(next((one.count for one in slices if one.code == code), 0) for code in self.codes))
            for day, slices in reversed(self.days)
            if slices
        )


def flow(rows: Mapping[str, int]) -> Flow:
    """The flow from the rows of a batch to their fates; a fate without rows has no ribbon."""
    there = [(fate, rows[fate]) for fate in FATES if rows[fate]]
    total = sum(count for _, count in there) or 1
    ends = [max(_FLOW_HEIGHT * count / total, 3.0) for _, count in there]
    places, place = [], 0.0
    for end in ends:
        places.append(place)
        place += max(end, _LABEL_HEIGHT) + _GAP
    height = max(place - _GAP, _FLOW_HEIGHT if there else _LABEL_HEIGHT)
    top = (height - sum(ends)) / 2
    ribbons, start = [], top
    for (fate, count), end, at in zip(there, ends, places, strict=True):
        ribbons.append(
            Ribbon(
                fate=fate,
                count=count,
                path=_ribbon(start, at, end),
                top=round(at, 1),
                height=round(end, 1),
                middle=round(at + end / 2, 1),
            )
        )
        start += end
    return Flow(
        read=rows["read"],
        height=round(height, 1),
        top=round(top, 1),
        thickness=round(sum(ends), 1),
        ribbons=tuple(ribbons),
    )


def _ribbon(start: float, end: float, thick: float) -> str:
    left, right = _LEFT[1], _RIGHT[0]
    middle = (left + right) / 2
    return (
        f"M{left:.1f} {start:.1f}C{middle:.1f} {start:.1f} {middle:.1f} {end:.1f} {right:.1f} {end:.1f}"
        f"V{end + thick:.1f}C{middle:.1f} {end + thick:.1f} {middle:.1f} {start + thick:.1f} {left:.1f} {start + thick:.1f}Z"
    )


def calendar(days: Sequence[Day], feed: str, since: date, today: date) -> Calendar:
    """The days of a feed from `since` to `today`.

    A day misses a drop when the feed brought one on at least half of the same weekdays since its first drop, twice at
    least; today is never missing, it is not over yet, and nothing that comes by hand is.
    """
    came = {date.fromisoformat(day.day): day.counts.get(feed, 0) for day in days}
    every = [since + timedelta(days=number) for number in range((today - since).days + 1)]
    first = min((day for day in every if came.get(day)), default=today)
    known = [day for day in every if first <= day < today]
    looks = Counter(day.weekday() for day in known)
    hits = Counter(day.weekday() for day in known if came.get(day))
    usual = {one for one in hits if hits[one] >= max(_LOOKS_MIN, _USUAL_SHARE * looks[one])}
    usual = set() if feed == BY_HAND else usual
    squares = (
        _square(
            day,
            week=(number + since.weekday()) // 7,
            count=came.get(day, 0),
            missing=not came.get(day) and first < day < today and day.weekday() in usual,
        )
        for number, day in enumerate(every)
    )
    return Calendar(feed=feed, days=tuple(squares))


def _square(day: date, *, week: int, count: int, missing: bool) -> Square:
    told = "missing" if missing else f"{count:,} file{'s' if count != 1 else ''}"
    return Square(
        day=day,
        week=week,
        count=count,
        missing=missing,
        spot=f"{_STEP * week + _WEEKDAYS_WIDTH} {_STEP * day.weekday()}",
        told=f"{day}: {told}",
    )


def columns(days: Sequence[Day], since: date, today: date) -> Columns:
    """Counts by code for every day from `since` to `today`; rare codes are summed up as `other`."""
    totals: Counter[str] = Counter()
    for day in days:
        totals.update(day.counts)
    shown = [code for code, _ in totals.most_common(_CODES_SHOWN if len(totals) > _CODES_SHOWN + 1 else None)]
    codes = (*shown, *(["other"] if len(shown) < len(totals) else []))
    by_day = {date.fromisoformat(day.day): day.counts for day in days}
    most = max((sum(counts.values()) for counts in by_day.values()), default=0)
    every = [since + timedelta(days=number) for number in range((today - since).days + 1)]
    return Columns(
        codes=codes,
        days=tuple((day, _slices(day, by_day.get(day, {}), codes, most)) for day in every),
        most=most,
    )


def _slices(day: date, counts: Mapping[str, int], codes: Sequence[str], most: int) -> tuple[Slice, ...]:
    grouped: Counter[str] = Counter()
    for code, count in counts.items():
        grouped[code if code in codes else "other"] += count
    made, foot = [], _TOP
    for kind, code in enumerate(codes):
        if grouped[code]:
            height = _TOP * grouped[code] / most
            foot -= height
            made.append(
                Slice(
                    code=code,
                    kind=kind,
                    count=grouped[code],
                    top=round(foot, 1),
                    height=round(height, 1),
                    told=f"{day}, {code}: {grouped[code]:,}",
                )
            )
    return tuple(made)
