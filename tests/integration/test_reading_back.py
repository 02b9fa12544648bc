"""One drop in all three stand-ins, read back: as a person sees it, compared with what was sent, and with its links."""

import csv
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest
from tests import loopback

from orderdrop import settings as setup
from orderdrop import wiring
from orderdrop.destinations.readback import Bounds, Question
from orderdrop.errors import SetupError, UsageError
from orderdrop.pipeline.batches.batch import Finished, work
from orderdrop.pipeline.batches.imports import import_file
from orderdrop.pipeline.batches.reconcile import Reconciled, reconcile
from orderdrop.pipeline.parts import Parts
from orderdrop.pipeline.reading import fetch, link, view
from orderdrop.sandbox.server import SandboxAddress, SandboxSettings, running
from orderdrop.sandbox.shipup.settings import ShipupSettings

ROOT = Path(__file__).parents[2]
DROP = ROOT / "samples" / "tres-sistemas" / "pedidos_20261124.csv"
SYSTEMS = ("shipup", "parcellab", "shippify")
SETTINGS = """\
mappings: {mappings}
accounts:
  shipup: {{destination: shipup, base_url: "{api.shipup}", key: "any-key", rate: unlimited}}
  parcellab: {{destination: parcellab, base_url: "{api.parcellab}", key: "1617:tok-en", rate: unlimited}}
  shippify: {{destination: shippify, base_url: "{api.shippify}", key: "app:secret-1", rate: unlimited{links}}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Three stand-ins and the parts that know them."""

    api: SandboxAddress
    parts: Parts

    def load(self, system: str, file: Path = DROP, *, force: bool = False) -> Finished:
        return import_file(self.parts, file, f"litoral-{system}", system, force=force)

    def compare(self, finished: Finished) -> Reconciled:
        return reconcile(self.parts, finished.batch.id)

    def control(self, system: str, route: str, **body: Any) -> Any:
        answer = loopback.post(f"{getattr(self.api, system)}/_control/{route}", json=body)
        return answer.raise_for_status().json()

    def calls(self, system: str, part: str) -> int:
        log = loopback.get(f"{getattr(self.api, system)}/_control/log").json()["calls"]
        return sum(part in call["path"] for call in log)


@pytest.fixture
def links() -> str:
    return ""


@pytest.fixture
def world(tmp_path: Path, links: str) -> Iterator[World]:
    with running(settings=SandboxSettings(shipup=ShipupSettings(rate=None))) as api:
        (tmp_path / "orderdrop.yaml").write_text(
            SETTINGS.format(mappings=ROOT / "mappings", api=api, links=links)
        )
        started = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)
        parts = wiring.build(setup.load(None, {}, tmp_path), clock=lambda: started, random=Random(7))
        yield World(api=api, parts=parts)
        parts.close()


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_was_accepted_is_held_as_it_was_sent(system: str, world: World) -> None:
    found = world.compare(world.load(system))
    assert found.is_same
    assert (found.orders.accepted, found.orders.same) == (3, 3)
    assert found.fields.same > 40
    assert set(found.reports.values()) == {None}


def test_a_value_that_somebody_changed_is_told_at_its_cell_with_both_values(world: World) -> None:
    finished = world.load("shipup")
    change = {"merchant_id": "LT-7002", "email": "other@example.com", "shipping_address": {"zip": "99999"}}
    loopback.post(
        f"{world.api.shipup}/v2/orders", json=change, headers={"Authorization": "x"}
    ).raise_for_status()
    found = world.compare(finished)
    assert [(one.code, one.row, one.column, one.message) for one in found.problems] == [
        ("differs", 4, "email", 'shipup holds "other@example.com" for email; "bruno@example.com" was sent.'),
        ("differs", 4, "cep", 'shipup holds "99999" for zip; "22021-001" was sent.'),
    ]
    assert (found.orders.same, found.orders.differ) == (2, 1)


