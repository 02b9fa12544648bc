"""The stand-in's answers, without a wire: key, pace, orders, batches and jobs."""

import itertools
from typing import Any

import pytest
from tests.unit.sandbox import hands
from tests.unit.sandbox.hands import Hands, content_of

from orderdrop.sandbox.calls import Answer, Call
from orderdrop.sandbox.shipup.api import ShipupApi
from orderdrop.sandbox.shipup.settings import ShipupSettings


def new_api(clocks: Hands | None = None, **settings: Any) -> ShipupApi:
    numbers = itertools.count()
    return ShipupApi(
        ShipupSettings(**settings), clock=(clocks or Hands()).clock(), new_uuid=lambda: str(next(numbers))
    )


def call(method: str, path: str, content: Any = None, *, key: str = "any", **details: Any) -> Call:
    return hands.call(method, path, content, key=key, **details)


def post(api: ShipupApi, content: Any) -> Answer:
    return api.answer(call("POST", "/v2/orders", content))


def batch(api: ShipupApi, *orders: Any, **details: Any) -> int:
    answer = api.answer(call("POST", "/v2/orders/batch_create", {"orders": orders}, **details))
    assert answer.status == 202
    job_id: int = content_of(answer)["job_id"]
    return job_id


def job(api: ShipupApi, job_id: int) -> dict[str, Any]:
    shown: dict[str, Any] = content_of(api.answer(call("GET", f"/v2/jobs/{job_id}")))
    return shown


def stored_ids(api: ShipupApi) -> list[str]:
    return [order["merchant_id"] for order in api.contents(brief=True)["orders"]]


@pytest.mark.parametrize(
    ("setting", "sent", "refused"),
    [
        pytest.param(None, "anything", None, id="any-key-bare"),
        pytest.param(None, "Bearer anything", None, id="any-key-as-bearer"),
        pytest.param(None, "", 401, id="no-key"),
        pytest.param(None, "Bearer ", 401, id="bearer-without-a-key"),
        pytest.param("right", "right", None, id="right-key-bare"),
        pytest.param("right", "Bearer right", None, id="right-key-as-bearer"),
        pytest.param("right", "bearer right", None, id="scheme-in-lower-case"),
        pytest.param("right", "wrong", 401, id="wrong-key"),
        pytest.param("right", "Basic right", 401, id="another-scheme"),
    ],
)
def test_a_key_opens_bare_or_as_bearer(setting: str | None, sent: str, refused: int | None) -> None:
    answer = new_api(key=setting).admit(call("GET", "/v2/orders", key=sent))

    assert (answer and answer.status) == refused


def test_the_burst_is_taken_then_two_a_second() -> None:
    clocks = Hands()
    api = new_api(clocks)
    asked = call("GET", "/v2/orders")
    assert [api.admit(asked) for _ in range(60)] == [None] * 60

    refused = api.admit(asked)
    assert refused is not None
    assert (refused.status, refused.headers) == (429, (("Retry-After", "1"),))
    assert api.response_headers(asked) == (("X-Shipup-Api-Call-Limit", "60/60"),)

    clocks.at += 1
    outcomes = [api.admit(asked) is None for _ in range(3)]
    assert outcomes == [True, True, False]


def test_waiting_as_long_as_retry_after_says_is_enough() -> None:
    clocks = Hands()
    api = new_api(clocks, rate=0.3, burst=1)
    asked = call("GET", "/v2/orders")
    api.admit(asked)
    refused = api.admit(asked)
    assert refused is not None
    [(_, seconds)] = refused.headers
    clocks.at += int(seconds)

    assert (seconds, api.admit(asked)) == ("4", None)


def test_each_key_has_a_bucket_of_its_own() -> None:
    api = new_api(burst=1)

    assert api.admit(call("GET", "/v2/orders", key="a")) is None
    assert api.admit(call("GET", "/v2/orders", key="b")) is None
    assert api.admit(call("GET", "/v2/orders", key="Bearer a")) is not None


