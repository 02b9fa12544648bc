"""The receipt as people read it: plain text for terminals and mail, one self-contained HTML page for browsers."""

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from orderdrop.core.rows import in_drop, said
from orderdrop.reports.receipt import Receipt

GROUPED_FROM = 20
"""From more problems than this on, the readable forms also count them by kind."""
SHOWN_MAX = 200
"""How many problems the readable forms list; they say how many more the JSON receipt and the reject report hold."""

_STATUS = {
    "accepted": "Every good row is with the destination.",
    "rejects": "Finished; some rows came back.",
    "stuck": "orderdrop broke over the file again and again. Nothing was sent; a person looks at it.",
    "unfinished": "Some orders could not be sent for now. Nothing is lost; rerun the batch.",
    "pending": "The destination took orders and answers later.",
    "held": "Nothing was sent: the batch waits for a person.",
    "failed": "The file was refused as a whole; nothing was sent.",
    "unbalanced": "The books do not add up. Nothing here counts as done; call the maintainers.",
    "received": "The drop is kept and not yet read.",
    "sending": "Orders are on their way.",
}


def sentence(status: str) -> str:
    """What a batch's status means, in one sentence."""
    return _STATUS[status]


def as_text(receipt: Receipt) -> str:
    """The receipt as plain text, 100 columns or less where the data allow."""
    drop, rows, orders = receipt["drop"], receipt["rows"], receipt["orders"]
    lines = [
        f"Receipt of {drop['name']}",
        f"{receipt['status'].upper()}: {sentence(receipt['status'])}",
        *([receipt["remarks"]] if receipt["remarks"] else []),
        "",
        f"  batch        {receipt['batch']}",
        f"  mapping      {receipt['mapping']['name']} to {receipt['destination']}, account {receipt['account']}",
        f"  SHA-256      {drop['sha256']}",
        f"  rows         {_books(rows, 'read')}",
        f"  orders       {_books(orders, 'built')}",
    ]
    problems = receipt["problems"]
    if problems:
        lines += ["", "Problems"]
        lines += _kinds(problems) if len(problems) > GROUPED_FROM else []
        lines += [f"  {where(problem)}: {problem['message']}" for problem in problems[:SHOWN_MAX]]
    if len(problems) > SHOWN_MAX:
        lines.append(f"  and {len(problems) - SHOWN_MAX:,} more: see the reject report.")
    return "\n".join(lines) + "\n"


def _kinds(problems: Sequence[dict[str, Any]]) -> Iterator[str]:
    """How often each kind stands in each column, most frequent first, with the first message as a sample."""
    first: dict[tuple[str, str | None], str] = {}
    often = Counter((problem["code"], problem["column"]) for problem in problems)
    for problem in problems:
        first.setdefault((problem["code"], problem["column"]), problem["message"])
    for (code, column), count in often.most_common(GROUPED_FROM):
        yield f"  {count:,} x {code}{f' in column {column}' if column else ''}, such as: {first[code, column]}"
    yield ""


def _books(counts: dict[str, int], first: str) -> str:
    parts = [f"{count} {fate}" for fate, count in counts.items() if count and fate != first]
    return f"{counts[first]} {first}" + (f" = {' + '.join(parts)}" if parts else "")


def where(problem: dict[str, Any]) -> str:
    """Where a problem is, as people say it: row 7, column Qty."""
    cells = problem["cells"]
    if not cells:
        return "the file"
    rows = sorted({in_drop(cell.get("table", 1) - 1, cell["row"]) for cell in cells})
    shown = ", ".join(map(said, rows[:5])) + (f" and {len(rows) - 5} more" if len(rows) > 5 else "")
    columns = list(dict.fromkeys(cell["column"] for cell in cells if cell["column"]))
    named = f", column {' / '.join(columns)}" if columns else ""
    return f"{'row' if len(rows) == 1 else 'rows'} {shown}{named}"


def as_html(receipt: Receipt) -> str:
    """The receipt as one page without scripts or outside resources; everything from outside is escaped."""
    drop = receipt["drop"]
    problems = receipt["problems"]
    by_code = Counter(problem["code"] for problem in problems)
    kinds = "".join(
        f"<li><code>{escape(code)}</code> {count:,}</li>" for code, count in by_code.most_common()
    )
    groups = f"<ul class=groups>{kinds}</ul>" if len(problems) > GROUPED_FROM else ""
    more = (
        f"<p>And {len(problems) - SHOWN_MAX:,} more: see the reject report.</p>"
        if len(problems) > SHOWN_MAX
        else ""
    )
    listed = "".join(_problem_row(problem) for problem in problems[:SHOWN_MAX])
    table = (
        f"<h2>Problems</h2>{groups}<table><thead><tr><th>Where<th>What<th>Value<th>Order<th>Said by<th>"
        f"To mend by</tr></thead><tbody>{listed}</tbody></table>{more}"
        if problems
        else ""
    )
    remarks = f"<p>{escape(receipt['remarks'])}</p>" if receipt["remarks"] else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Receipt of {escape(drop['name'])}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(drop['name'])}</h1><p class='status {escape(receipt['status'])}'><b>{escape(receipt['status'])}</b> "
        f"{escape(sentence(receipt['status']))}</p>{remarks}"
        f"{_counts('Rows', receipt['rows'], 'read')}{_counts('Orders', receipt['orders'], 'built')}"
        f"<dl><dt>Batch</dt><dd>{escape(receipt['batch'])}</dd><dt>Mapping</dt><dd>{escape(receipt['mapping']['name'])} to "
        f"{escape(receipt['destination'])}</dd><dt>Account</dt><dd>{escape(receipt['account'])}</dd><dt>SHA-256</dt>"
        f"<dd><code>{escape(drop['sha256'])}</code></dd><dt>Arrived</dt><dd>{escape(str(drop['arrived_at']))}</dd></dl>"
        f"{table}</body></html>\n"
    )


def _counts(title: str, counts: dict[str, int], first: str) -> str:
    cells = "".join(
        f"<td class='{'none' if not count else escape(fate)}'><b>{count:,}</b><span>{escape(fate)}</span></td>"
        for fate, count in counts.items()
    )
    return f"<h2>{title}</h2><table class=counts aria-label='{title}, {first} first'><tr>{cells}</tr></table>"


def _problem_row(problem: dict[str, Any]) -> str:
    said_by = "the API" if problem["raised_by"] == "api" else "our checks"
    cells = (
        where(problem),
        problem["message"],
        problem["value"] or "",
        problem["order"] or "",
        said_by,
        problem["owner"],
    )
    return f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in cells)}</tr>"


_STYLE = """
:root{color-scheme:light dark;--line:#8884;--bad:#b3261e;--good:#146c2e;--wait:#8a5a00}
body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.05rem;margin:1.6rem 0 .4rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
.counts{table-layout:fixed}.counts td{text-align:center;border:1px solid var(--line)}.counts b{display:block;font-size:1.3rem}.counts .none{opacity:.45}
.counts .accepted b,.status.accepted b{color:var(--good)}.counts .rejected b,.counts .refused b,.status.failed b,.status.rejects b{color:var(--bad)}
.counts .held b,.counts .unsent b,.counts .pending b{color:var(--wait)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dd{margin:0;overflow-wrap:anywhere}.groups{columns:3 14rem;padding-left:1.2rem}
"""
