"""One drop, three systems, and the command that reads back: what is asked for, what is refused, and what ends it."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from tests import loopback
from tests.acceptance.site import Result, Site

from orderdrop.sandbox.server import SandboxAddress, SandboxSettings, running
from orderdrop.sandbox.shipup.settings import ShipupSettings

ROOT = Path(__file__).parents[2]
DROP = ROOT / "samples" / "tres-sistemas" / "pedidos_20261124.csv"
SYSTEMS = ("shipup", "parcellab", "shippify")
COLUMNS = ("order", "ordered", "carrier", "parcel", "status", "expected", "email")
SETTINGS = """\
mappings: {mappings}
accounts:
  shipup: {{destination: shipup, base_url: "{api.shipup}", key: "shipup-key", rate: unlimited}}
  parcellab: {{destination: parcellab, base_url: "{api.parcellab}", key: "1617:tok-en", rate: unlimited}}
  shippify: {{destination: shippify, base_url: "{api.shippify}", key: "app:secret-1", rate: unlimited, links: true}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A folder with three accounts, the installed command in it, and the stand-ins behind them."""

    site: Site
    api: SandboxAddress

    def load(self, system: str, file: Path = DROP) -> Result:
        return self.site.run(
            "import", str(file), "--mapping", f"litoral-{system}", "--account", system, "--json"
        )

    def rows(self, *rows: str) -> Path:
        file = self.site.folder / "pedidos.csv"
        file.write_text("\n".join([DROP.read_text().splitlines()[0], *rows]) + "\n")
        return file

    def control(self, system: str, route: str, **body: Any) -> None:
        loopback.post(f"{getattr(self.api, system)}/_control/{route}", json=body).raise_for_status()

    def calls(self, system: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = loopback.get(f"{getattr(self.api, system)}/_control/log").json()[
            "calls"
        ]
        return found

    def stored(self, system: str) -> int:
        return int(loopback.get(f"{getattr(self.api, system)}/_control/store").json()["count"])


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with running(settings=SandboxSettings(shipup=ShipupSettings(rate=None))) as api:
        (tmp_path / "orderdrop.yaml").write_text(SETTINGS.format(mappings=ROOT / "mappings", api=api))
        site = Site(folder=tmp_path, prefix="LT", judge=None)  # type: ignore[arg-type]  # only its folder is used
        yield Shop(site=site, api=api)


def row(key: str, *, country: str = "BR", carrier: str = "UPS", number: str = "1Z01") -> str:
    return (
        f"{key},22/11/2026 09:15,Ana Souza,ana@example.com,+55 11 91234-5678,Rua Augusta 1,01304-001,São Paulo,"
        f"{country},{carrier},{number},000417,Camiseta,1,59.90,s,26/11/2026"
    )


def test_the_same_drop_goes_to_all_three_systems_and_is_held_there_as_it_was_sent(shop: Shop) -> None:
    for system in SYSTEMS:
        loaded = shop.load(system)
        assert (loaded.code, loaded.json["orders"]["accepted"]) == (0, 3)
        compared = shop.site.run("reconcile", loaded.json["batch"], "--json")
        assert (compared.code, compared.json["orders"]["same"], compared.json["problems"]) == (0, 3, [])
        shown = shop.site.run("orders", "view", "LT-7003", "--account", system, "--json").json
        assert (shown["number"], shown["email"]) == ("LT-7003", "carla.duarte@example.pt")
    assert [shop.stored(system) for system in SYSTEMS] == [3, 3, 3]


def test_orders_are_fetched_as_a_table_as_csv_and_as_json_lines(shop: Shop) -> None:
    shop.load("shipup")
    ask = ("orders", "fetch", "--account", "shipup")
    table = shop.site.run(*ask)
    assert table.code == 0
    assert table.out.splitlines()[0].split() == list(COLUMNS)
    assert {line.split()[0] for line in table.out.splitlines()[1:] if line[0] != " "} == {
        "LT-7001",
        "LT-7002",
        "LT-7003",
    }
    found = list(csv.DictReader(StringIO(shop.site.run(*ask, "--csv").out)))
    assert sorted(one["tracking_number"] for one in found) == [
        "00340434161094099001",
        "00987654321",
        "1Z999AA10123456784",
        "1Z999AA10123456785",
    ]
    lines = [json.loads(line) for line in shop.site.run(*ask, "--jsonl", "--limit", "2").out.splitlines()]
    assert [one["object"] for one in lines] == ["order", "order"]
    assert shop.site.run(*ask, "--number", "LT-9999").code == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(
            "--account shipup --created-from 2026-01-01 --ordered-to 2026-02-01",
            "Shipup refuses created_at and ordered_at in one question. Ask for one of the two.",
            id="both-kinds-of-dates",
        ),
        pytest.param(
            "--account shipup --above 7 --ordered-to 2026-02-01", "Add a lower bound", id="cursor-and-bound"
        ),
        pytest.param(
            "--account parcellab --id info7", "'info7' is no id of a parcelLab order", id="id-pattern"
        ),
        pytest.param(
            "--account parcellab --created-from 2026-01-01", "no question about dates", id="no-dates"
        ),
        pytest.param("--account shippify", "tells one delivery at a time", id="no-list"),
        pytest.param(
            "--account shipup --table --csv", "--table and --csv do not go together. Name one", id="two-forms"
        ),
        pytest.param("--account shipup --ordered-from soon", "'soon' is no time", id="no-time"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_here_with_its_reason(
    words: str, said: str, shop: Shop
) -> None:
    refused = shop.site.run("orders", "fetch", *words.split())
    assert refused.code == 2
    assert said in " ".join(refused.err.split())
    assert all(shop.calls(system) == [] for system in SYSTEMS)


def test_the_tracking_link_is_printed_and_stands_in_the_success_report_and_nowhere_else(shop: Shop) -> None:
    loaded = shop.load("shippify")
    printed = shop.site.run("orders", "link", "LT-7002")
    assert printed.code == 0
    token = printed.out.strip().partition("token=")[2].partition("&")[0]
    assert token
    assert token not in printed.err + loaded.err + loaded.out
    holders = [
        path.name
        for path in (shop.site.folder / "var").rglob("*")
        if path.is_file() and token.encode() in path.read_bytes()
    ]
    assert holders == [f"{DROP.name}.accepted.csv"]


def test_a_difference_ends_with_one_and_is_told_in_the_senders_columns(shop: Shop) -> None:
    batch = shop.load("shipup").json["batch"]
    change = {"merchant_id": "LT-7002", "email": "other@example.com"}
    loopback.post(
        f"{shop.api.shipup}/v2/orders", json=change, headers={"Authorization": "shipup-key"}
    ).raise_for_status()
    compared = shop.site.run("reconcile", batch)
    assert compared.code == 1
    assert 'row 4, column email shipup holds "other@example.com" for email' in compared.out
    assert "differences.xlsx" in compared.out


@pytest.mark.parametrize("system", SYSTEMS)
def test_wrong_credentials_stop_once_and_say_which_account_and_nothing_is_burned(
    system: str, shop: Shop
) -> None:
    settings = shop.site.folder / "orderdrop.yaml"
    settings.write_text(settings.read_text().replace("rate: unlimited", "rate: unlimited, endpoint: single"))
    shop.control(system, "settings", key="1617:other")
    many = shop.rows(*(row(f"LT-{number}", number=f"1Z{number}") for number in range(40)))
    stopped = shop.load(system, many)
    assert (stopped.code, stopped.json["orders"]["unsent"]) == (4, 40)
    (problem,) = stopped.json["problems"]
    assert f"does not accept the key of account {system}" in problem["message"]
    assert len(shop.calls(system)) <= 4  # those that were under way together
    read = shop.site.run("orders", "fetch", "--account", system, "--number", "LT-1")
    assert read.code == 3
    assert f"Account {system}:" in read.err
    shop.control(system, "settings", key=None)
    again = shop.site.run(
        "import", str(many), "--mapping", f"litoral-{system}", "--account", system, "--json", "--force"
    )
    assert (again.code, again.json["orders"]["accepted"]) == (0, 40)


def test_an_account_of_another_system_is_told_before_anything_is_sent(shop: Shop) -> None:
    refused = shop.site.run("import", str(DROP), "--mapping", "litoral-shipup", "--account", "shippify")
    assert refused.code == 3
    assert (
        "Mapping `litoral-shipup` is for shipup, but account `shippify` belongs to shippify." in refused.err
    )
    assert shop.calls("shippify") == []


def test_a_courier_that_the_system_does_not_know_is_told_at_its_cell(shop: Shop) -> None:
    mapping = (ROOT / "mappings" / "litoral-parcellab.yaml").read_text().replace("ups,", "ups-of-mars,")
    own = shop.site.folder / "own" / "litoral-parcellab.yaml"
    own.parent.mkdir()
    own.write_text(mapping)
    file = shop.rows(row("LT-1"), row("LT-2", carrier="DHL", number="2"))
    refused = shop.site.run("import", str(file), "--mapping", str(own), "--account", "parcellab", "--json")
    assert refused.code == 1
    (problem,) = refused.json["problems"]
    assert (problem["row"], problem["column"], problem["raised_by"]) == (2, "transportadora", "api")
    assert "ups-of-mars" in problem["message"]
    assert refused.json["orders"]["accepted"] == 1


def test_a_carrier_that_the_mapping_does_not_know_is_told_before_it_is_sent(shop: Shop) -> None:
    refused = shop.load("parcellab", shop.rows(row("LT-1", carrier="Kitty Hawk")))
    assert [(one["code"], one["row"], one["column"]) for one in refused.json["problems"]] == [
        ("not_translated", 2, "transportadora")
    ]
    assert shop.calls("parcellab") == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_kosovo_goes_to_each_system_as_that_system_writes_it(system: str, shop: Shop) -> None:
    assert shop.load(system, shop.rows(row("LT-1", country="Kosovo"))).code == 0
    assert shop.stored(system) == 1


@pytest.mark.parametrize("system", ["shipup", "parcellab"])
def test_a_country_that_a_system_does_not_know_is_told_at_its_cell(system: str, shop: Shop) -> None:
    refused = shop.load(system, shop.rows(row("LT-1", country="Atlantis"), row("LT-2", number="2")))
    assert {(one["row"], one["column"]) for one in refused.json["problems"]} == {(2, "pais")}
    assert refused.json["orders"]["accepted"] == 1
    assert refused.code == 1


def test_a_reference_of_41_characters_is_told_before_it_is_sent_and_one_of_40_is_not(shop: Shop) -> None:
    refused = shop.load("shippify", shop.rows(row("L" * 41), row("M" * 40)))
    assert [(one["code"], one["row"], one["column"]) for one in refused.json["problems"]] == [
        ("too_long", 2, "pedido")
    ]
    assert refused.json["orders"]["accepted"] == 1


@pytest.mark.parametrize("kind", ["foreign-index", "no-index", "shuffled", "short"])
def test_an_answer_that_fits_no_request_leaves_every_order_there_once(kind: str, shop: Shop) -> None:
    shop.control("shippify", "faults", kind=kind, method="POST")
    loaded = shop.load("shippify")
    assert (loaded.code, loaded.json["orders"]["accepted"]) == (0, 3)
    assert shop.stored("shippify") == 3