def test_a_good_order_is_created_and_then_updated() -> None:
    api = new_api()
    answers = [post(api, {"merchant_id": "A"}) for _ in range(2)]

    assert [(one.status, content_of(one), one.committed) for one in answers] == [
        (201, {"merchant_id": "A"}, True)
    ] * 2
    assert api.contents(brief=True) == {
        "count": 1,
        "orders": [{"merchant_id": "A", "id": 1, "created": 1, "updated": 1}],
    }


def test_an_update_can_be_told_apart_by_its_status() -> None:
    api = new_api(update_status=200)

    assert [post(api, {"merchant_id": "A"}).status for _ in range(2)] == [201, 200]


def test_a_bad_order_is_not_stored_at_all() -> None:
    api = new_api()
    answer = post(api, {"merchant_id": "A", "fulfillments": [{"merchant_id": 5}]})

    assert (answer.status, answer.committed, answer.orders) == (400, False, ("A",))
    assert stored_ids(api) == []


def test_a_changed_quantity_is_refused_and_the_order_stays_as_it_was() -> None:
    api = new_api()
    post(api, {"merchant_id": "A", "line_items": [{"merchant_id": "L", "quantity": 2}]})
    answer = post(api, {"merchant_id": "A", "line_items": [{"merchant_id": "L", "quantity": 3}]})

    assert content_of(answer) == {
        "errors": {
            "line_items": {"0": {"quantity": "Invalid value: given, 3 expected: 2, it must not change"}}
        }
    }


@pytest.mark.parametrize("body", [b"", b"{", b"[1,", b"\xff"])
def test_a_body_that_is_no_json_gets_a_400(body: bytes) -> None:
    answer = new_api().answer(Call(method="POST", path="/v2/orders", headers={}, body=body))

    assert answer.status == 400
    assert content_of(answer)["errors"]["details"].startswith("Invalid JSON")


def test_a_number_beyond_64_bits_comes_back_whole() -> None:
    api = new_api()
    number = 12345678901234567890123
    body = b'{"merchant_id": "A", "custom_variables": {"n": 12345678901234567890123}}'
    api.answer(Call(method="POST", path="/v2/orders", headers={}, body=body))

    assert str(number).encode() in api.answer(call("GET", "/v2/orders")).body


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("DELETE", "/v2/orders"),
        ("GET", "/v2/orders/1"),
        ("GET", "/v2/jobs/x"),
        ("GET", "/v2/jobs/9"),
    ],
)
def test_what_the_api_does_not_have_is_a_404(method: str, path: str) -> None:
    assert new_api().answer(call(method, path)).status == 404


def test_parcels_can_be_listed_unless_the_account_cannot() -> None:
    api = new_api()
    post(
        api,
        {"merchant_id": "A", "fulfillments": [{"merchant_id": "F", "trackers": [{"tracking_number": "T"}]}]},
    )
    asked = call("GET", "/v2/trackers", query="tracking_number=T")
    found = api.answer(asked)
    api.change_settings({"tracker_list": False})

    assert (found.status, [one["tracking_number"] for one in content_of(found)["data"]]) == (200, ["T"])
    assert api.answer(asked).status == 403


def test_a_forbidden_query_is_a_400_that_names_the_parameter() -> None:
    answer = new_api().answer(call("GET", "/v2/orders", query="created_at=1&ordered_at=2"))

    assert (answer.status, list(content_of(answer)["errors"])) == (400, ["created_at"])


def test_a_batch_passes_from_queued_through_processing_to_completed() -> None:
    clocks = Hands()
    api = new_api(clocks, job_delay_seconds=10)
    job_id = batch(api, {"merchant_id": "A"})
    statuses = []
    for _ in range(3):
        shown = job(api, job_id)
        statuses.append((shown["status"], "results" in shown, stored_ids(api)))
        clocks.at += 5

    assert statuses == [("queued", False, []), ("processing", False, []), ("completed", True, ["A"])]


