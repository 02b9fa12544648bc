"""What a successful creation says: an entry per delivery, named by its position in the request.

Source: Shippify API reference, "Delivery creation", the 200; "Statuses" for the review.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from orderdrop.destinations.base import Accepted, Pending, Verdict

_IN_REVIEW = frozenset({"pending_review", "pending_to_review"})


def verdicts_of(said: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Verdict]:
    """A verdict per delivery that the answer has an entry for, by key.

    Entries may come in any order and some may be missing. An entry that repeats another delivery's `referenceId` than
    the one at its `index` belongs to the one that it names; one that fits no delivery is passed over.
    """
    listed = said.get("payload")
    found: dict[str, Verdict] = {}
    for entry in listed if isinstance(listed, list) else ():
        if not isinstance(entry, Mapping):
            continue
        key, name = _key_of(entry, keys), text_of(entry.get("id"))
        if key is None or name is None or key in found:
            continue
        in_review = is_in_review(entry.get("statusDelivery"))
        found[key] = Pending(ticket=name, until_next_run=True) if in_review else Accepted(reference=name)
    return found


def is_in_review(status: Any) -> bool:
    """Whether a person at Shippify must first mend the address; two spellings are documented."""
    if not isinstance(status, str):
        return False
    return status.strip().lower().replace(" ", "_").replace("-", "_") in _IN_REVIEW


def text_of(value: Any) -> str | None:
    """An id as text, None where there is none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip() or None


def _key_of(entry: Mapping[str, Any], keys: Sequence[str]) -> str | None:
    named, index = text_of(entry.get("referenceId")), entry.get("index")
    if named is not None:
        return named if named in keys else None
    if isinstance(index, int) and not isinstance(index, bool) and 0 <= index < len(keys):
        return keys[index]
    return None
