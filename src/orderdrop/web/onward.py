"""Where a form leads once it was taken: to a page that may be loaded again without sending it twice."""

from fastapi.responses import RedirectResponse

_SEE_OTHER = 303


def onward(path: str) -> RedirectResponse:
    """The page that shows what came of it."""
    return RedirectResponse(path, status_code=_SEE_OTHER)
