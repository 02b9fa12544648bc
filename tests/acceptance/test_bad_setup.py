"""Set-ups that cannot work: a message with the next step, the right exit code, and no drop that is lost or half taken."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.acceptance.site import Site
from tests.integration.judge import judging
from tests.integration.sshd import Sshd
from tests.loopback import closed_port

IMPORT = ("import", "orders.csv", "--mapping", "small", "--account", "local")
RUN = ("run", "night")


def rewritten(name: str, *changes: tuple[str, str]) -> Callable[[Site], None]:
    def rewrite(site: Site) -> None:
        file = site.folder / name
        text = file.read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        file.write_text(text)

    return rewrite


def removed(name: str) -> Callable[[Site], None]:
    return lambda site: (site.folder / name).unlink()


@pytest.mark.parametrize(
    ("spoil", "arguments", "says"),
    [
        pytest.param(
            rewritten("orderdrop.yaml", ("every: 1s", "evry: 1s"), ("key: any", "key: any, rat: 3"), ("reply: true", "reply: perhaps")), RUN,
            ["orderdrop.yaml:", "evry", "rat", "reply"], id="settings-with-three-faults",
        ),
        pytest.param(
            rewritten("orderdrop.yaml", ("key: any", 'key: "${NO_SUCH_KEY}"')), RUN, ["NO_SUCH_KEY", "environment"], id="a-secret-that-is-not-there",
        ),
        pytest.param(
            rewritten("orderdrop.yaml", ("account: local", "account: locale")), RUN, ["locale", "`local`"], id="a-feed-with-an-unknown-account",
        ),
        pytest.param(
            rewritten("orderdrop.yaml", ("destination: shipup", "destination: shpup")), RUN, ["shpup", "shipup"],
            id="an-account-of-an-unknown-destination",
        ),
        pytest.param(lambda site: None, ("run", "nigth"), ["nigth", "`night`"], id="an-unknown-feed"),
        pytest.param(lambda site: None, (*IMPORT[:-1], "lokal"), ["lokal", "`local`"], id="an-unknown-account"),
        pytest.param(lambda site: None, ("--config", "none.yaml", *RUN), ["none.yaml"], id="settings-that-are-not-there"),
        pytest.param(
            rewritten("orderdrop.yaml", ("every: 1s", "every: [1s")), RUN, ["orderdrop.yaml:"], id="settings-that-are-not-yaml",
        ),
    ],
)  # fmt: skip
def test_a_wrong_set_up_ends_with_code_3_and_leaves_the_drop_in_the_inbox(
    spoil: Callable[[Site], None], arguments: tuple[str, ...], says: list[str], site: Site
) -> None:
    site.drop("night.csv", site.rows([1]))
    site.file("orders.csv", site.rows([1]))
    spoil(site)
    result = site.run(*arguments)
    assert result.code == 3, result.err
    assert result.out == ""
    assert all(word in result.err for word in says), result.err
    assert site.found("*") == ["night.csv"]
    assert site.judge.posts(prefix=site.prefix) == {}


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        pytest.param(removed("small.yaml"), ["no mapping", "small"], id="the-mapping-is-missing"),
        pytest.param(
            rewritten("small.yaml", ("destination: shipup", "destination: shipmunk")), ["small.yaml:2", "shipmunk", "shipup"],
            id="the-mapping-is-for-a-destination-that-is-not-there",
        ),
        pytest.param(
            rewritten("orderdrop.yaml", ("destination: shipup", "destination: parcellab"), ("key: any", 'key: "1617:any"')),
            ["`small` is for shipup", "`local` belongs to parcellab"], id="the-mapping-is-for-another-destination-than-the-account",
        ),
        pytest.param(
            rewritten("small.yaml", ("merchant_id, required", "merchnt_id, required"), ("type: integer", "type: integr")),
            ["small.yaml:5", "merchant_id", "small.yaml:9", "integer"], id="a-mapping-with-two-faults",
        ),
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_used_is_code_3_and_every_drop_waits_in_failed_with_a_receipt(
    spoil: Callable[[Site], None], says: list[str], site: Site
) -> None:
    good = {path: path.read_text() for path in site.folder.glob("*.yaml")}
    site.drop("night.csv", site.rows([1]))
    site.drop("late.csv", site.rows([2]))
    spoil(site)
    result = site.run(*RUN)
    assert result.code == 3, result.err
    assert all(word in result.err for word in says), result.err
    assert {"failed/night.csv", "failed/late.csv"} <= set(site.found("*.csv"))
    receipt = json.loads((site.inbox / "failed" / "night.csv.receipt.json").read_text())
    (problem,) = receipt["problems"]
    assert (receipt["status"], problem["code"], problem["owner"]) == ("failed", "set_up", "ops")
    assert "mapping `small`" in problem["message"]
    assert "its sender need do nothing" in problem["message"]
    assert "orderdrop run night" in problem["message"]
    assert str(site.folder) not in problem["message"], "a sender is not told how we are set up"
    assert site.judge.posts(prefix=site.prefix) == {}
    assert site.run(*RUN).code == 3, "what waits is neither taken nor refused again"
    assert len(list((site.inbox / "failed").glob("*.receipt.json"))) == 2

    for path, text in good.items():
        path.write_text(text)
    assert site.run(*RUN).code == 0
    assert site.judge.posts(prefix=site.prefix) == {site.key(1): 1, site.key(2): 1}
    assert [path for path in site.found("*.csv") if "rejects" not in path] == [
        "archive/DAY/late.csv",
        "archive/DAY/night.csv",
    ]


def test_serve_refuses_to_start_with_a_mapping_that_is_missing(site: Site) -> None:
    removed("small.yaml")(site)
    result = site.run("serve")
    assert result.code == 3
    assert "small" in result.err


def test_an_sftp_server_that_does_not_answer_is_code_4_and_says_where(site: Site, tmp_path: Path) -> None:
    (tmp_path / "known_hosts").write_text("")
    (tmp_path / "key").write_text("not reached")
    with closed_port() as port:
        site.set_up(
            source=f"sftp://warehouse@127.0.0.1:{port}/out",
            login="    private_key: key\n    known_hosts: known_hosts",
        )
        result = site.run(*RUN)
    assert result.code == 4, result.err
    assert f"127.0.0.1:{port}" in result.err


@pytest.mark.sshd
def test_a_changed_host_key_is_code_3_and_no_file_is_touched(site: Site, own_sshd: Sshd) -> None:
    known = site.folder / "known_hosts"
    known.write_text(own_sshd.known_hosts.read_text())
    site.set_up(
        source=f"sftp://{own_sshd.user}@{own_sshd.host}:{own_sshd.port}{own_sshd.folder}",
        login=f"    private_key: {own_sshd.client_key}\n    known_hosts: {known}",
    )
    (own_sshd.root / "orders.csv").write_text("left alone")
    own_sshd.stop()
    own_sshd.new_host_keys()
    own_sshd.start()
    result = site.run(*RUN)
    assert result.code == 3
    assert "HAS CHANGED" in result.err
    assert str(known) in result.err
    assert [path.name for path in own_sshd.root.iterdir()] == ["orders.csv"]


def test_a_wrong_key_is_code_4_nothing_is_rejected_and_the_way_out_is_said(tmp_path: Path) -> None:
    with judging(key="right") as judge:
        site = Site(folder=tmp_path, prefix="W", judge=judge)
        site.set_up()
        site.file("orders.csv", site.rows([1, 2]))
        result = site.run(*IMPORT)
        assert judge.held() == {}
    assert result.code == 4
    assert "orders.csv  unfinished" in result.out
    assert "shipup does not accept the key of account local." in result.out
    assert "Correct the account's key in the settings" in result.out


def test_an_api_that_is_down_is_code_4_and_every_order_is_unsent(site: Site) -> None:
    site.drop("orders.csv", site.rows([1, 2]))
    with closed_port() as port:
        site.set_up(base_url=f"http://127.0.0.1:{port}/shipup")
        result = site.run(*RUN, "--json")
    (receipt,) = result.json
    assert result.code == 4
    assert (receipt["status"], receipt["orders"]["unsent"]) == ("unfinished", 2)
    assert {problem["owner"] for problem in receipt["problems"]} == {"ops"}
    assert "archive/DAY/orders.csv.receipt.json" in site.found("*.json")


def test_a_ledger_that_vanished_is_not_begun_anew(site: Site) -> None:
    site.file("orders.csv", site.rows([1]))
    assert site.run(*IMPORT).code == 0
    for file in (site.folder / "var").glob("orderdrop.db*"):
        file.unlink()
    before = site.judge.last_call()
    result = site.run(*IMPORT)
    assert result.code == 4
    assert "orderdrop.db" in result.err
    assert site.judge.last_call() == before


BROKEN = """
import sys
from orderdrop.cli import app

def broken() -> None:
    raise RuntimeError("the moon is full\\nand more of this")

app.app.command("broken")(broken)
sys.argv = ["orderdrop", "broken"]
app.main()
"""


def test_a_fault_in_orderdrop_itself_is_one_sentence_without_a_traceback(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BROKEN], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (4, "")
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("This is a fault in orderdrop: RuntimeError (the moon is full).")
    assert "can run again" in done.stderr
