"""`orderdrop feeds`: pausing and resuming as everybody sees it, and the way to a source step by step."""

import pytest
from tests.acceptance.site import Site
from tests.integration.sshd import Sshd
from tests.loopback import closed_port

from orderdrop import settings as setup
from orderdrop import wiring
from orderdrop.access.sql import SqlAccess


def _deeds(site: Site) -> list[tuple[str, str, str]]:
    """The audit trail, newest first."""
    ledger = wiring.open_settled_ledger(setup.load(site.folder / "orderdrop.yaml", {}, site.folder))
    try:
        return [
            (deed.action, deed.subject, deed.detail)
            for _, deed in SqlAccess(wiring.database_of(ledger)).deeds()
        ]
    finally:
        ledger.close()


def test_a_paused_feed_is_left_alone_shown_everywhere_and_goes_on_when_it_is_resumed(site: Site) -> None:
    site.drop("orders.csv", site.rows([1]))
    assert site.run("feeds", "pause", "night").code == 2, "a pause needs a reason"
    paused = site.run("feeds", "pause", "night", "--reason", "their server moves")
    assert (paused.code, paused.out) == (0, "")
    assert paused.err == "Feed night is paused. `orderdrop feeds resume night` lets it go on.\n"

    named = site.run("run", "night")
    assert (named.code, named.out) == (4, "")
    assert "their server moves. `orderdrop feeds resume night` lets it go on" in named.err
    every = site.run("run", "--all")
    assert every.code == 0
    assert "Feed night is paused since" in every.err
    assert site.found("*.csv") == ["orders.csv"]

    assert "paused since" in site.run("feeds").out
    (shown,) = site.run("feeds", "list", "--json").json
    assert (shown["standing"], shown["pause_reason"]) == ("paused", "their server moves")
    assert shown["next_poll"] is None
    assert "Feed night is paused since" in site.run("health").out

    again = site.run("feeds", "pause", "night", "--reason", "me too")
    assert "paused already, by" in again.err
    assert site.run("feeds", "resume", "night").err == "Feed night is polled again.\n"
    assert site.run("run", "night", "--json").json[0]["status"] == "accepted"
    (shown,) = site.run("feeds", "list", "--json").json
    assert (shown["standing"], shown["failed"], shown["newest_batch"][:2]) == ("waiting", None, "b-")
    assert shown["last_poll"] < shown["next_poll"]
    assert _deeds(site) == [("resume", "night", ""), ("pause", "night", "their server moves")]


def test_a_paused_feed_is_polled_by_whoever_insists(site: Site) -> None:
    site.drop("orders.csv", site.rows([1]))
    site.run("feeds", "pause", "night", "--reason", "wait")
    assert site.run("run", "night", "--paused", "--json").json[0]["status"] == "accepted"
    assert site.run("run", "night").code == 4


def test_a_feed_that_is_not_there_is_told_with_the_nearest_that_is(site: Site) -> None:
    for words in (("pause", "nigth", "--reason", "x"), ("resume", "nigth"), ("test", "nigth")):
        result = site.run("feeds", *words)
        assert (result.code, "did you mean `night`?" in result.err) == (3, True)


def test_the_way_to_a_folder_is_tried_step_by_step(site: Site) -> None:
    result = site.run("feeds", "test", "night")
    assert (result.code, result.err) == (0, "")
    assert [line.split()[:2] for line in result.out.splitlines()] == [
        ["ok", "Folder"],
        ["ok", "List"],
        ["ok", "Write"],
        ["ok", "Rename"],
    ]
    assert list(site.inbox.iterdir()) == []


@pytest.mark.sshd
@pytest.mark.parametrize(
    ("listens", "host", "code", "failed"),
    [
        pytest.param(True, "127.0.0.1", 0, None, id="all-is-well"),
        pytest.param(False, "127.0.0.1", 4, "TCP", id="a-closed-port"),
        pytest.param(True, "no-such-host.invalid", 4, "DNS", id="a-name-that-nobody-knows"),
        pytest.param(True, "localhost", 3, "Host key", id="a-server-that-is-not-known"),
    ],
)
def test_the_way_to_a_server_is_tried_step_by_step_and_its_code_says_who_must_act(
    listens: bool, host: str, code: int, failed: str | None, site: Site, sshd: Sshd
) -> None:
    with closed_port() as closed:
        site.set_up(
            source=f"sftp://{sshd.user}@{host}:{sshd.port if listens else closed}{sshd.folder}",
            login=f"    private_key: {sshd.client_key}\n    known_hosts: {sshd.known_hosts}",
        )
        result = site.run("feeds", "test", "night", "--json")
    assert result.code == code
    steps = {one["step"]: one["result"] for one in result.json}
    assert list(steps) == ["DNS", "TCP", "Host key", "Login", "List", "Write"]
    assert [name for name, ended in steps.items() if ended == "failed"] == ([failed] if failed else [])
    assert all(one["next_step"] for one in result.json if one["result"] == "failed")
