"""A stopped account is seen by ops where they look first."""

import re
from pathlib import Path

from tests.console.site import running
from tests.integration.judge import judging

from orderdrop.access.people import Role
from orderdrop.pipeline.feeds.feed import poll

TOLD = re.compile(
    r"Account local is not sent to since [-0-9]+ [0-9:]+ UTC: its key is not accepted\. It said: .*401.* "
    r"Correct the account&#39;s key in the settings and start <code>orderdrop serve</code> again\. "
    r"1 batch waits for it with 2 orders;"
)


def test_ops_read_at_the_top_of_the_first_pages_which_account_is_stopped_and_what_to_do(
    tmp_path: Path,
) -> None:
    with judging(key="right") as judge, running(tmp_path, judge.base_url) as site:
        ops, merchant = site.browser(Role.OPS), site.browser(Role.MERCHANT)
        assert "is not sent to" not in ops.get("/").text
        (tmp_path / "acme" / "one.csv").write_text("Order;SKU;Qty\nS1-A;X;1\nS1-B;Y;2\n")
        (finished,) = poll(site.console.parts, site.console.feeds["acme"])
        assert finished.batch.waits_since is not None
        for page in ("/", "/overview", "/?show=unfinished"):
            assert TOLD.search(ops.get(page).text), page
            assert "is not sent to" not in merchant.get(page).text
