"""The destination of docs/destinations.md, installed as it is written there, works as it is said there."""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from orderdrop.core.shape import Leaf, ListNode, Wire
from orderdrop.destinations import registry
from orderdrop.destinations.base import (
    Accepted,
    AccountOptions,
    Answer,
    Destination,
    FailureKind,
    Limits,
    Parcel,
    PathProblem,
    Refused,
)
from orderdrop.mapping import load

PAGE = Path(__file__).parents[3] / "docs" / "destinations.md"


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return str(found)


@pytest.fixture
def vans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Destination]:
    project = tomllib.loads(block("toml"))["project"]
    info = tmp_path / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    for group, entries in project["entry-points"].items():
        lines = "".join(f"{name} = {value}\n" for name, value in entries.items())
        (info / "entry_points.txt").write_text(f"[{group}]\n{lines}")
    (tmp_path / "vans_orderdrop.py").write_text(block("python"))
    monkeypatch.syspath_prepend(tmp_path)
    registry.brought.cache_clear()
    yield registry.find("vans")
    sys.modules.pop("vans_orderdrop", None)
    registry.brought.cache_clear()


def sent(vans: Destination, response: httpx.Response) -> tuple[Answer, list[httpx.Request]]:
    asked: list[httpx.Request] = []

    def shop(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return response

    account = AccountOptions(name="fleet", base_url="http://127.0.0.1:9", key="secret-key")
    carrier = vans.carrier(account, lambda: httpx.MockTransport(shop))
    assert carrier.limits == Limits(requests_per_second=5.0, burst=1)
    assert carrier.parcel_size(100) == 1
    (body,) = vans.validate([{"reference": "J1", "country": "EC"}])
    assert isinstance(body, bytes)
    answer = carrier.send(Parcel(keys=("J1",), bodies=(body,)))
    carrier.close()
    return answer, asked


def test_it_is_found_and_has_the_shape_of_its_models(vans: Destination) -> None:
    assert "vans" in registry.names()
    assert vans.shape.leaf("boxes.label") == Leaf(
        place="boxes.label", wire=Wire.TEXT, required=True, max_length=40
    )
    assert dict(vans.shape.lists) == {"boxes": ListNode(place="boxes", key="label")}


def test_a_mapping_can_be_written_for_it(vans: Destination) -> None:
    loaded = load.parse(
        block("yaml"), "vans-jobs.yaml", lambda name: registry.find(name).shape, registry.names()
    )
    assert loaded.mapping.destination == "vans"


def test_an_order_is_checked_and_sent(vans: Destination) -> None:
    answer, (request,) = sent(vans, httpx.Response(201, json={"id": 7}))
    assert answer.verdicts == {"J1": Accepted(reference="7")}
    assert (request.method, request.url.path) == ("PUT", "/jobs")
    assert json.loads(request.content) == {"reference": "J1", "country": "EC"}
    (judged,) = vans.validate([{"reference": "", "boxes": [{"kilos": 2.5}]}])
    assert isinstance(judged, tuple)
    assert [(problem.path, problem.message) for problem in judged] == [
        ("reference", "reference is empty"),
        ("country", "country is missing"),
        ("boxes.0.label", "label is missing"),
    ]


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        pytest.param(
            httpx.Response(422, json={"faults": [{"at": "boxes.0.label", "why": "Taken."}]}),
            Refused(problems=(PathProblem(path="boxes.0.label", message="Taken."),)),
            id="a refusal",
        ),
        pytest.param(httpx.Response(401), FailureKind.CREDENTIALS, id="a wrong key"),
        pytest.param(httpx.Response(503), FailureKind.SERVER, id="an outage"),
        pytest.param(httpx.Response(302), FailureKind.UNREADABLE, id="a redirect"),
    ],
)
def test_its_answers_have_meanings(vans: Destination, response: httpx.Response, expected: Any) -> None:
    answer, _ = sent(vans, response)
    assert (answer.failure.kind if answer.failure else answer.verdicts["J1"]) == expected
