"""`orderdrop serve` with its console: pages come from one process, what they begin is done by the other, either may die."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from tests.acceptance.served import Served, children_of, is_alive, killed, parent_of, served, with_console
from tests.acceptance.site import MAPPING, Site, until
from tests.acceptance.test_installed import INSTALLED

from orderdrop.web.address import listening_on

FEW, MANY = range(1, 4), range(1, 17)


def _ended(one: Served) -> None:
    one.process.send_signal(signal.SIGTERM)
    assert one.process.wait(30) == 5, one.log.read_text()


def _again(client: httpx.Client, path: str) -> httpx.Response:
    """An answer; who was being answered when the process died tries once more, as a browser does."""
    try:
        return client.get(path)
    except httpx.TransportError:
        return client.get(path)


@contextmanager
def _sending(site: Site) -> Iterator[tuple[Served, httpx.Client, str]]:
    """A console, a program and the batch that it uploaded, which is being sent."""
    site.set_up(rate="8")
    with served(site) as one, one.program() as program:
        batch = one.upload(program, "orders.csv", site.rows(MANY))
        until(lambda: site.judge.posts(prefix=site.prefix).total() >= 2)
        yield one, program, batch


def test_pages_are_answered_by_another_process_than_the_one_that_sends(site: Site) -> None:
    site.set_up(rate="4")
    with served(site) as one, one.program() as program:
        assert one.pages() != one.process.pid
        assert parent_of(one.pages()) == one.process.pid
        assert program.get("/readyz").json() == {"ready": True, "ledger": "ok", "scheduler": True}
        batch = one.upload(program, "orders.csv", site.rows(FEW))
        until(lambda: one.works_on(batch) == one.process.pid)
        until(lambda: one.status(batch) == "accepted")
        figures = program.get("/metrics").text
        assert 'orderdrop_api_answer_seconds_count{account="local",status="201"} 3.0' in figures
        _ended(one)
    assert site.judge.posts(prefix=site.prefix) == {site.key(number): 1 for number in FEW}


def test_pages_go_on_while_the_process_that_sends_stands_still_and_figures_are_not_made_up(
    site: Site,
) -> None:
    with served(site) as one, one.program() as program, one.browser() as browser:
        batch = one.upload(program, "orders.csv", site.rows(FEW))
        until(lambda: one.status(batch) == "accepted")
        one.process.freeze()
        assert program.get("/healthz").text == "ok\n"
        assert "Every good row is with the destination." in browser.get(f"/batches/{batch}").text
        assert browser.get("/feeds/night").status_code == 200
        figures = program.get("/metrics")
        assert (figures.status_code, "does not answer at this moment" in figures.text) == (503, True)
        later = one.upload(program, "later.csv", site.rows([9]))
        assert one.status(later) == "received"
        one.process.send_signal(signal.SIGCONT)
        until(lambda: one.status(later) == "accepted")
        _ended(one)


def test_a_page_polls_a_feed_and_releases_a_held_batch_where_nothing_else_would(site: Site) -> None:
    (site.folder / "small.yaml").write_text(MAPPING.replace("over: 80%", "over: 20%"))
    with served(site, "--no-scheduler") as one, one.browser() as browser:
        assert browser.get("/readyz").json()["scheduler"] is False
        site.drop("orders.csv", [*site.rows([1]), *site.rows([2], quantity="two")])
        browser.get("/feeds/night")
        assert browser.post("/feeds/night/poll").headers["location"] == "/feeds/night"
        until(lambda: [batch.status.value for batch in one.ledger.batches(limit=9)] == ["held"])
        (held,) = one.ledger.batches(limit=9)
        until(lambda: "Polling now" not in browser.get("/feeds/night").text)
        browser.get(f"/batches/{held.id}")
        assert browser.post(f"/batches/{held.id}/release").headers["location"] == f"/batches/{held.id}"
        until(lambda: one.status(held.id) == "rejects")
        _ended(one)
    assert site.judge.posts(prefix=site.prefix) == {site.key(1): 1}


def test_what_a_job_came_to_is_told_on_the_page(site: Site) -> None:
    with served(site, "--no-scheduler") as one, one.browser() as browser:
        site.inbox.rmdir()
        browser.get("/feeds/night")
        browser.post("/feeds/night/poll")
        until(lambda: "could not be listed" in browser.get("/feeds/night").text)
        _ended(one)


def test_pages_come_back_after_their_process_was_killed_and_the_batch_that_is_sent_does_not_mind(
    site: Site,
) -> None:
    with _sending(site) as (one, program, batch):
        first = one.pages()
        killed(first, signal.SIGKILL)
        assert _again(program, "/readyz").json()["ready"]
        until(lambda: one.pages() != first)
        assert program.get(f"/api/v1/batches/{batch}").status_code == 200
        until(lambda: one.status(batch) == "accepted")
        again = one.upload(program, "again.csv", site.rows([99]))
        until(lambda: one.status(again) == "accepted")
        (ended,) = one.events("console_ended")
        assert (ended["why"], ended["level"]) == ("killed by SIGKILL", "error")
        _ended(one)
    assert site.judge.posts(prefix=site.prefix) == {site.key(number): 1 for number in [*MANY, 99]}


def test_the_pages_end_with_the_process_that_sends_however_it_dies_and_the_next_start_sends_the_rest(
    site: Site,
) -> None:
    with _sending(site) as (one, _, batch):
        host, port = one.address
        one.process.kill()
        one.process.wait()
        until(lambda: not is_alive(one.pages()))
        listening_on(host, port).close()
    site.set_up()
    with served(site) as one:
        until(lambda: one.status(batch) == "accepted")
        _ended(one)
    assert set(site.judge.held(site.prefix)) == {site.key(number) for number in MANY}
    posts = site.judge.posts(prefix=site.prefix)
    assert posts.total() <= len(MANY) + 4, "at most the requests that were under way were posted again"


def test_a_sigterm_ends_both_while_somebody_follows_a_batch_and_the_rest_is_kept(site: Site) -> None:
    site.set_up(rate="4")
    with served(site) as one, one.program() as program, one.browser() as browser:
        batch, pages = one.upload(program, "orders.csv", site.rows(MANY)), one.pages()
        until(lambda: site.judge.posts(prefix=site.prefix).total() >= 2)
        with browser.client.stream("GET", f"/batches/{batch}/events") as events:
            assert next(lines := events.iter_lines()) == "event: progress"
            one.process.send_signal(signal.SIGTERM)
            assert "event: done" not in list(lines), "it ends, though the batch is not at rest"
        assert one.process.wait(30) == 5
        assert not is_alive(pages)
        assert len(one.events("stopped")) == 1
        assert one.events("console_ended") == []
        assert "Traceback" not in one.log.read_text()
    assert 2 <= site.judge.posts(prefix=site.prefix).total() < len(MANY)


def test_a_signal_to_the_process_of_the_pages_alone_ends_nothing(site: Site) -> None:
    with served(site) as one, one.program() as program:
        for number in (signal.SIGINT, signal.SIGTERM):
            os.kill(one.pages(), number)
        assert program.get("/readyz").json()["ready"]
        assert one.events("console_ended") == []
        _ended(one)


@pytest.mark.parametrize("once", ["it serves", "the pages begin"])
def test_ctrl_c_reaches_both_and_the_end_is_graceful(once: str, site: Site) -> None:
    with_console(site)
    log = site.folder / "log"
    with (
        log.open("w") as stream,
        subprocess.Popen(
            [INSTALLED, "serve"], cwd=site.folder, stderr=stream, start_new_session=True
        ) as process,
    ):
        try:
            until(lambda: children_of(process.pid))
            (pages,) = children_of(process.pid)
            until(lambda: once == "the pages begin" or '"serving"' in log.read_text())
            os.killpg(process.pid, signal.SIGINT)
            assert process.wait(30) == 5
        finally:
            process.kill()
    said = log.read_text()
    assert not is_alive(pages)
    assert "Traceback" not in said, said


def test_a_taken_address_is_told_before_anything_is_begun(site: Site) -> None:
    with listening_on("127.0.0.1", 0) as taken:
        with_console(site, port := taken.getsockname()[1])
        served_there = site.run("serve")
    assert served_there.code == 3
    assert served_there.err == (
        f"The console cannot listen on 127.0.0.1:{port}: the address is in use or not of this machine. "
        "Name another one under `console:` in the settings, or stop what listens there.\n"
    )


def test_the_first_start_prints_a_link_that_makes_the_first_admin(site: Site) -> None:
    with served(site, "--no-scheduler") as one:
        until(lambda: "/welcome/" in one.log.read_text())
        (link,) = [line for line in one.log.read_text().splitlines() if "/welcome/" in line]
        with httpx.Client(base_url=one.url) as browser:
            page = browser.get("/welcome/" + link.rpartition("/")[2])
        assert (page.status_code, "admin" in page.text) == (200, True)
        _ended(one)
