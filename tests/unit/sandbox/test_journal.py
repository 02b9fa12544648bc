"""The journal of calls."""

from orderdrop.sandbox.calls import Call
from orderdrop.sandbox.journal import Journal

CALL = Call(method="GET", path="/v2/orders", query="limit=1", headers={})


def test_an_entry_without_an_answer_yet_has_no_status() -> None:
    journal = Journal()
    entry = journal.open(CALL, at=5.0)
    assert journal.as_json()["calls"][0]["status"] is None
    entry.status = 200

    assert journal.as_json() == {
        "total": 1,
        "calls": [
            {
                "seq": 1,
                "method": "GET",
                "path": "/v2/orders",
                "query": "limit=1",
                "orders": [],
                "at": 5.0,
                "fault": None,
                "status": 200,
                "committed": False,
            }
        ],
    }


def test_old_entries_make_room_but_stay_counted() -> None:
    journal = Journal(keep=2)
    for _ in range(5):
        journal.open(CALL, at=0.0)

    assert journal.total == 5
    assert [one["seq"] for one in journal.as_json()["calls"]] == [4, 5]
    assert [one["seq"] for one in journal.as_json(after=4)["calls"]] == [5]
