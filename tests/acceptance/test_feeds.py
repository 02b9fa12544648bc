"""`orderdrop run` and `orderdrop serve`: over a folder and over real OpenSSH, stopped, killed and started again."""

import json
import signal
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.acceptance.site import Site, until
from tests.integration.judge import judging
from tests.integration.sshd import Sshd
from tests.integration.toxic import ToxicProxy

REPLY = [
    f"archive/DAY/orders.csv{suffix}"
    for suffix in ("", ".receipt.html", ".receipt.json", ".rejects.csv", ".rejects.xlsx")
]
MANY = range(1, 21)


@pytest.mark.sshd
def test_a_drop_on_openssh_is_taken_sent_archived_and_answered(site: Site, sshd: Sshd) -> None:
    inbox = sshd.root
    site.set_up(
        source=f"sftp://{sshd.user}@{sshd.host}:{sshd.port}{sshd.folder}",
        login=f"    private_key: {sshd.client_key}\n    known_hosts: {sshd.known_hosts}",
        endpoint="auto",
    )
    (inbox / "orders.csv").write_text(
        "\n".join(["Order;Email;SKU;Item;Qty", *site.rows(MANY), *site.rows([21], quantity="two")])
    )
    result = site.run("run", "night")
    assert result.code == 1
    assert "orders.csv  rejects" in result.out
    assert site.judge.posts(prefix=site.prefix) == {site.key(number): 1 for number in MANY}
    (day,) = (inbox / "archive").iterdir()
    assert sorted(f"archive/DAY/{path.name}" for path in day.iterdir()) == REPLY
    assert not list((inbox / "processing").iterdir())
    receipt = json.loads((day / "orders.csv.receipt.json").read_text())
    assert (receipt["orders"]["accepted"], receipt["rows"]["rejected"]) == (20, 1)

    again = site.run("run", "night")
    assert (again.code, again.out) == (0, "")
    assert again.err == "No settled files are waiting.\n"


def test_run_all_polls_every_feed_and_one_that_fails_keeps_back_no_other(site: Site) -> None:
    site.set_up(source="no-such-folder")
    settings = site.folder / "orderdrop.yaml"
    text = settings.read_text()
    feed = text[text.index("  night:") :]
    settings.write_text(
        text + feed.replace("  night:", "  other:").replace("source: no-such-folder", "source: inbox")
    )
    site.drop("orders.csv", site.rows([1]))
    result = site.run("run", "--all", "--json")
    assert result.code == 4
    assert [(one["drop"]["feed"], one["status"]) for one in result.json] == [("other", "accepted")]
    assert result.err.startswith("night: The folder ")
    assert "no-such-folder could not be listed" in result.err


def test_run_all_finishes_an_import_that_a_dead_process_left(site: Site) -> None:
    site.set_up(rate="1")  # it would take long
    file = site.file("left.csv", site.rows(range(20)))
    with site.start("import", str(file), "--mapping", "small", "--account", "local") as process:
        until(lambda: site.judge.posts(prefix=site.prefix).total() >= 1)
        process.kill()
    site.set_up()
    assert [one["status"] for one in site.run("run", "--all", "--json").json] == ["accepted"]
    assert set(site.judge.posts(prefix=site.prefix)) == {site.key(number) for number in range(20)}
    assert site.run("run", "--all", "--json").json == []


def test_a_file_that_cannot_be_fetched_keeps_back_no_other_and_is_taken_when_it_can(site: Site) -> None:
    site.run("run", "night")
    claimed = site.inbox / "processing" / "20261122T193000Z-5f1c0a__first.csv"
    claimed.parent.mkdir()
    claimed.symlink_to("gone")  # whatever an administrator may have done: it cannot be opened
    site.drop("second.csv", site.rows([2]))
    result = site.run("run", "night", "--json")
    assert [one["drop"]["name"] for one in result.json] == ["second.csv"]
    claimed.unlink()
    site.file("first", site.rows([1])).rename(claimed)
    assert [one["drop"]["name"] for one in site.run("run", "night", "--json").json] == ["first.csv"]
    assert site.judge.posts(prefix=site.prefix) == {site.key(1): 1, site.key(2): 1}


