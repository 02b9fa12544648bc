"""Creates or updates one order with its mutations: all of it is judged first, and nothing is kept of what is refused."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from orderdrop.sandbox.parcellab import mutations as doing
from orderdrop.sandbox.parcellab.fields import CORE_FIELDS
from orderdrop.sandbox.parcellab.rules import Rules
from orderdrop.sandbox.parcellab.settings import ParcellabSettings
from orderdrop.sandbox.parcellab.store import ParcelOrder, Store
from orderdrop.sandbox.parcellab.validation import Complaint, in_order, read_mutations, read_order


class Early(Exception):  # noqa: N818 - an answer that the API gives, not a failure of the program
    """Refused before any field was looked at."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Refused(Exception):  # noqa: N818 - see above
    """Refused with every fault that was found."""

    def __init__(self, found: list[Complaint]) -> None:
        super().__init__(f"{len(found)} faults")
        self.found = found


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a write did; `shown` is the merged order with the results of its mutations."""

    number: str
    created: bool
    shown: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Writes orders under the settings of the moment."""

    settings: ParcellabSettings
    store: Store
    now: Callable[[], float]

    def write(self, payload: Any, *, account: int | None, creates_only: bool, fails: bool) -> Written:
        """Create or update the order in the payload; raises `Early` or `Refused`, and then nothing is stored.

        `account` is the one that the token names, if it does. `fails`: no mutation is done.
        """
        known = self._find(payload, account) if isinstance(payload, dict) else None
        fields, found = self._read(payload, known)
        given = payload.get("mutations") if isinstance(payload, dict) else None
        tagged = self.settings.mutation_errors == "tagged"
        mutations, more = read_mutations(given, rules=self._rules(), tagged=tagged)
        found += more
        if known is not None and creates_only:
            found.append(_unique("An order with this number exists already."))
        if not found:
            found = self._across(fields, mutations, known)
        if found:
            raise Refused(in_order(found))
        joins = self.settings.lists == "merge"
        order = self.store.upsert(known, fields, join_lists=joins)
        results = self._mutate(mutations, order, fails=fails)
        sent = [{**one, "result": result} for one, result in zip(given or (), results, strict=True)]
        return Written(
            number=order.number, created=known is None, shown={**order_json(order), "mutations": sent}
        )

    def _find(self, payload: dict[str, Any], account: int | None) -> ParcelOrder | None:
        external_id, number = payload.get("external_id"), payload.get("order_number")
        if not external_id and not number:
            raise Early(400, "Either external_id or order_number is required.")
        named = payload.get("account")
        allowed = account if self.settings.account is None else self.settings.account
        if allowed is not None and named is not None and str(named) != str(allowed):
            raise Early(403, f"You are not authorized for account {named}.")
        if external_id:
            if (known := self.store.by_id(str(external_id))) is None and not number:
                raise Early(400, f"There is no order {external_id}.")
            return known
        # Text and numbers name the same account, and spaces around a number are trimmed, as in the fields.
        inside = int(str(named)) if str(named).strip().isdecimal() else allowed
        return self.store.by_number(inside, str(number).strip())

    def _read(self, payload: Any, known: ParcelOrder | None) -> tuple[dict[str, Any], list[Complaint]]:
        required = CORE_FIELDS if known is None or self.settings.core_fields == "always" else ()
        return read_order(payload, rules=self._rules(), required=required)

    def _rules(self) -> Rules:
        settings = self.settings
        return Rules(
            strict=settings.strict_semantics, nulls=settings.take_nulls, client_keys=settings.client_keys
        )

    def _across(
        self, fields: dict[str, Any], mutations: list[dict[str, Any]], known: ParcelOrder | None
    ) -> list[Complaint]:
        """Return the faults that only the store can tell."""
        before = known.fields if known else {}
        account, number = (fields.get(name, before.get(name)) for name in ("account", "order_number"))
        other = self.store.by_number(account, number or "")
        found = [_unique("Another order has this number.")] if other not in (None, known) else []
        if self.settings.tracking_taken == "refuse":
            found += doing.clashes(mutations, known, self.store)
        ordered = ParcelOrder(seq=0, external_id="", created_at=0.0, fields={**before, **fields}).quantities()
        return found + doing.cancelled_too_many(mutations, ordered)

    def _mutate(
        self, mutations: list[dict[str, Any]], order: ParcelOrder, *, fails: bool
    ) -> list[doing.Result]:
        if fails:
            return [doing.failed_on_purpose() for _ in mutations]
        terms = doing.Terms(
            couriers=self.settings.couriers, join_lists=self.settings.lists == "merge", now=self._present
        )
        return [doing.apply(one, order, self.store, terms) for one in mutations]

    def _present(self) -> str:
        return datetime.fromtimestamp(int(self.now()), UTC).isoformat().replace("+00:00", "Z")


def order_json(order: ParcelOrder) -> dict[str, Any]:
    """Return the merged order as a success and the reads show it: no parcels, as parcelLab's users saw."""
    return {"external_id": order.external_id, **order.fields}


def _unique(detail: str) -> Complaint:
    return Complaint(path=("order_number",), code="unique", detail=detail)