def test_the_report_has_the_senders_row_with_the_differing_cells_coloured(world: World) -> None:
    finished = world.load("shipup")
    change = {"merchant_id": "LT-7002", "email": "other@example.com"}
    loopback.post(
        f"{world.api.shipup}/v2/orders", json=change, headers={"Authorization": "x"}
    ).raise_for_status()
    reports = world.compare(finished).reports
    with Path(reports["differences_csv"] or "").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["pedido"], row["rastreio"], row["_row"], row["_fix_by"]) == (
        "LT-7002",
        "00987654321",
        "4",
        "ops",
    )
    sheet = openpyxl.load_workbook(reports["differences_xlsx"] or "").active
    assert sheet is not None
    coloured = {cell.value for line in sheet.iter_rows() for cell in line if cell.comment}
    assert coloured == {"bruno@example.com"}
    again = world.load("shipup", force=True)
    assert again.receipt["rows"]["unchanged"] == 5
    assert not world.compare(again).is_same


def test_parcels_that_parcellab_no_longer_shows_as_sent_and_what_it_blots_out(world: World) -> None:
    finished = world.load("parcellab")
    change = {
        "account": 1617,
        "order_number": "LT-7001",
        "destination_country_iso3": "BRA",
        "recipient_email": "_unset",
        "articles_order": [{"line_item_id": "000417", "quantity": 9}],
    }
    header = {"Authorization": "Parcellab-API-Token tok-en"}
    loopback.put(f"{world.api.parcellab}/v4/track/orders/", json=change, headers=header).raise_for_status()
    found = world.compare(finished)
    told = {(one.code.value, one.row, one.column) for one in found.problems}
    assert ("missing_there", 2, "email") in told
    assert ("differs", 2, "qtd") in told
    assert ("missing_there", 3, "sku") in told
    assert {one.order for one in found.problems} == {"LT-7001"}


@pytest.mark.parametrize("system", SYSTEMS)
def test_an_order_that_is_gone_is_missing_on_all_its_rows(system: str, world: World) -> None:
    finished = world.load(system)
    world.control(system, "reset")
    found = world.compare(finished)
    assert found.orders.missing == 3
    first = found.problems[0]
    assert (first.code, [cell.row for cell in first.cells], first.column) == (
        "missing_there",
        [2, 3, 6],
        "pedido",
    )
    assert (
        first.message
        == f"{system} holds no order LT-7001, which it had accepted. Ask there what became of it."
    )


def test_an_order_that_a_later_batch_sent_again_is_not_compared_with_the_earlier_one(
    world: World, tmp_path: Path
) -> None:
    first = world.load("shipup")
    later = tmp_path / "later.csv"
    later.write_text(DROP.read_text().replace("bruno@example.com", "bruno.lima@example.com"))
    second = world.load("shipup", later)
    found = world.compare(first)
    assert found.is_same
    assert (found.orders.same, found.orders.replaced) == (2, 1)
    assert world.compare(second).orders.same == 3


def test_a_batch_that_is_not_there_is_a_matter_of_usage(world: World) -> None:
    with pytest.raises(UsageError, match="There is no batch b-9"):
        reconcile(world.parts, "b-9")


MOVES: dict[str, dict[str, Any]] = {
    "shipup": {
        "merchant_id": "LT-7002",
        "tracking_number": "00987654321",
        "events": [
            {"event_type_code": "out_for_delivery", "message": "On its way", "happened_at": 1795350000}
        ],
        "expected_delivery_at": 1795700000,
        "tracking_link": "https://carrier.example/1",
    },
    "parcellab": {
        "order_number": "LT-7002",
        "tracking_number": "00987654321",
        "checkpoints": [{"status_code": "OutForDelivery", "status_text": "On its way"}],
    },
    "shippify": {"id": "LT-7002", "status": "on_delivery"},
}


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_parcel_that_moved_along_is_seen_with_address_contents_and_events(
    system: str, world: World
) -> None:
    world.load(system)
    world.control(system, "move", **MOVES[system])
    shown = view(world.parts, "LT-7002", system, {})
    (parcel,) = shown.parcels
    assert (shown.number, shown.email) == ("LT-7002", "bruno@example.com")
    assert any("Atlântica" in line for line in shown.address)
    assert [(one.name, one.sku, one.quantity) for one in parcel.contents] == [
        ("Tênis de corrida", "000733", 1)
    ]
    assert [event.text for event in parcel.events] == [
        "On delivery" if system == "shippify" else "On its way"
    ]
    assert parcel.status in ("in_transit", "OutForDelivery", "On delivery")


