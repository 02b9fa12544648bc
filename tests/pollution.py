"""Polluted files and their right readings: one table, written in every way that senders write tables.

The kinds are those of the Pollock benchmark (delimiters, quotes, escapes, line ends, encodings, preambles, footers,
headings, ragged rows) and some that warehouses add. `corpus()` makes them all; `benchmarks/dialects.py` reads them with
other detectors too.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

Row = tuple[str, ...]
HEADINGS: Row = ("Order", "Ordered on", "Customer", "City", "SKU", "Quantity", "Price", "Remarks")
PLAIN: tuple[Row, ...] = (
    ("A-1001", "2026-11-02", "Anna Berg", "Lyon", "TEA-01", "2", "12.50", ""),
    ("A-1002", "2026-11-02", "Bob Stone", "Nantes", "MUG-07", "1", "8.00", "ring twice"),
    ("A-1003", "2026-11-03", "Carla Rossi", "Milan", "TEA-01", "4", "12.50", ""),
    ("A-1004", "2026-11-03", "Dan Wu", "Paris", "POT-33", "1", "49.90", "gift"),
    ("A-1005", "2026-11-04", "Eva Lind", "Lille", "MUG-07", "12", "8.00", ""),
    ("A-1006", "2026-11-05", "Finn Moe", "Nice", "TEA-02", "3", "14.00", "no signature"),
    ("A-1007", "2026-11-05", "Gina Sala", "Turin", "POT-33", "1", "49.90", ""),
    ("A-1008", "2026-11-06", "Hugo Blanc", "Dijon", "TEA-01", "2", "12.50", "call first"),
)
FRENCH: tuple[Row, ...] = tuple(
    (*row[:2], customer, city, *row[4:])
    for row, customer, city in zip(
        PLAIN,
        ("Hélène Müller", "Jörg Größe", "José Muñoz", "François Lefèvre", "Zoë Bénard", "João Conceição", "Élodie Forêt", "Noël Pâris"),
        ("Orléans", "Düsseldorf", "Málaga", "Besançon", "Sète", "São Paulo", "Évry", "Nîmes"),
        strict=True,
    )
)  # fmt: skip
ORDER, DATE, CUSTOMER, CITY, SKU, QUANTITY, PRICE, REMARKS = range(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Polluted:
    """A file, the table that a person sees in it, the rows that cannot be read (by their number), and whether the file as
    a whole is a question to a person. `options` is what a mapping must say of it."""

    name: str
    content: bytes
    headings: Row = HEADINGS
    rows: tuple[Row, ...] = PLAIN
    refused: frozenset[int] = frozenset()
    asks: bool = False
    options: dict[str, Any] = field(default_factory=dict)
    by_mapping: bool = False  # only who knows the mapping's headings can tell

    @property
    def kind(self) -> str:
        """The kind of pollution: the name's first word."""
        return self.name.split("-", 1)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a table is written down."""

    delimiter: str = ","
    quote: str | None = '"'
    escape: str | None = None
    end: str = "\n"
    quote_all: bool = False
    last_end: bool = True

    def line(self, cells: Sequence[str]) -> str:
        """One record without its end."""
        return self.delimiter.join(map(self.cell, cells))

    def cell(self, text: str) -> str:
        """One cell."""
        special = (self.delimiter, self.quote or "", "\r", "\n", self.escape or "")
        needs = any(one and one in text for one in special)
        if self.quote is None:
            for one in (self.escape, self.delimiter) if self.escape else ():
                text = text.replace(one or "", f"{self.escape}{one}")
            return text
        if not needs and not self.quote_all:
            return text
        if self.escape is None:
            return self.quote + text.replace(self.quote, self.quote * 2) + self.quote
        text = text.replace(self.escape, self.escape * 2).replace(self.quote, self.escape + self.quote)
        return self.quote + text + self.quote

    def text(self, rows: Sequence[Sequence[str]]) -> str:
        """A whole table."""
        return self.end.join(map(self.line, rows)) + (self.end if self.last_end else "")


def changed(rows: Sequence[Row], at: int, column: int, text: str) -> tuple[Row, ...]:
    """The rows with one cell replaced."""
    return tuple(
        (*row[:column], text, *row[column + 1 :]) if index == at else row for index, row in enumerate(rows)
    )


COMMAS = changed(changed(PLAIN, 1, REMARKS, "ring twice, then knock"), 3, CUSTOMER, "Wu, Dan; junior|x\ty")
INCHES = changed(changed(PLAIN, 2, REMARKS, '5" pipe, 3/4" bore'), 5, REMARKS, 'say "hello", please')
LINES = changed(PLAIN, 4, REMARKS, "first line\nsecond, line")


def corpus() -> list[Polluted]:
    """Every polluted file; the same ones each time."""
    found = [
        *_delimiters(),
        *_quotes(),
        *_escapes(),
        *_line_ends(),
        *_encodings(),
        *_preambles(),
        *_footers(),
        *_headings(),
    ]
    found += [*_ragged(), *_broken(), *_shapes(), *_mixtures()]
    names = [one.name for one in found]
    assert len(names) == len(set(names)), "names of the corpus are unique"
    return found


def _encoded(name: str, text: str, encoding: str = "utf-8", **more: Any) -> Polluted:
    return Polluted(name=name, content=text.encode(encoding), **more)


def _table(rows: Sequence[Row], style: Style, headings: Row = HEADINGS) -> str:
    return style.text([headings, *rows])


def _delimiters() -> Iterator[Polluted]:
    for name, delimiter in {
        "comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "colon": ":", "caret": "^", "tilde": "~", "space": " ",
        "x01": "\x01", "x1f": "\x1f", "section": "§", "bar": "¦",
    }.items():  # fmt: skip
        style = Style(delimiter=delimiter)
        yield _encoded(f"delimiter-{name}", _table(PLAIN, style))
        yield _encoded(f"delimiter-{name}-in-cells", _table(COMMAS, style), rows=COMMAS)
    euros = tuple((*row[:PRICE], row[PRICE].replace(".", ","), row[REMARKS]) for row in PLAIN)
    yield _encoded("delimiter-semicolon-decimal-comma", _table(euros, Style(delimiter=";")), rows=euros)
    yield _encoded("delimiter-tab-decimal-comma", _table(euros, Style(delimiter="\t")), rows=euros)
    yield _encoded("delimiter-sep-line", "sep=;\n" + _table(PLAIN, Style(delimiter=";")))


def _quotes() -> Iterator[Polluted]:
    for name, rows in {"commas": COMMAS, "inches": INCHES, "lines": LINES}.items():
        for delimiter in ",;":
            yield _encoded(
                f"quote-double-{name}-{ord(delimiter)}", _table(rows, Style(delimiter=delimiter)), rows=rows
            )
        yield _encoded(f"quote-all-{name}", _table(rows, Style(quote_all=True)), rows=rows)
        yield _encoded(f"quote-single-{name}", _table(rows, Style(quote="'", quote_all=True)), rows=rows)
    yield _encoded("quote-single-minimal", _table(COMMAS, Style(quote="'")), rows=COMMAS)
    names = changed(changed(PLAIN, 0, CUSTOMER, "Sean O'Brien"), 3, CITY, "'s-Hertogenbosch")
    yield _encoded("quote-apostrophes", _table(names, Style()), rows=names)
    yield _encoded("quote-apostrophes-quoted", _table(names, Style(quote_all=True)), rows=names)
    bare = INCHES
    for at in (0, 3, 6):
        bare = changed(bare, at, REMARKS, f'"Best" tea {at}')
    yield _encoded("quote-none", _table(bare, Style(delimiter=";", quote=None)), rows=bare)
    inside = changed(PLAIN, 2, REMARKS, '5" pipe')
    yield _encoded("quote-inside-a-cell", _table(inside, Style(quote=None)), rows=inside)


def _escapes() -> Iterator[Polluted]:
    for delimiter in ",;\t|":
        style = Style(delimiter=delimiter, escape="\\", quote_all=True)
        yield _encoded(f"escape-backslash-{ord(delimiter)}", _table(INCHES, style), rows=INCHES)
    yield _encoded("escape-backslash-minimal", _table(INCHES, Style(escape="\\")), rows=INCHES)
    yield _encoded(
        "escape-backslash-single", _table(INCHES, Style(escape="\\", quote="'", quote_all=True)), rows=INCHES
    )
    commas = changed(COMMAS, 1, REMARKS, "one, two, three")
    yield _encoded("escape-no-quotes", _table(commas, Style(quote=None, escape="\\")), rows=commas)
    paths = changed(changed(PLAIN, 1, REMARKS, "C:\\drop\\in"), 4, REMARKS, "\\\\server\\share")
    yield _encoded("escape-windows-paths", _table(paths, Style()), rows=paths)
    yield _encoded("escape-windows-paths-quoted", _table(paths, Style(quote_all=True)), rows=paths)


def _line_ends() -> Iterator[Polluted]:
    for name, end in {"lf": "\n", "cr": "\r", "crlf": "\r\n", "crcrlf": "\r\r\n"}.items():
        yield _encoded(f"lines-{name}", _table(PLAIN, Style(end=end)))
        yield _encoded(f"lines-{name}-quoted", _table(COMMAS, Style(end=end, quote_all=True)), rows=COMMAS)
        yield _encoded(f"lines-{name}-not-last", _table(PLAIN, Style(end=end, last_end=False)))
        yield _encoded(f"lines-{name}-twice-last", _table(PLAIN, Style(end=end)) + end)
    lines = _table(PLAIN, Style()).splitlines()
    mixed = "".join(line + ("\n", "\r\n", "\r")[at % 3] for at, line in enumerate(lines))
    yield _encoded("lines-mixed", mixed)
    yield _encoded("lines-ctrl-z", _table(PLAIN, Style(end="\r\n")) + "\x1a")
    yield _encoded("lines-blank-between", _table(PLAIN, Style(end="\n\n")))


def _encodings() -> Iterator[Polluted]:
    text = _table(FRENCH, Style(delimiter=";"))
    for name in (
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "cp1252",
        "latin-1",
        "mac_roman",
    ):
        yield _encoded(f"encoding-{name}", text, name, rows=FRENCH)
    for name in ("cp437", "cp850"):
        rows = tuple(
            tuple(cell.replace("ã", "a") if name == "cp437" else cell for cell in row) for row in FRENCH
        )
        yield _encoded(f"encoding-{name}", _table(rows, Style(delimiter=";")), name, rows=rows)
    yield Polluted(name="encoding-double-bom", content="\ufeff\ufeff".encode() + text.encode(), rows=FRENCH)
    for name, city in {
        "cp1250": "Příbram Łódź Győr",
        "cp1251": "Москва Иванов",
        "shift_jis": "東京都渋谷区",
        "gb18030": "北京市海淀区",
    }.items():
        rows = changed(PLAIN, 2, CITY, city)
        rows = changed(rows, 5, CUSTOMER, city[::-1].title())
        content = _table(rows, Style(delimiter=";")).encode(name, "replace")
        rows = changed(rows, 2, CITY, city.encode(name, "replace").decode(name))
        rows = changed(rows, 5, CUSTOMER, city[::-1].title().encode(name, "replace").decode(name))
        yield Polluted(name=f"encoding-{name}", content=content, rows=rows, asks=True)
    both = text.encode() + _line(["A-1009", *PLAIN[0][1:3], "Orléans", *PLAIN[0][4:]], ";").encode("cp1252")
    yield Polluted(name="encoding-two-in-one", content=both, rows=FRENCH, refused=frozenset({10}))
    cut = text.encode() + b"A-1009;2026-11-06;Ren\xc3"
    yield Polluted(name="encoding-cut-in-a-letter", content=cut, rows=FRENCH, refused=frozenset({10}))


def _line(cells: Sequence[str], delimiter: str = ",") -> str:
    return Style(delimiter=delimiter).line(cells) + "\n"


def _preambles() -> Iterator[Polluted]:
    for delimiter in ",;":
        table = _table(PLAIN, Style(delimiter=delimiter))
        pads = delimiter * 7
        for name, above in {
            "one-line": "Shipments of November\n",
            "three-lines": "Acme Ltd\nShipments of November\nprinted by Bob\n",
            "blank-between": "Shipments of November\n\n",
            "padded": f"Shipments of November{pads}\n{pads}\n",
            "pairs": f"Warehouse{delimiter}North\nPrinted{delimiter}2026-11-07 08:00\n",
            "comments": "# export 17\n# by the night job\n",
            "blank-lines": "\n\n",
        }.items():
            yield _encoded(f"preamble-{name}-{ord(delimiter)}", above + table)
    commented = _table(PLAIN, Style()).splitlines(keepends=True)
    commented.insert(4, "# checked until here\n")
    yield _encoded("preamble-comment-in-the-middle", "".join(commented), options={"comment": "#"})


def _footers() -> Iterator[Polluted]:
    table = _table(PLAIN, Style())
    for name, below, refused in (
        ("total", "Total,,,,,26,148.30,\n", {10}),
        ("total-below-a-blank", "\nTotal,,,,,26,148.30,\n", {11}),
        ("count", "8 rows\n", {10}),
        ("sql", "\n(8 rows affected)\n", {11}),
        ("end", "*** end of report ***\n", {10}),
        ("blank", ",,,,,,,\n,,,,,,,\n", set()),
    ):
        yield _encoded(f"footer-{name}", table + below, refused=frozenset(refused))
    yield _encoded("footer-declared", table + "Total,,,,,26,148.30,\n", options={"footer_rows": 1})
    trailer = {"trailer": {"where": {"1": "TRL"}, "rows": 2}}
    yield _encoded("footer-trailer", table + "TRL,0008\n", options=trailer)
    yield _encoded("footer-trailer-wrong", table + "TRL,0009\n", options=trailer, asks=True)


def _headings() -> Iterator[Polluted]:
    table = _table(PLAIN, Style())
    repeated = "".join(
        line + (_line(HEADINGS) if at in (3, 6) else "")
        for at, line in enumerate(table.splitlines(keepends=True))
    )
    yield _encoded("headings-repeated", repeated)
    positions = tuple(map(str, range(1, 9)))
    yield _encoded("headings-none", Style().text(PLAIN), headings=positions)
    upper = ("Order", "Ordered", "", "", "", "", "", "")
    lower = ("number", "on", "Customer", "City", "SKU", "Quantity", "Price", "Remarks")
    joined = ("Order number", "Ordered on", *lower[2:])
    two = Style().text([upper, lower, *PLAIN])
    yield _encoded("headings-two-lines", two, headings=joined, options={"header_rows": 2})
    yield _encoded("headings-two-lines-found", two, headings=joined, by_mapping=True)
    duplicate = (*HEADINGS[:6], "City", HEADINGS[7])
    yield _encoded("headings-duplicate", _table(PLAIN, Style(), duplicate), headings=duplicate)
    empty = (*HEADINGS[:3], "", *HEADINGS[4:])
    yield _encoded("headings-empty", _table(PLAIN, Style(), empty), headings=empty)
    yield _encoded("headings-trailing-commas", "".join(f"{line},,\n" for line in table.splitlines()))
    yield _encoded("headings-only", _line(HEADINGS), rows=(), asks=True)
    yield _encoded(
        "headings-quoted-line",
        '"Order\nnumber",b,c\n1,2,3\n4,5,6\n',
        headings=("Order\nnumber", "b", "c"),
        rows=(("1", "2", "3"), ("4", "5", "6")),
    )


def _ragged() -> Iterator[Polluted]:
    lines = _table(PLAIN, Style()).splitlines(keepends=True)

    def with_line(at: int, line: str) -> str:
        return "".join([*lines[:at], line, *lines[at + 1 :]])

    def without(at: int) -> tuple[Row, ...]:
        return tuple(row for index, row in enumerate(PLAIN) if index != at - 1)

    yield _encoded(
        "ragged-short", with_line(4, "A-1004,2026-11-03\n"), rows=without(4), refused=frozenset({5})
    )
    yield _encoded(
        "ragged-long", with_line(5, lines[5].strip() + ",x,y\n"), rows=without(5), refused=frozenset({6})
    )
    yield _encoded(
        "ragged-first-long", with_line(1, lines[1].strip() + ",x\n"), rows=without(1), refused=frozenset({2})
    )
    yield _encoded(
        "ragged-unquoted-comma",
        with_line(2, "A-1002,2026-11-02,Stone, Bob,Nantes,MUG-07,1,8.00,\n"),
        rows=without(2),
        refused=frozenset({3}),
    )
    yield _encoded("ragged-cut", "".join(lines)[:-25], rows=PLAIN[:-1], refused=frozenset({9}))
    longer = "".join([lines[0], *(line.strip() + ",x\n" for line in lines[1:])])
    yield _encoded("ragged-all-long", longer, rows=(), refused=frozenset(range(2, 10)))


def _broken() -> Iterator[Polluted]:
    lines = _table(PLAIN, Style()).splitlines(keepends=True)

    def with_cell(at: int, cell: str) -> bytes:
        cells = lines[at].rstrip("\n").split(",")
        return "".join([*lines[:at], ",".join([*cells[:7], cell]) + "\n", *lines[at + 1 :]]).encode()

    def without(*at: int) -> tuple[Row, ...]:
        return tuple(row for index, row in enumerate(PLAIN) if index + 1 not in at)

    yield Polluted(
        name="broken-unclosed", content=with_cell(3, '"ring'), rows=without(3), refused=frozenset({4})
    )
    yield Polluted(
        name="broken-junk-after-quote",
        content=with_cell(3, '"ring" x'),
        rows=without(3),
        refused=frozenset({4}),
    )
    yield Polluted(name="broken-nul", content=with_cell(5, "a\0b"), rows=without(5), refused=frozenset({6}))
    paired = with_cell(3, '"ring').decode().splitlines(keepends=True)
    paired[6] = paired[6].replace("no signature", 'no signature"')
    rows = changed(without(3), 4, REMARKS, 'no signature"')
    yield Polluted(
        name="broken-two-that-pair", content="".join(paired).encode(), rows=rows, refused=frozenset({4})
    )
    collapsed = "".join('"' + line.strip() + '"\n' for line in lines)
    yield _encoded("broken-collapsed", collapsed, asks=True)


def _shapes() -> Iterator[Polluted]:
    yield _encoded(
        "shape-one-column",
        "Name\nAnna Berg\nBob Stone\nCarla\n",
        headings=("Name",),
        rows=(("Anna Berg",), ("Bob Stone",), ("Carla",)),
    )
    yield _encoded(
        "shape-one-column-times",
        "Time\n10:00:00\n11:30:00\n12:45:00\n",
        headings=("Time",),
        rows=(("10:00:00",), ("11:30:00",), ("12:45:00",)),
    )
    yield _encoded(
        "shape-one-column-decimals",
        "Price\n12,50\n8,00\n14,00\n",
        headings=("Price",),
        rows=(("12,50",), ("8,00",), ("14,00",)),
    )
    yield _encoded(
        "shape-two-columns", "Order;Qty\nA;1\nB;2\n", headings=("Order", "Qty"), rows=(("A", "1"), ("B", "2"))
    )
    yield _encoded("shape-one-row", _table(PLAIN[:1], Style(delimiter=";")), rows=PLAIN[:1])
    sparse = tuple((row[0], *[""] * 6, row[7]) for row in PLAIN)
    yield _encoded("shape-mostly-blank", _table(sparse, Style(delimiter="|")), rows=sparse)
    prose = changed(PLAIN, 0, REMARKS, "tea, mugs, pots, plates, and more; really")
    prose = tuple((*row[:7], f"{row[7]}, {row[2]}, {row[3]}") for row in prose)
    yield _encoded("shape-commas-everywhere", _table(prose, Style(delimiter="\t")), rows=prose)
    lists = tuple((*row[:7], "a;b;c") for row in PLAIN)
    yield _encoded("shape-lists-in-cells", _table(lists, Style()), rows=lists)
    urls = tuple((*row[:7], f"https://x.example/{row[0]}?a=1&b=2:3") for row in PLAIN)
    yield _encoded("shape-urls", _table(urls, Style(delimiter="|")), rows=urls)
    yield _encoded(
        "shape-undecidable", "a,b;c,d\n1,2;3,4\n5,6;7,8\n", headings=("a", "b;c", "d"), rows=(), asks=True
    )
    fixed = "".join(
        "".join(cell.ljust(width) for cell, width in zip(row, (8, 12, 14, 9, 8, 10, 7, 14), strict=True))
        + "\n"
        for row in (HEADINGS, *PLAIN)
    )
    yield _encoded("shape-fixed", fixed, options={"format": "fixed", "widths": [8, 12, 14, 9, 8, 10, 7, 14]})
    yield _encoded("shape-fixed-not-told", fixed, asks=True)


def _mixtures() -> Iterator[Polluted]:
    """Several pollutions at once, drawn from a fixed seed."""
    draw = random.Random(5)
    for number in range(60):
        style = Style(
            delimiter=draw.choice(",;\t|"),
            quote=draw.choice('""\''),
            escape=draw.choice((None, None, "\\")),
            end=draw.choice(("\n", "\r\n", "\r")),
            last_end=draw.random() < 0.8,
        )
        style = replace(
            style, quote_all=style.escape is not None or style.quote == "'" or draw.random() < 0.3
        )
        rows = draw.choice((PLAIN, FRENCH, COMMAS, INCHES))
        encoding = draw.choice(("utf-8", "utf-8-sig", "cp1252", "utf-16"))
        titles = draw.choice(("", "", "Shipments of November", "Acme Ltd|Shipments of November|")).replace(
            "|", style.end
        )
        table = list(rows)
        lines = [style.line(HEADINGS), *map(style.line, table)]
        if draw.random() < 0.3:
            lines.insert(draw.randrange(2, 7), style.line(HEADINGS))
        text = style.end.join(lines) + (style.end if style.last_end else "")
        text = (titles + style.end if titles else "") + text
        yield _encoded(f"mixture-{number:02}", text, encoding, rows=rows)
