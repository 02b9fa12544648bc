"""Templates become pages. Everything from outside is escaped; a name that a template lacks is a fault, not a blank."""

import json
import re
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from orderdrop.core.outcomes import RowCounts
from orderdrop.core.rows import in_table, said, told
from orderdrop.web.gate import Visitor, console_of
from orderdrop.web.pictures import flow
from orderdrop.web.returning import has_lost_a_file

HERE = Path(__file__).parent
_ROWS = tuple(one.name for one in fields(RowCounts))
_TICKED = re.compile("`([^`]+)`")
_THOUSAND, _FEW = 1000, 10


def page(
    request: Request, template: str, *, visitor: Visitor | None = None, status: int = 200, **facts: Any
) -> HTMLResponse:
    """One page: the template with its facts, the visitor, and the console around it."""
    console = console_of(request)
    html = (
        _environment()
        .get_template(template)
        .render(
            visitor=visitor,
            form_key=visitor.form_key if visitor is not None else "",
            here=request.url.path,
            now=console.now(),
            lost_a_file=has_lost_a_file(request),
            version=console.version,
            **facts,
        )
    )
    return HTMLResponse(html, status_code=status)


def fragment(template: str, **facts: Any) -> str:
    """A part of a page, for what changes while somebody looks at it."""
    return _environment().get_template(template).render(**facts)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "count": lambda number: f"{number:,}",
        "moment": moment,
        "ago": ago,
        "size": size,
        "took": took,
        "row": said,
        "in_table": lambda row: in_table(row)[1],
        "ticked": ticked,
        "pretty": lambda value: json.dumps(value, indent=2, ensure_ascii=False),
    }
    made.globals |= {
        "nav": ("/", "/overview", "/upload", "/feeds", "/mappings"),
        "rows_of": lambda counts: {fate: getattr(counts.rows, fate) for fate in _ROWS},
        "flow_of": flow,
        "rows_told": lambda order: told(order.lineage.rows),
    }
    return made


def ticked(text: str) -> Markup:
    """A sentence, escaped, with what stands in backticks as code."""
    return Markup(_TICKED.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped in this line


def moment(at: datetime | str | None) -> str:
    """A moment as people read it, in UTC."""
    if at is None:
        return ""
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def ago(at: datetime | None, now: datetime) -> str:
    """How long ago a moment is, or how far ahead: 3 min ago, in 2 h."""
    if at is None:
        return "never"
    seconds = int((now - at).total_seconds())
    amount = abs(seconds)
    if amount < 5:
        return "now"
    for limit, unit, each in ((90, "s", 1), (5400, "min", 60), (129_600, "h", 3600)):
        if amount < limit:
            told = f"{amount // each} {unit}"
            break
    else:
        told = f"{amount // 86_400} days"
    return f"{told} ago" if seconds > 0 else f"in {told}"


def took(seconds: float) -> str:
    """How long something took."""
    return f"{seconds * _THOUSAND:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def size(count: int) -> str:
    """A number of bytes as people read it."""
    amount, units = float(count), ["bytes", "kB", "MB", "GB"]
    while amount >= _THOUSAND and len(units) > 1:
        amount, units = amount / _THOUSAND, units[1:]
    whole = amount >= _FEW or units[0] == "bytes"
    told = f"{amount:,.0f}" if whole else f"{amount:,.1f}".removesuffix(".0")
    return f"{told} {units[0]}"
