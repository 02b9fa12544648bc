"""The versions of a mapping: the file of today, and every text that a batch was pinned to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orderdrop.core.identity import digest
from orderdrop.errors import Fault, MappingError, SetupError, UsageError
from orderdrop.ledger.ledger import MappingVersion
from orderdrop.mapping import yaml_lines
from orderdrop.mapping.differences import Difference, differences
from orderdrop.pipeline.parts import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a mapping as somebody named it, with what it says."""

    called: str
    name: str
    digest: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All versions of a mapping that ran, oldest first; `today` is the digest of its file, None where it has none."""

    name: str
    versions: tuple[MappingVersion, ...]
    today: str | None


def history(parts: Parts, name: str) -> History:
    """The versions of a mapping. Raises UsageError when there is neither a file nor a batch of this name."""
    versions = tuple(parts.ledger.mapping_versions(name))
    try:
        loaded = parts.mapping(name)
    except MappingError:
        if not versions:
            raise
        return History(name=name, versions=versions, today=None)
    versions = versions or tuple(parts.ledger.mapping_versions(loaded.mapping.mapping))
    return History(name=loaded.mapping.mapping, versions=versions, today=loaded.digest)


def compare(parts: Parts, before: str, after: str | None) -> tuple[Version, Version, list[Difference]]:
    """Two versions and what changed between them; without `after`, up to the file of today.

    A version is named by its file, by the mapping's name (the file of today), by name@digest with the first letters of
    the digest, or by a batch that ran under it. Raises UsageError or MappingError for a name that leads nowhere.
    """
    one = named(parts, before)
    two = named(parts, after if after is not None else one.name)
    return one, two, differences(one.data, two.data)


def named(parts: Parts, reference: str) -> Version:
    """The version that a person means."""
    name, at, start = reference.partition("@")
    if at:
        return _pinned(parts, reference, _only(parts, name, start))
    batch = parts.ledger.batch(reference)
    if batch is not None:
        return _pinned(parts, f"batch {reference}", batch.mapping_digest)
    loaded = parts.mapping(reference)
    return Version(
        called=reference, name=loaded.mapping.mapping, digest=loaded.digest, data=loaded.document.data
    )


def _only(parts: Parts, name: str, start: str) -> str:
    digests = [version.digest for version in parts.ledger.mapping_versions(name)]
    fitting = [one for one in digests if one.startswith(start)]
    if len(fitting) == 1:
        return fitting[0]
    what = f"{len(fitting)} versions" if fitting else "no version"
    known = f" Known are {', '.join(one[:8] for one in digests)}." if digests else ""
    raise UsageError(
        f"Mapping `{name}` has {what} whose digest begins with {start!r}.{known}",
        next_step=f"`orderdrop mapping versions {name}` lists them.",
    )


def _pinned(parts: Parts, called: str, name: str) -> Version:
    text = parts.ledger.mapping_text(name)
    document = yaml_lines.parse(text, called) if text is not None else None
    if text is None or document is None or isinstance(document, Fault):
        raise SetupError(
            f"The ledger has no text of the mapping with the digest {name[:8]}.",
            next_step="Compare other versions: `orderdrop mapping versions NAME` lists them.",
        )
    mapping = str(document.data.get("mapping", ""))
    return Version(called=called, name=mapping, digest=digest(text.encode()), data=document.data)
