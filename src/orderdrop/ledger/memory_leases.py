"""Leases and the versions of mappings, in memory."""

from datetime import datetime, timedelta

from orderdrop.ledger.ledger import MappingVersion
from orderdrop.ledger.memory_state import InMemory, one_at_a_time


class Leases(InMemory):
    """Leases, and every version of a mapping that a batch ran under."""

    @one_at_a_time
    def lease(self, name: str, owner: str, now: datetime, seconds: float) -> bool:
        holder = self.lease_holder(name, now)
        if holder not in (None, owner):
            return False
        self._leases[name] = (owner, now + timedelta(seconds=seconds))
        return True

    @one_at_a_time
    def lease_holder(self, name: str, now: datetime) -> str | None:
        owner, expires_at = self._leases.get(name, (None, now))
        return owner if expires_at > now else None

    @one_at_a_time
    def release(self, name: str, owner: str) -> None:
        if name in self._leases and self._leases[name][0] == owner:
            del self._leases[name]

    @one_at_a_time
    def pin_mapping(self, digest: str, name: str, text: str, at: datetime) -> None:
        self._mappings.setdefault(digest, (name, text, at))

    @one_at_a_time
    def mapping_text(self, digest: str) -> str | None:
        return self._mappings[digest][1] if digest in self._mappings else None

    @one_at_a_time
    def mapping_versions(self, name: str) -> list[MappingVersion]:
        found = []
        for digest, (called, _, pinned_at) in self._mappings.items():
            used = [b.created_at for b in self._batches.values() if b.mapping_digest == digest]
            if called == name:
                found.append(
                    MappingVersion(
                        digest=digest,
                        pinned_at=pinned_at,
                        first_used=min(used, default=None),
                        last_used=max(used, default=None),
                        batches=len(used),
                    )
                )
        return sorted(found, key=lambda version: (version.pinned_at, version.digest))
