"""Addresses that nobody follows, but that somebody types: a plain answer, never a fault of ours."""

import pytest
from tests.console.site import Site

from orderdrop.access.people import Role
from orderdrop.pipeline.feeds.feed import poll

ENDLESS = "9" * 30


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/people?before={endless}", 422, id="a-line-of-the-trail-beyond-counting"),
        pytest.param("/people?before=-1", 422, id="a-line-before-the-first"),
        pytest.param("{batch}?after={endless}", 422, id="orders-beyond-counting"),
        pytest.param("{batch}?fate=lost", 200, id="a-fate-that-is-none"),
        pytest.param("/overview?from={endless}", 200, id="feeds-beyond-counting"),
        pytest.param("/?before=%00&q=%00", 200, id="a-list-before-nothing"),
        pytest.param("/batches/%00", 404, id="a-batch-of-no-name"),
        pytest.param("/mappings/..%2f..%2fetc", 404, id="a-mapping-that-is-a-path"),
    ],
)
def test_an_odd_address_gets_a_plain_answer(path: str, status: int, site: Site) -> None:
    (site.folder / "acme" / "a1.csv").write_text(f"Order;SKU;Qty\nA1-{abs(hash(path))};X;1\n")
    (finished,) = poll(site.console.parts, site.console.feeds["acme"])
    answer = site.browser(Role.ADMIN).get(path.format(endless=ENDLESS, batch=f"/batches/{finished.batch.id}"))
    assert answer.status_code == status
    assert "Traceback" not in answer.text
