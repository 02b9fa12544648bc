"""The control API of a stand-in: plan faults, read the journal and the store, change settings, start afresh."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import orjson

from orderdrop.sandbox.calls import Answer, Api, Call, SettingError, json_answer
from orderdrop.sandbox.faults import FaultError, Faults, read_fault
from orderdrop.sandbox.journal import Journal

CONTROL_PREFIX = "/_control"

ROUTES = {
    "GET /faults": "what is planned, and every kind there is",
    "POST /faults": "plan one fault, or a list of them",
    "DELETE /faults": "forget all planned faults",
    "GET /log": "every call so far; ?after=SEQ for the newer ones",
    "GET /store": "all that is stored; ?brief=1 for ids and counts",
    "POST /move": "move a parcel along, or a list of them",
    "GET /settings": "the settings in force",
    "POST /settings": "change some of them",
    "POST /reset": "forget orders, journal, faults and used-up rate; settings stay",
}


class Control:
    """Answers the calls below `/_control`, for clients on this machine."""

    def __init__(self, *, api: Api, faults: Faults, journal: Journal) -> None:
        self._api = api
        self._faults = faults
        self._journal = journal
        self._routes: dict[str, Callable[[Call], Any]] = {
            "GET /": lambda _: {"api": api.name, "routes": ROUTES},
            "GET /faults": lambda _: self._planned(),
            "POST /faults": self._plan,
            "DELETE /faults": self._clear,
            "GET /log": lambda call: journal.as_json(after=int(_parameter(call, "after") or 0)),
            "GET /store": lambda call: api.contents(brief=bool(_parameter(call, "brief"))),
            "POST /move": self._move,
            "GET /settings": lambda _: api.settings(),
            "POST /settings": self._change,
            "POST /reset": self._reset,
        }

    def answer(self, call: Call, *, from_this_machine: bool) -> Answer:
        """Return the answer to a control call; bad input gives a 400 that says what was wrong."""
        if not from_this_machine:
            return json_answer(403, {"error": "The control API answers this machine only."})
        name = f"{call.method} {call.path.removeprefix(CONTROL_PREFIX) or '/'}"
        route = self._routes.get(name)
        if route is None:
            return json_answer(404, {"error": f"There is no control route {name!r}.", "routes": ROUTES})
        try:
            return json_answer(200, route(call))
        except (FaultError, SettingError, ValueError) as problem:
            return json_answer(400, {"error": str(problem)})

    def _plan(self, call: Call) -> Any:
        asked = orjson.loads(call.body)
        for fault in [
            read_fault(one, self._api.fault_kinds) for one in (asked if isinstance(asked, list) else [asked])
        ]:
            self._faults.plan(fault)
        return self._planned()

    def _planned(self) -> Any:
        kinds = {name: kind.what for name, kind in self._api.fault_kinds.items()}
        return {"planned": self._faults.as_json(), "kinds": kinds}

    def _move(self, call: Call) -> Any:
        asked = orjson.loads(call.body)
        if isinstance(asked, list):
            return [self._api.move(one) for one in asked]
        return self._api.move(asked)

    def _clear(self, _: Call) -> Any:
        self._faults.clear()
        return self._planned()

    def _change(self, call: Call) -> Any:
        changes = orjson.loads(call.body)
        if not isinstance(changes, dict):
            raise SettingError("Settings are a JSON object of names and values.")
        self._api.change_settings(changes)
        return self._api.settings()

    def _reset(self, _: Call) -> Any:
        self._api.reset()
        self._faults.clear()
        self._journal.clear()
        return {"reset": self._api.name}


def _parameter(call: Call, name: str) -> str | None:
    values = parse_qs(call.query).get(name)
    return values[-1] if values else None
