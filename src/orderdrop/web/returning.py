"""Where a form that was not believed leads back to: the page that it stood in, with what was typed."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Request

from orderdrop.web.gate import is_short

_CORRECTION = re.compile(r"/upload/(?P<upload>[\w-]+)/cells")
_WITH_A_FILE = re.compile(r"/upload(/[\w-]+/files)?|/mappings/drafts/new")
_LOST = ("lost", "file")
_TYPED_MAX = 2000


async def way_back(request: Request, *, session_ended: bool = False) -> str:
    """The address of the form's page on this console; empty where it is not known.

    That of a correction carries the cell and its text, so that a login in between loses nothing. A file cannot be
    carried: where the session ended before one came, the page says that it must be chosen again.
    """
    found = _CORRECTION.fullmatch(request.url.path)
    if found is not None:
        page = f"/upload/{found['upload']}"
        if not is_short(request):
            return page
        form = await request.form()
        typed = {name: str(form.get(name, ""))[:_TYPED_MAX] for name in ("row", "heading", "text")}
        return f"{page}?{urlencode(typed)}"
    before = urlsplit(request.headers.get("referer", ""))
    if before.netloc != request.headers.get("host") or not before.path.startswith("/"):
        return ""
    query = [one for one in parse_qsl(before.query, keep_blank_values=True) if one != _LOST]
    if session_ended and _WITH_A_FILE.fullmatch(request.url.path):
        query.append(_LOST)
    return f"{before.path}?{urlencode(query)}" if query else before.path


def has_lost_a_file(request: Request) -> bool:
    """Whether a page is what somebody came back to whose file had not come when the session ended."""
    return _LOST in request.query_params.multi_items()
