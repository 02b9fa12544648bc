"""`orderdrop serve` tells people: a real process, a real webhook, a bad file in the inbox."""

import signal
import sqlite3
from pathlib import Path

import pytest
from tests.acceptance.site import Site, until
from tests.forked import Forked
from tests.integration.judge import Judge
from tests.integration.listening import Webhook, webhook

TOKEN = "planted-token-7f3a91"
NOTICES = """\
notices:
  quiet: 0s
  channels:
    ops: {url: "${OPS_URL}"}
"""
CONSOLE = 'console: {listen: "127.0.0.1:0", url: "https://orders.example.com"}\n'


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site whose API is never asked: its files are no good."""
    site = Site(folder=tmp_path, prefix="N", judge=Judge(base_url="http://127.0.0.1:9/shipup"))
    site.set_up()
    settings = tmp_path / "orderdrop.yaml"
    settings.write_text(settings.read_text().replace("every: 1s", "every: 300ms") + NOTICES)
    return site


def environ(hook: Webhook) -> dict[str, str]:
    return {"OPS_URL": f"json://ops:{TOKEN}@127.0.0.1:{hook.port}/{TOKEN}"}


def bad(site: Site, *names: str) -> None:
    for name in names:
        site.file(f".{name}", [f"{name};nobody@example.com"], headings="Order;Email").rename(
            site.inbox / name
        )


def ended(process: Forked) -> str:
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=30)
    assert process.returncode == 5, log
    return log


def test_bad_files_make_one_message_that_people_can_act_on(site: Site) -> None:
    with (site.folder / "orderdrop.yaml").open("a") as settings:
        settings.write(CONSOLE)
    with webhook() as hook:
        bad(site, "first.csv", "second.csv")
        site.run("run", "night", environ=environ(hook))
        with site.start("serve", environ=environ(hook)) as process:
            until(lambda: hook.heard)
            log = ended(process)
        (message,) = hook.heard
    assert message["title"] == "[orderdrop] night: 2 files could not be used"
    assert "- first.csv: heading_missing" in message["message"]
    assert "  https://orders.example.com/batches/b-" in message["message"]
    assert "What to do: " in message["message"]
    assert TOKEN not in log
    listed = site.run("notices", "list", "--json").json
    assert [(one["channel"], one["cause"], one["of"], one["tries"]) for one in listed] == [
        ("ops", "failed", "night", 0)
    ]
    assert listed[0]["sent_at"]
    assert "night: 2 files could not be used" in site.run("notices").out


def test_two_serving_processes_tell_each_cause_once(site: Site) -> None:
    with webhook() as hook:
        bad(site, "0.csv")
        site.run("run", "night", environ=environ(hook))
        with (
            site.start("serve", environ=environ(hook)) as one,
            site.start("serve", environ=environ(hook)) as two,
        ):
            until(lambda: hook.heard)
            bad(site, "1.csv")
            until(lambda: "1.csv" in hook.heard[-1]["message"])
            logs = ended(one) + ended(two)
    told = [line for heard in hook.heard for line in heard["message"].splitlines() if line[:2] == "- "]
    assert [line[2:7] for line in told] == ["0.csv", "1.csv"]
    assert logs.count('"event": "notice"') == len(hook.heard)


def test_what_could_not_be_sent_is_sent_after_a_restart(site: Site) -> None:
    bad(site, "first.csv")
    with webhook() as hook:
        gone = {"OPS_URL": f"json://ops:{TOKEN}@127.0.0.1:1/{TOKEN}"}
        site.run("run", "night", environ=gone)
        with site.start("serve", environ=gone) as process:
            until(lambda: any(one["tries"] for one in site.run("notices", "list", "--json").json))
            log = ended(process)
        waiting = site.run("notices").out
        assert "waits, tried 1 times" in waiting
        with site.start("serve", environ=environ(hook)) as process:
            until(lambda: hook.heard)
            log += ended(process)
    assert hook.titles() == ["night: a file could not be used"]
    assert TOKEN not in log + waiting
    with sqlite3.connect(site.folder / "var" / "orderdrop.db") as ledger:
        assert TOKEN not in "\n".join(ledger.iterdump())


def test_a_channel_that_hangs_holds_up_no_file(site: Site) -> None:
    with webhook(None) as hook:
        bad(site, "first.csv")
        with site.start("serve", environ=environ(hook)) as process:
            until(lambda: site.found("failed/first.csv"))
            bad(site, "second.csv")
            until(lambda: site.found("failed/second.csv"))
            hook.hangs.set()
            ended(process)


def test_who_polls_by_hand_looks_by_hand(site: Site) -> None:
    with webhook() as hook:
        bad(site, "first.csv")
        assert site.run("run", "night", environ=environ(hook)).code == 1
        looked = site.run("notices", "send", environ=environ(hook))
        assert (looked.code, looked.out) == (0, "ops: [orderdrop] night: a file could not be used\n")
        again = site.run("notices", "send", environ=environ(hook))
        assert (again.code, again.out) == (0, "")
        assert len(hook.heard) == 1


def test_a_held_file_that_somebody_discards_makes_no_second_message(site: Site) -> None:
    site.file(".none.csv", ["A;a@example.com;A;Tea;0"]).rename(site.inbox / "none.csv")
    with webhook() as hook:
        (held,) = site.run("run", "night", "--json", environ=environ(hook)).json
        assert held["status"] == "held"
        site.run("notices", "send", environ=environ(hook))
        site.run("batches", "discard", held["batch"], "--reason", "came twice", environ=environ(hook))
        assert site.run("notices", "send", environ=environ(hook)).out == ""
    assert hook.titles() == ["night: a batch is held"]


def test_a_test_names_the_channel_that_does_not_work(site: Site) -> None:
    settings = site.folder / "orderdrop.yaml"
    settings.write_text(
        settings.read_text().replace(
            "  channels:\n", f'  channels:\n    gone: {{url: "json://127.0.0.1:1/{TOKEN}"}}\n'
        )
    )
    with webhook() as hook:
        tried = site.run("notices", "test", environ=environ(hook))
        assert tried.code == 4
        assert tried.out.splitlines()[1] == "ops: it was taken"
        assert tried.err.startswith("gone did not take the message.")
        assert hook.titles() == ["a test"]
        assert site.run("notices", "test", "--channel", "ops", environ=environ(hook)).code == 0
        assert site.run("notices", "test", "--channel", "opps", environ=environ(hook)).code == 2
        assert TOKEN not in tried.out + tried.err


def test_a_channel_that_could_never_work_ends_serve_before_it_begins(site: Site) -> None:
    served = site.run("serve", environ={"OPS_URL": f"nosuch://{TOKEN}"})
    assert served.code == 3
    assert "`notices.channels.ops.url` is no nosuch:// URL" in served.err
    assert TOKEN not in served.err
