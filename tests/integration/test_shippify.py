"""Deliveries on their whole way to the Shippify stand-in: the sample, every way to refuse, lost answers, reviews, links."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from tests import loopback

from orderdrop import settings as setup
from orderdrop import wiring
from orderdrop.core.outcomes import OrderFate
from orderdrop.core.problems import Problem
from orderdrop.destinations.base import AccountOptions, Failure, Linking
from orderdrop.destinations.readback import Question, Readable
from orderdrop.destinations.registry import find
from orderdrop.pipeline.batches.batch import Finished, work
from orderdrop.pipeline.batches.imports import import_file
from orderdrop.pipeline.parts import Parts
from orderdrop.sandbox.server import SandboxSettings, running
from orderdrop.sandbox.shippify.settings import ShippifySettings

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "samples" / "shippify-merchant"
MAPPING = "jardins-entregas"
HEADINGS = (
    "ID referência,Destinatário,Email,Endereço,Número endereço,Bairro,Cidade,Nome produto,Quantidade produto,"
    "Tamanho produto,Telefone,Modalidade"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """An account on a stand-in of its own, and the parts that send to it."""

    parts: Parts
    control: httpx.Client
    base_url: str
    folder: Path

    def load(self, file: Path) -> Finished:
        return import_file(self.parts, file, MAPPING, "loja")

    def drop(self, *lines: str, name: str = "entregas.csv") -> Finished:
        """Import a file of these rows: key, size and anything else that differs from a sound delivery."""
        file = self.folder / name
        file.write_text("\n".join([HEADINGS, *lines]) + "\n")
        return self.load(file)

    def fates(self, finished: Finished) -> dict[str, OrderFate]:
        return {order.key: order.fate for order in self.parts.ledger.orders(finished.batch.id)}

    def problems(self, finished: Finished) -> list[Problem]:
        return [problem for problem in self.parts.ledger.problems(finished.batch.id) if problem.blocks]

    def stored(self) -> list[dict[str, Any]]:
        held: list[dict[str, Any]] = self.control.get("/store").json()["orders"]
        return held

    def posts(self) -> int:
        calls = self.control.get("/log").json()["calls"]
        return sum(call["method"] == "POST" for call in calls)

    def set(self, **changes: Any) -> None:
        self.control.post("/settings", json=changes).raise_for_status()

    def plan(self, **fault: Any) -> None:
        self.control.post("/faults", json=fault).raise_for_status()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with running(settings=SandboxSettings(shippify=ShippifySettings(requests_per_minute=None))) as sandbox:
        (tmp_path / "orderdrop.yaml").write_text(
            f"mappings: {ROOT / 'mappings'}\n"
            f'accounts: {{loja: {{destination: shippify, base_url: "{sandbox.shippify}", key: "app:secret-1", '
            "rate: unlimited}}\n"
        )
        at = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)
        parts = wiring.build(setup.load(None, {}, tmp_path), clock=lambda: at, random=Random(7))
        with loopback.Client(base_url=f"{sandbox.shippify}/_control") as control:
            yield Shop(parts=parts, control=control, base_url=sandbox.shippify, folder=tmp_path)
        parts.line("loja").carrier.close()
        parts.ledger.close()


def row(key: str, *, size: str = "m", district: str = "Centro", kind: str = "Normal") -> str:
    return f"{key},Ana,ana@example.com,Rua Augusta,10,{district},São Paulo,Caixa,1,{size},,{kind}"


def test_the_sample_becomes_its_golden_deliveries_in_two_requests(shop: Shop) -> None:
    finished = shop.load(SAMPLE / "entregas_20261123.xlsx")
    orders = shop.parts.ledger.orders(finished.batch.id)
    golden = json.loads((SAMPLE / "orders.json").read_text(encoding="utf-8"))
    assert [json.loads(order.payload or b"") for order in orders] == golden
    assert {order.fate for order in orders} == {OrderFate.ACCEPTED}
    stored = shop.stored()
    assert sorted(one["referenceId"] for one in stored) == [f"JD-1044{number}" for number in range(1, 6)]
    assert [one["referenceId"] for one in stored if one["type"] == "express"] == ["JD-10443", "JD-10444"]
    assert shop.posts() == 2
    assert finished.receipt["problems"] == []


@pytest.mark.parametrize("shape", ["indexed", "paths", "lines", "message", "text", "ok-error"])
def test_however_a_request_is_refused_only_the_guilty_rows_come_back(shop: Shop, shape: str) -> None:
    shop.set(error_shape=shape, unique_references=True)
    shop.drop(row("JD-5"), name="first.csv")
    # the ledger of another office does not know that delivery
    other = wiring.build(setup.load(None, {"ORDERDROP_LEDGER": "memory://"}, shop.folder), random=Random(8))
    here = Shop(parts=other, control=shop.control, base_url=shop.base_url, folder=shop.folder)
    finished = here.drop(*(row(f"JD-{number}") for number in range(10)))
    fates = here.fates(finished)
    assert fates.pop("JD-5") is OrderFate.REFUSED
    assert set(fates.values()) == {OrderFate.ACCEPTED}
    keys = [one["referenceId"] for one in here.stored()]
    assert sorted(keys) == sorted(set(keys))
    [problem] = here.problems(finished)
    assert (problem.row, problem.order) == (7, "JD-5")
    other.line("loja").carrier.close()
    other.ledger.close()


def test_an_order_whose_answer_was_lost_is_looked_up_and_not_sent_again(shop: Shop) -> None:
    shop.plan(kind="drop-after-commit")
    finished = shop.drop(row("JD/1 #a"), row("JD-2", kind="Expressa"))
    assert set(shop.fates(finished).values()) == {OrderFate.ACCEPTED}
    assert len(shop.stored()) == 2
    assert shop.posts() == 2


@pytest.mark.parametrize("kind", ["no-index", "foreign-index", "shuffled"])
def test_an_answer_in_disorder_finds_its_deliveries(shop: Shop, kind: str) -> None:
    shop.plan(kind=kind)
    finished = shop.drop(*(row(f"JD-{number}") for number in range(5)))
    orders = shop.parts.ledger.orders(finished.batch.id)
    assert {order.key: order.reference for order in orders} == {
        one["referenceId"]: one["id"] for one in shop.stored()
    }
    assert shop.posts() == 1


def test_a_review_leaves_the_batch_pending_until_somebody_mended_the_address(shop: Shop) -> None:
    finished = shop.drop(row("JD-1"), row("JD-2", district="NOWHERE"), row("JD-3", district="NOWHERE"))
    assert finished.batch.status == "pending"
    assert work(shop.parts, finished.batch.id).batch.status == "pending"
    shop.control.post("/move", json={"id": "JD-2", "status": "processing"}).raise_for_status()
    note = {"text": "Address not found", "note": "no such street"}
    shop.control.post("/move", json={"id": "JD-3", "status": "canceled", "reason": note}).raise_for_status()
    again = work(shop.parts, finished.batch.id)
    assert shop.fates(again) == {
        "JD-1": OrderFate.ACCEPTED,
        "JD-2": OrderFate.ACCEPTED,
        "JD-3": OrderFate.REFUSED,
    }
    [problem] = shop.problems(again)
    assert problem.row == 4
    assert "no such street" in problem.message
    assert shop.posts() == 1


def test_a_link_is_given_for_the_id_and_the_reference_and_read_back(shop: Shop) -> None:
    shop.drop(row("JD/1 #a"))
    [stored] = shop.stored()
    carrier = shop.parts.line("loja").carrier
    assert isinstance(carrier, Linking)
    for name in (stored["id"], "JD/1 #a"):
        link = carrier.link(name)
        assert not isinstance(link, Failure)
        assert stored["id"] in link.url
        assert link.token in link.url
        assert link.name == "Ana"
    missing = carrier.link("JD-2")
    assert isinstance(missing, Failure)
    assert "knows no delivery JD-2" in missing.message
    destination = find("shippify")
    assert isinstance(destination, Readable)
    account = AccountOptions(name="loja", base_url=shop.base_url, key="app:secret-1", unlimited=True)
    reader = destination.reader(account, httpx.HTTPTransport)
    [told] = reader.fetch(Question(order_number="JD/1 #a"))
    view = reader.as_person_sees(told)
    assert (view.number, view.reference) == ("JD/1 #a", stored["id"])
    assert view.parcels[0].contents[0].name == "Caixa"
    reader.close()


def test_a_wrong_key_stops_once_names_the_account_and_burns_nothing(shop: Shop) -> None:
    shop.set(key="other:pair")
    finished = shop.drop(
        *(row(f"JD-{number}", kind="Normal" if number % 2 else "Expressa") for number in range(6))
    )
    assert set(shop.fates(finished).values()) == {OrderFate.UNSENT}
    [problem] = shop.problems(finished)
    assert "account loja" in problem.message
    assert "secret-1" not in json.dumps(finished.receipt)


def test_a_reference_of_41_characters_comes_back_with_its_cell(shop: Shop) -> None:
    finished = shop.drop(row("J" * 41), row("J" * 40))
    assert shop.fates(finished) == {"J" * 40: OrderFate.ACCEPTED}
    [problem] = shop.problems(finished)
    assert (problem.row, problem.column) == (2, "ID referência")
    assert "40" in problem.message