def test_serve_picks_up_a_drop_and_a_sigterm_ends_it_within_ten_seconds_with_code_5(site: Site) -> None:
    with site.start("serve") as process:
        site.drop("orders.csv", site.rows([1, 2]))
        until(lambda: site.found("*.receipt.json") == ["archive/DAY/orders.csv.receipt.json"])
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=10)
    assert process.returncode == 5
    assert out == ""
    events = [json.loads(line) for line in err.splitlines()]
    assert events[0]["event"] == "serving"
    assert {"claimed", "registered", "prepared", "sent", "archived", "finished"} <= {
        event["event"] for event in events
    }
    assert events[-1]["event"] == "stopped"
    assert "anna@example.com" not in err
    assert site.judge.posts(prefix=site.prefix) == {site.key(1): 1, site.key(2): 1}


def test_health_says_whether_a_serve_of_this_host_is_at_work(site: Site) -> None:
    before = site.run("health")
    assert (before.code, before.out) == (4, "")
    assert "start it again if it is gone" in before.err
    with site.start("serve") as process:
        until(lambda: site.run("health").code == 0)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)
    assert site.run("health").code == 4


@pytest.mark.parametrize("command", [("serve",), ("run", "night")], ids=["serve", "run"])
def test_a_sigterm_in_the_middle_of_a_batch_ends_it_and_the_next_start_sends_the_rest_once(
    command: tuple[str, ...], site: Site
) -> None:
    site.set_up(rate="4")
    site.drop("orders.csv", site.rows(MANY))
    with site.start(*command) as process:
        until(lambda: site.judge.posts(prefix=site.prefix).total() >= 2)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=10)
    assert process.returncode == 5, err
    sent = site.judge.posts(prefix=site.prefix)
    assert 2 <= sent.total() < len(MANY)
    site.set_up()
    rest = site.run("run", "night", "--json")
    assert (rest.code, [one["status"] for one in rest.json]) == (0, ["accepted"])
    assert site.judge.posts(prefix=site.prefix) == {site.key(number): 1 for number in MANY}
    assert site.found("*.receipt.json") == ["archive/DAY/orders.csv.receipt.json"]


def test_after_a_kill_the_next_run_goes_on_at_once_and_sends_the_rest(site: Site) -> None:
    site.set_up(rate="4")
    site.drop("orders.csv", site.rows(MANY))
    with site.start("run", "night") as process:
        until(lambda: site.judge.posts(prefix=site.prefix).total() >= 2)
        process.kill()
        process.communicate(timeout=10)
    site.set_up()
    rest = site.run("run", "night", "--json")
    assert (rest.code, [one["status"] for one in rest.json]) == (0, ["accepted"])
    assert "another orderdrop" not in rest.err
    posts = site.judge.posts(prefix=site.prefix)
    assert set(posts) == {site.key(number) for number in MANY}
    assert posts.total() <= len(MANY) + 4, "at most the requests that were under way were posted again"


def test_a_killed_import_is_finished_by_the_next_serve(site: Site) -> None:
    site.set_up(rate="4")
    site.file("orders.csv", site.rows(MANY))
    with site.start("import", "orders.csv", "--mapping", "small", "--account", "local") as process:
        until(lambda: site.judge.posts(prefix=site.prefix).total() >= 2)
        process.kill()
        process.communicate(timeout=10)
    site.set_up()
    with site.start("serve") as process:
        until(lambda: len(site.judge.held(site.prefix)) == len(MANY))
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=10)
    assert "resumed" in {json.loads(line)["event"] for line in err.splitlines()}
    (batch,) = site.run("batches", "list", "--json").json
    assert (batch["status"], batch["orders"]["accepted"]) == ("accepted", len(MANY))


def test_what_a_killed_poll_left_does_not_wait_for_the_next_night(site: Site) -> None:
    site.set_up(rate="4")
    settings = site.folder / "orderdrop.yaml"
    settings.write_text(settings.read_text().replace("every: 1s", 'cron: "0 2 1 1 *"'))
    site.drop("orders.csv", site.rows(MANY))
    with site.start("run", "night") as process:
        until(lambda: site.judge.posts(prefix=site.prefix).total() >= 2)
        process.kill()
        process.communicate(timeout=10)
    site.drop("later.csv", site.rows([99]))
    settings.write_text(settings.read_text().replace("rate: 4", "rate: unlimited"))
    with site.start("serve") as process:
        until(lambda: site.found("*.receipt.json"))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)
    assert set(site.judge.held(site.prefix)) == {site.key(number) for number in MANY}
    assert site.found("*.csv")[-1] == "later.csv", "what nobody has taken yet waits for its time"


