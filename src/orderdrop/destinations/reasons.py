"""What an API said against an order, as a text for people."""

import json
from typing import Any

_LONGEST_MESSAGE = 500


def reason(said: Any, system: str) -> str:
    """Whatever an API of that name said, as text, cut where it is too long; never raises."""
    if said is None or said in ("", {}, []):
        return f"{system} gave no reason"
    try:
        text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False, default=str)
    except RecursionError:
        return f"{system}'s answer is nested too deeply to be shown"
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}…"