def test_the_answer_to_a_batch_says_where_its_job_is() -> None:
    api = new_api()
    answer = api.answer(call("POST", "/v2/orders/batch_create", {"orders": [{"merchant_id": "A"}]}))

    assert content_of(answer) == {"job_id": 1}
    assert answer.headers == (("Location", "/shipup/v2/jobs/1"),)
    assert (answer.committed, answer.orders) == (True, ("A",))


def test_results_stand_in_the_order_of_the_batch() -> None:
    clocks = Hands()
    api = new_api(clocks)
    orders: list[Any] = [{"merchant_id": "A"}, {"line_items": [{}]}, "x", {"merchant_id": "B", "email": 5}]
    job_id = batch(api, *orders)
    clocks.at += 1
    shown = job(api, job_id)

    assert shown["results"] == [
        {"status": 201, "body": {"merchant_id": "A"}},
        {
            "status": 400,
            "body": {
                "merchant_id": None,
                "errors": {"merchantId": "Required", "line_items": {"0": {"merchant_id": "Required"}}},
            },
        },
        {
            "status": 400,
            "body": {
                "merchant_id": None,
                "errors": {"details": "Wrong data type: given, String (x) expected: Hash"},
            },
        },
        {
            "status": 400,
            "body": {
                "merchant_id": "B",
                "errors": {"email": "Wrong data type: given, Integer (5) expected: String"},
            },
        },
    ]
    assert stored_ids(api) == ["A"]
    assert shown["payload"] == {
        "method": "POST",
        "url": "/v2/orders/batch_create",
        "body": {"orders": orders},
    }


def test_a_batch_is_done_without_anyone_asking_for_its_job() -> None:
    clocks = Hands()
    api = new_api(clocks)
    batch(api, {"merchant_id": "A", "order_number": "N1"})
    clocks.at += 1

    found = content_of(api.answer(call("GET", "/v2/orders", query="order_number=N1")))
    assert [order["merchant_id"] for order in found["data"]] == ["A"]


def test_a_job_that_fails_stores_nothing() -> None:
    clocks = Hands()
    api = new_api(clocks)
    job_id = batch(api, {"merchant_id": "A"}, fault="job-failed")
    clocks.at += 1

    assert (job(api, job_id)["status"], stored_ids(api)) == ("failed", [])
    assert "results" not in job(api, job_id)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({"orders": []}, id="none"),
        pytest.param({"orders": [{"merchant_id": str(n)} for n in range(101)]}, id="101"),
        pytest.param({"orders": {"merchant_id": "A"}}, id="no-list"),
        pytest.param({}, id="missing"),
        pytest.param([], id="no-object"),
    ],
)
def test_a_batch_holds_1_to_100_orders(content: Any) -> None:
    assert new_api().answer(call("POST", "/v2/orders/batch_create", content)).status == 400


def test_a_batch_of_100_is_taken() -> None:
    clocks = Hands()
    api = new_api(clocks)
    batch(api, *({"merchant_id": str(n)} for n in range(100)))
    clocks.at += 1

    assert stored_ids(api) == [str(n) for n in range(100)]


def test_reset_forgets_orders_jobs_and_used_up_rate_but_keeps_settings() -> None:
    api = new_api(burst=1, job_delay_seconds=0)
    asked = call("GET", "/v2/orders")
    api.admit(asked)
    job_id = batch(api, {"merchant_id": "A"})
    api.reset()

    assert stored_ids(api) == []
    assert api.answer(call("GET", f"/v2/jobs/{job_id}")).status == 404
    assert (api.admit(asked), api.settings()["burst"]) == (None, 1)


def test_changed_settings_hold_at_once() -> None:
    api = new_api()
    api.change_settings({"strict_semantics": False, "missing_id_key": "merchantId"})

    assert content_of(post(api, {"shipping_address": {"country_code": "FRA"}})) == {
        "errors": {"merchantId": "Required"}
    }
