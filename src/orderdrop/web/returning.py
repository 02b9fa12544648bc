"""Where a form that was not believed leads back to: the page that it stood in, with what was typed."""

import re
from urllib.parse import urlencode, urlsplit

from fastapi import Request

from orderdrop.web.gate import is_short

_CORRECTION = re.compile(r"/upload/(?P<upload>[\w-]+)/cells")
_TYPED_MAX = 2000


async def way_back(request: Request) -> str:
    """The address of the form's page on this console; empty where it is not known.

    That of a correction carries the cell and its text, so that a login in between loses nothing.
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
    return f"{before.path}?{before.query}" if before.query else before.path