@pytest.mark.parametrize(
    ("text", "system"),
    [
        pytest.param("bruno@example.com", "shipup", id="email"),
        pytest.param("00987654321", "shipup", id="tracking-number"),
        pytest.param("bruno@example.com", "parcellab", id="email-in-parcellab"),
    ],
)
@pytest.mark.parametrize("known", [True, False], ids=["in-the-ledger", "of-somebody-else"])
def test_an_order_is_found_by_what_a_customer_knows_of_it(
    text: str, system: str, known: bool, world: World, tmp_path: Path
) -> None:
    world.load(system)
    parts = world.parts
    if not known:
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / "orderdrop.yaml").write_text((tmp_path / "orderdrop.yaml").read_text())
        parts = wiring.build(setup.load(None, {}, tmp_path / "elsewhere"), random=Random(8))
    try:
        shown = view(parts, text, system if not known else None, {})
    finally:
        if not known:
            parts.close()
    assert (shown.number, shown.email) == ("LT-7002", "bruno@example.com")
    assert [parcel.tracking_number for parcel in shown.parcels] == ["00987654321"]


def test_an_order_of_several_accounts_is_asked_back(world: World) -> None:
    world.load("shipup")
    world.load("parcellab")
    with pytest.raises(UsageError, match="went to several accounts: parcellab, shipup"):
        view(world.parts, "LT-7001", None, {})
    assert view(world.parts, "LT-7001", "shipup", {}).number == "LT-7001"


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        pytest.param(Question(), ["LT-7003", "LT-7002", "LT-7001"], id="all"),
        pytest.param(Question(email="bruno@example.com"), ["LT-7002"], id="by-email"),
        pytest.param(
            Question(ordered=Bounds(gt=datetime(2026, 11, 22, 13, 40, tzinfo=UTC))),
            ["LT-7003"],
            id="after-a-moment",
        ),
        pytest.param(
            Question(ordered=Bounds(gte=datetime(2026, 11, 22, 13, 40, tzinfo=UTC))),
            ["LT-7003", "LT-7002"],
            id="at-or-after-it",
        ),
        pytest.param(Question(tracking_number="00987654321"), ["LT-7002"], id="by-tracking-number"),
    ],
)
def test_shipup_is_asked_its_questions(question: Question, numbers: list[str], world: World) -> None:
    world.load("shipup")
    found = [one.view.number or "" for one in fetch(world.parts, "shipup", question)]
    assert sorted(found) == sorted(numbers)  # which of them came first is up to the threads that sent them


@pytest.mark.parametrize(
    ("system", "question", "said"),
    [
        pytest.param(
            "shipup",
            Question(
                created=Bounds(gt=datetime(2026, 1, 1, tzinfo=UTC)),
                ordered=Bounds(gt=datetime(2026, 1, 1, tzinfo=UTC)),
            ),
            "created_at and ordered_at",
            id="both-kinds-of-dates",
        ),
        pytest.param(
            "parcellab", Question(id="info-1"), "is no id of a parcelLab order", id="an-id-that-is-none"
        ),
        pytest.param("shippify", Question(), "one delivery at a time", id="all-deliveries"),
    ],
)
def test_a_question_that_a_system_does_not_answer_is_refused_before_anything_is_asked(
    system: str, question: Question, said: str, world: World
) -> None:
    with pytest.raises(UsageError, match=said):
        fetch(world.parts, system, question)
    assert world.calls(system, "/") == 0


def test_readers_and_senders_of_an_account_share_its_pace(world: World, tmp_path: Path) -> None:
    text = (tmp_path / "orderdrop.yaml").read_text().replace("rate: unlimited}", "rate: 0.001}", 1)
    (tmp_path / "slow.yaml").write_text(text)
    parts = wiring.build(setup.load(tmp_path / "slow.yaml", {}, tmp_path))
    try:
        assert parts.line("shipup").pace.take() == 0.0
        waited: list[float] = []
        reader: Any = parts.reader("shipup")

        class EnoughError(Exception):
            """Stops at the first wait."""

        def sleep(seconds: float) -> None:
            waited.append(seconds)
            raise EnoughError

        reader._asking._sleep = sleep  # a thousand seconds are too long for a test
        with pytest.raises(EnoughError):
            list(reader.fetch(Question()))
        assert waited
        assert waited[0] > 1
    finally:
        parts.close()


