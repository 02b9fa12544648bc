"""Orders as programs find them: those that were built, and those that our checks rejected, in one list."""

from collections.abc import Iterator

import httpx
import pytest
from tests.console.site import PATIENCE_SECONDS, Site

from orderdrop.access.people import Role
from orderdrop.pipeline.feeds.feed import poll


@pytest.fixture(scope="module")
def batches(site: Site) -> dict[str, str]:
    """Three batches, oldest first: a mixed one, a newer one with one of its numbers rejected, one of another feed."""
    rows = {
        "mixed.csv": ("acme", ["A1-1;X;1", "A1-10;X;1", "A1-2;X;two"]),
        "newer.csv": ("acme", ["A1-1;X;none"]),
        "other.csv": ("other", ["A1-1;X;no"]),
    }
    done = {}
    for name, (feed, lines) in rows.items():
        (site.folder / feed / name).write_text("\n".join(["Order;SKU;Qty", *lines]) + "\n")
        (finished,) = poll(site.console.parts, site.console.feeds[feed])
        done[finished.batch.id] = name
    return done


@pytest.fixture
def merchant(site: Site) -> Iterator[httpx.Client]:
    site.browser(Role.MERCHANT)
    user = site.console.store.user("merchant")
    assert user is not None
    headers = {"Authorization": f"Bearer {site.console.doors.make_token(user, 'test')}"}
    with httpx.Client(base_url=site.url, headers=headers, timeout=PATIENCE_SECONDS) as client:
        yield client


NEWER = ("A1-1", "rejected", "newer.csv")
MIXED_1, MIXED_10 = ("A1-1", "accepted", "mixed.csv"), ("A1-10", "accepted", "mixed.csv")
MIXED_2 = ("A1-2", "rejected", "mixed.csv")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param("q=A1-1", [NEWER, MIXED_1, MIXED_10], id="exact-ones-first-each-newest-first"),
        pytest.param("q=A1-2", [MIXED_2], id="one-that-was-only-rejected"),
        pytest.param("q=A1-", [NEWER, MIXED_10, MIXED_1, MIXED_2], id="the-beginning-of-all"),
        pytest.param("q=A1-&limit=3", [NEWER, MIXED_10, MIXED_1], id="as-many-as-are-asked-for-of-both"),
        pytest.param("q=A1-1&limit=1", [NEWER], id="the-first-of-both"),
        pytest.param("q=A1-3", [], id="none"),
    ],
)
def test_orders_and_rejected_orders_are_found_together(
    asked: str, found: list[tuple[str, str, str]], batches: dict[str, str], merchant: httpx.Client
) -> None:
    answer = merchant.get(f"/api/v1/orders?{asked}").json()
    assert [(one["order"], one["fate"], one["file"]) for one in answer] == found
    assert all(batches[one["batch"]] == one["file"] for one in answer)


def test_a_rejected_order_says_what_is_wrong_and_has_the_keys_of_any_other(
    batches: dict[str, str], merchant: httpx.Client
) -> None:
    rejected, built, _ = merchant.get("/api/v1/orders?q=A1-1").json()
    assert rejected.keys() - built.keys() == {"problems", "problem_count"}
    assert rejected["reference"] is None
    receipt = merchant.get(f"/api/v1/batches/{rejected['batch']}").json()
    assert rejected["problems"] == receipt["problems"]
    assert rejected["problem_count"] == 1


def test_the_description_says_how_rejected_orders_are_told(merchant: httpx.Client) -> None:
    said = merchant.get("/api/v1/openapi.json").json()["paths"]["/api/v1/orders"]["get"]["description"]
    assert all(f"`{name}`" in said for name in ("rejected", "problems", "problem_count", "limit"))
