"""The stand-in of the Shipup v2 orders API: routes, key, pace, and the answers' statuses.

Statuses: Shipup reference, "API response codes", and 404 for an unknown job ("View a job"). Bodies of every
refusal but the 400 of an order are an assumption; so are the body of a 201 and the value of the rate header.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from orderdrop.sandbox.bodies import NotJsonError, read_json
from orderdrop.sandbox.bucket import Buckets
from orderdrop.sandbox.calls import Answer, Call, json_answer
from orderdrop.sandbox.clock import Clock
from orderdrop.sandbox.kinds import KINDS, FaultKind
from orderdrop.sandbox.shipup.jobs import MAX_ORDERS, Jobs
from orderdrop.sandbox.shipup.payloads import order_ids
from orderdrop.sandbox.shipup.progress import move
from orderdrop.sandbox.shipup.reading import QueryError, list_orders, list_trackers, read_query
from orderdrop.sandbox.shipup.settings import ShipupSettings
from orderdrop.sandbox.shipup.shapes import EVERYTHING, order_json
from orderdrop.sandbox.shipup.store import Store
from orderdrop.sandbox.shipup.validation import Strictness, Tree, order_errors

_JOB_PATH = "/v2/jobs/"
_BATCH_PATH = "/v2/orders/batch_create"

FAULT_KINDS: Mapping[str, FaultKind] = MappingProxyType(
    {
        **KINDS,
        "endpoint-missing": replace(KINDS["endpoint-missing"], path=_BATCH_PATH),
        "job-failed": FaultKind(
            commits=True,
            what="the batch is taken, but its job ends as failed and stores nothing",
            path=_BATCH_PATH,
        ),
    }
)


class ShipupApi:
    """One account of the Shipup stand-in, an `Api`."""

    def __init__(self, settings: ShipupSettings, *, clock: Clock, new_uuid: Callable[[], str]) -> None:
        self._settings = settings
        self._clock = clock
        self._store = Store(now=clock.unix_seconds, new_uuid=new_uuid)
        self._jobs = Jobs(clock=clock, run_order=self._run_batched)
        self._buckets = Buckets()
        self._routes: dict[tuple[str, str], Callable[[Call], Answer]] = {
            ("POST", "/v2/orders"): self._post_order,
            ("GET", "/v2/orders"): self._get_orders,
            ("GET", "/v2/trackers"): self._get_trackers,
            ("POST", _BATCH_PATH): self._post_batch,
        }

    @property
    def name(self) -> str:
        """The prefix: shipup."""
        return "shipup"

    @property
    def fault_kinds(self) -> Mapping[str, FaultKind]:
        """The common kinds, batches as the endpoint that may be missing, and jobs that fail."""
        return FAULT_KINDS

    def admit(self, call: Call) -> Answer | None:
        """Refuse a missing or wrong key with 401, and a full bucket with 429 and Retry-After."""
        key = _key_of(call)
        if not key or self._settings.key not in (None, key):
            return self.refusal(401, "API key missing or invalid")
        at = self._clock.elapsed_seconds()
        pour = self._buckets.pour(key, rate=self._settings.rate, burst=self._settings.burst, at=at)
        if pour.taken:
            return None
        refused = self.refusal(429, "Too many requests")
        return Answer(status=429, body=refused.body, headers=(("Retry-After", pour.retry_after),))

    def answer(self, call: Call) -> Answer:
        """Answer a call that was let in."""
        self._jobs.run_due()
        if route := self._routes.get((call.method, call.path)):
            return route(call)
        if call.method == "GET" and call.path.startswith(_JOB_PATH):
            return self._get_job(call.path.removeprefix(_JOB_PATH))
        return self.refusal(404, "Not found")

    def refusal(self, status: int, text: str) -> Answer:
        """Return `{"errors": {"details": ...}}`, the second shape of errors on the job page."""
        return json_answer(status, {"errors": {"details": text}})

    def orders_of(self, call: Call) -> tuple[str, ...]:
        """Return the merchant ids in the body."""
        try:
            return order_ids(read_json(call.body)) if call.body else ()
        except NotJsonError:
            return ()

    def response_headers(self, call: Call) -> tuple[tuple[str, str], ...]:
        """Return how full the key's bucket is, as `used/size` (assumption: the format is not published)."""
        used = int(self._buckets.level(_key_of(call)))
        return (("X-Shipup-Api-Call-Limit", f"{used}/{self._settings.burst}"),)

    def contents(self, *, brief: bool) -> dict[str, Any]:
        """Return every order with how often it was created and updated; brief leaves the order itself out."""
        self._jobs.run_due()
        orders = []
        for order in self._store.all():
            entry = {"merchant_id": order.merchant_id, "id": order.id, "created": 1, "updated": order.updates}
            orders.append(entry if brief else {**entry, "order": order_json(order, EVERYTHING)})
        return {"count": len(self._store), "orders": orders}

    def move(self, asked: Any) -> dict[str, Any]:
        """Let a parcel move on, and return its order."""
        self._jobs.run_due()
        return move(self._store, asked, now=self._clock.unix_seconds)

    def reset(self) -> None:
        """Forget orders, jobs and how full the buckets are."""
        self._store.clear()
        self._jobs.clear()
        self._buckets.clear()

    def settings(self) -> dict[str, Any]:
        """Return the settings in force."""
        return self._settings.as_json()

    def change_settings(self, changes: Mapping[str, Any]) -> None:
        """Change settings; a job already queued keeps its delay."""
        self._settings = self._settings.changed(changes)

    def _post_order(self, call: Call) -> Answer:
        try:
            payload = read_json(call.body)
            errors = self._errors(payload, self._settings.missing_id_key)
        except NotJsonError as problem:
            return self.refusal(400, f"Invalid JSON: {problem}")
        ids = order_ids(payload)
        if errors:
            return json_answer(400, {"errors": errors}, orders=ids)
        order = self._store.upsert(payload)
        status = self._settings.update_status if order.updates else 201
        return json_answer(status, {"merchant_id": order.merchant_id}, orders=ids, committed=True)

    def _post_batch(self, call: Call) -> Answer:
        try:
            content = read_json(call.body)
        except NotJsonError as problem:
            return self.refusal(400, f"Invalid JSON: {problem}")
        orders = content.get("orders") if isinstance(content, dict) else None
        if not isinstance(orders, list) or not 1 <= len(orders) <= MAX_ORDERS:
            text = f"orders must be a list of 1 to {MAX_ORDERS} orders"
            return json_answer(400, {"errors": {"orders": text}}, orders=order_ids(content))
        fails = call.fault == "job-failed"
        job_id = self._jobs.take(
            orders, body=call.body, delay_seconds=self._settings.job_delay_seconds, fails=fails
        )
        location = ("Location", f"/{self.name}{_JOB_PATH}{job_id}")
        ids = order_ids(content)
        return json_answer(202, {"job_id": job_id}, headers=(location,), orders=ids, committed=True)

    def _run_batched(self, payload: Any) -> dict[str, Any]:
        errors = self._errors(payload, self._settings.batch_missing_id_key)
        if not errors:
            merchant_id = self._store.upsert(payload).merchant_id
            return {"status": 201, "body": {"merchant_id": merchant_id}}
        given = payload.get("merchant_id") if isinstance(payload, dict) else None
        return {"status": 400, "body": {"merchant_id": given, "errors": errors}}

    def _errors(self, payload: Any, missing_id_key: str) -> Tree:
        strictness = Strictness(
            semantics=self._settings.strict_semantics,
            known_quantities=self._store.known_quantities(
                payload.get("merchant_id") if isinstance(payload, dict) else None
            ),
        )
        try:
            return order_errors(payload, strictness=strictness, missing_id_key=missing_id_key)
        except RecursionError:
            return {"details": "Nested too deep"}

    def _get_orders(self, call: Call) -> Answer:
        try:
            wanted = read_query(call.query, strict=self._settings.strict_semantics)
        except QueryError as problem:
            return json_answer(400, {"errors": {problem.parameter: str(problem)}})
        return json_answer(200, list_orders(self._store, wanted))

    def _get_trackers(self, call: Call) -> Answer:
        if not self._settings.tracker_list:
            return self.refusal(403, "Not available for this account")
        try:
            wanted = read_query(call.query, strict=self._settings.strict_semantics, of="listed_tracker")
        except QueryError as problem:
            return json_answer(400, {"errors": {problem.parameter: str(problem)}})
        return json_answer(200, list_trackers(self._store, wanted))

    def _get_job(self, text: str) -> Answer:
        shown = self._jobs.show(int(text)) if text.isascii() and text.isdigit() and len(text) < 20 else None
        return json_answer(200, shown) if shown else self.refusal(404, "Not found")


def _key_of(call: Call) -> str:
    """Return the key, bare or behind `Bearer`: the vendor's own pages show both."""
    text = call.headers.get("authorization", "").strip()
    scheme, _, rest = text.partition(" ")
    return rest.strip() if scheme.lower() == "bearer" else text