class TestLinks:
    """Tracking links: on demand, in the success report, in the ledger only if the account says so."""

    @pytest.fixture(params=["", ", links: true", ", links: true, keep_links: true", ", keep_links: true"])
    def links(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    def test_the_success_report_carries_links_only_if_the_account_wants_them(
        self, world: World, links: str
    ) -> None:
        finished = world.load("shippify")
        path = Path(finished.receipt["reports"]["accepted"])
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert [(row["order"], row["rows"]) for row in rows] == [
            ("LT-7001", "2-3,6"),
            ("LT-7002", "4"),
            ("LT-7003", "5"),
        ]
        wanted = " links: true" in links.replace("keep_links", "")
        assert world.calls("shippify", "/token/") == (3 if wanted else 0)
        assert all(("token=" in row.get("tracking_link", "")) is wanted for row in rows)
        kept = world.parts.ledger.links(finished.batch.id)
        assert len(kept) == (3 if wanted and "keep_links" in links else 0)

    def test_a_link_on_demand_is_kept_only_if_the_account_says_so(
        self, world: World, links: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        finished = world.load("shippify")
        with caplog.at_level(logging.DEBUG):
            found = link(world.parts, "LT-7002", None)
        assert "token=" in found.url
        token = found.url.partition("token=")[2].partition("&")[0]
        assert token not in caplog.text
        kept = set(world.parts.ledger.links(finished.batch.id).values())
        assert (found.url in kept) is ("keep_links" in links)
        holders = [
            path
            for path in (tmp_path / "var").rglob("*")
            if path.is_file() and token.encode() in path.read_bytes()
        ]
        in_report = "links: true" in links.replace("keep_links: true", "")
        assert any("accepted.csv" in path.name for path in holders) is in_report
        assert any("orderdrop.db" in path.name for path in holders) is ("keep_links" in links)
        assert all(path.name.endswith("accepted.csv") or "orderdrop.db" in path.name for path in holders)


def test_a_link_of_an_order_that_is_not_there_says_so(world: World) -> None:
    with pytest.raises(UsageError, match=r"knows no delivery PO-9.*Check the number and the account"):
        link(world.parts, "PO-9", "shippify")


def test_a_link_with_wrong_credentials_says_which_account(world: World) -> None:
    world.load("shippify")
    world.control("shippify", "settings", key="other:secret")
    with pytest.raises(SetupError, match="Account shippify"):
        link(world.parts, "LT-7001", None)


def test_a_system_without_links_says_what_to_do_instead(world: World) -> None:
    world.load("shipup")
    with pytest.raises(UsageError, match="orderdrop orders view"):
        link(world.parts, "LT-7001", None)


class TestLinksThatFail:
    """Links are an extra: an order that was accepted stays so."""

    @pytest.fixture
    def links(self) -> str:
        return ", links: true"

    def test_a_link_that_could_not_be_had_is_a_remark_and_the_batch_is_accepted(self, world: World) -> None:
        world.control("shippify", "faults", kind="500", path="/v1/deliveries/token/*", next=9)
        finished = world.load("shippify")
        assert finished.receipt["status"] == "accepted"
        with Path(finished.receipt["reports"]["accepted"]).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert {row["tracking_link"] for row in rows} == {""}
        assert rows[0]["remark"]
        assert rows[1]["remark"].startswith("not asked for: ")


def test_a_success_report_that_a_run_could_not_write_is_written_by_the_next(world: World) -> None:
    finished = world.load("shippify")
    path = Path(finished.receipt["reports"]["accepted"])
    before = path.read_bytes()
    path.unlink()
    assert work(world.parts, finished.batch.id).receipt["reports"]["accepted"] == str(path)
    assert path.read_bytes() == before


def test_the_success_report_is_readable_by_all_where_it_holds_no_secret(world: World) -> None:
    path = Path(world.load("shipup").receipt["reports"]["accepted"])
    assert os.stat(path).st_mode & 0o044  # noqa: PTH116 - as the operating system tells it