def test_two_runs_at_once_send_nothing_twice_and_the_second_waits(site: Site) -> None:
    second_waits, heard = threading.Event(), site.folder / "second.err"
    port = urlsplit(site.judge.base_url).port or 0
    with ToxicProxy(upstream=port, meanwhile=second_waits.wait) as held, heard.open("w") as stderr:
        site.set_up(base_url=site.judge.base_url.replace(str(port), str(held.port)), timeout="60s")
        site.drop("orders.csv", site.rows(MANY))
        with site.start("run", "night") as first:
            until(lambda: site.judge.posts(prefix=site.prefix).total())
            with site.start("run", "night", stderr=stderr) as second:
                until(lambda: "another orderdrop" in heard.read_text())
                second_waits.set()  # only now the first one gets an answer
                assert first.wait(timeout=30) == 0
                assert second.wait(timeout=30) == 0
                second.communicate()
            first.communicate()
    assert heard.read_text() == (
        "feed night: another orderdrop works on it; waiting for half a minute at most\nNo settled files are waiting.\n"
    )
    assert site.judge.posts(prefix=site.prefix) == {site.key(number): 1 for number in MANY}


def test_a_throttled_account_is_left_in_peace_for_as_long_as_the_api_asks(tmp_path: Path) -> None:
    with judging() as judge:
        site = Site(folder=tmp_path, prefix="T", judge=judge)
        site.set_up(rate="null")  # the published one, whose burst lets all of them go at once
        judge.plan("429", retry_after="2")
        site.drop("orders.csv", site.rows([1, 2, 3, 4, 5, 6]))
        result = site.run("run", "night", "--json")
        calls = [call for call in judge.calls() if call["method"] == "POST"]
    assert (result.code, result.json[0]["orders"]["accepted"]) == (0, 6)
    refused_at = next(call["at"] for call in calls if call["status"] == 429)
    begun_with_it = [call for call in calls if call["at"] < refused_at + 1.9]
    assert len(begun_with_it) <= 4, "only requests that were under way beside it"
    assert len(calls) == 7, "each order once, and the one that was refused once more"


def test_a_refused_key_stops_the_account_once_and_the_next_run_sends_the_rest_once_it_is_right(
    tmp_path: Path,
) -> None:
    with judging(key="right") as judge:
        site = Site(folder=tmp_path, prefix="K", judge=judge)
        site.set_up(rate="null")
        site.drop("orders.csv", site.rows(MANY))
        result = site.run("run", "night", "--json")
        refused = judge.last_call()
        still = site.run("batches", "show", result.json[0]["batch"])
        again = site.run("run", "night", "--json")
        asked = judge.last_call() - refused
        judge.change(key=None)
        site.set_up()  # without a limit
        later = site.run("run", "night", "--json")
        sent = judge.posts(after=refused + asked)
        told = json.loads((site.inbox / site_receipt(site)).read_text())
    (receipt,) = result.json
    assert result.code == 4
    assert (receipt["status"], receipt["orders"]["unsent"], receipt["rows"]["unsent"]) == (
        "unfinished",
        20,
        20,
    )
    (problem,) = receipt["problems"]
    assert problem["owner"] == "ops"
    assert problem["message"].startswith("shipup does not accept the key of account local.")
    assert refused <= 4, "requests that were under way beside the first"
    assert "Account local is not sent to since" in still.out
    assert "its key is not accepted" in still.out
    assert "1 batch waits for it with 20 orders" in still.out
    assert (again.code, asked) == (4, 1), "one request to see whether somebody mended it"
    (sent_later,) = later.json
    assert (later.code, sent_later["batch"]) == (0, receipt["batch"])
    assert (sent_later["status"], sent_later["orders"]["accepted"], sent_later["problems"]) == (
        "accepted",
        20,
        [],
    )
    assert sent == {site.key(number): 1 for number in MANY}
    assert told["status"] == "accepted", "the sender has the new receipt"


def site_receipt(site: Site) -> Path:
    (receipt,) = (path for path in site.inbox.rglob("*.receipt.json"))
    return receipt.relative_to(site.inbox)
