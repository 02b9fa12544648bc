"""What the JSON API says of itself: for whoever is known, with how to be known, and by name what does not fit."""

import httpx
import pytest
from tests.console.site import Site

from orderdrop.access.people import Role


def _client(site: Site) -> httpx.Client:
    site.browser(Role.OPS)
    user = site.console.store.user("ops")
    assert user is not None
    token = site.console.doors.make_token(user, "test")
    return httpx.Client(base_url=site.url, headers={"Authorization": f"Bearer {token}"})


def test_the_description_is_for_who_is_known_and_says_how_to_be(site: Site) -> None:
    assert httpx.get(f"{site.url}/api/v1/openapi.json").status_code == 401
    with _client(site) as client:
        described = client.get("/api/v1/openapi.json").json()
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    calls = [call for path in described["paths"].values() for call in path.values()]
    assert all(call["security"] == [{"token": []}] for call in calls)


@pytest.mark.parametrize(
    ("path", "named"),
    [
        pytest.param("/api/v1/batches?limit=1000", "limit: ", id="too-many-at-once"),
        pytest.param("/api/v1/batches?status=fine", "status: ", id="a-status-that-is-none"),
        pytest.param("/api/v1/orders", "q: ", id="nothing-to-look-for"),
    ],
)
def test_a_call_that_does_not_fit_is_told_which_part_of_it(path: str, named: str, site: Site) -> None:
    with _client(site) as client:
        answer = client.get(path)
    assert answer.status_code == 422
    assert named in answer.json()["detail"]
