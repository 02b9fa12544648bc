"""The success report: orders, rows and references; links only where they are wanted, and readable by the owner alone."""

import stat
from pathlib import Path

import pytest

from orderdrop.reports.accepted import AcceptedOrder, links_in, write_accepted

ONE = AcceptedOrder(
    order="PO-1", rows=(2, 3, 6), fate="accepted", reference="t-1", link="https://t/1?token=x"
)
FORMULA = AcceptedOrder(order="=PO", rows=(4,), fate="unchanged", remark="not asked for: HTTP 503")


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8-sig").splitlines()


def test_an_order_has_its_rows_its_fate_and_the_destinations_name(tmp_path: Path) -> None:
    path = tmp_path / "accepted.csv"
    assert write_accepted(path, [ONE], links=False)
    assert lines(path) == ["order,rows,fate,reference", 'PO-1,"2-3,6",accepted,t-1']


def test_with_links_the_file_is_for_its_owner_and_says_why_one_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "accepted.csv"
    write_accepted(path, [ONE, FORMULA], links=True)
    assert lines(path)[1:] == [
        'PO-1,"2-3,6",accepted,t-1,https://t/1?token=x,',
        "'=PO,4,unchanged,,,not asked for: HTTP 503",
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_links_are_read_again_from_the_report(tmp_path: Path) -> None:
    path = tmp_path / "accepted.csv"
    linked = AcceptedOrder(order="=PO", rows=(4,), fate="accepted", link="https://t/2")
    write_accepted(path, [ONE, linked], links=True)
    assert links_in(path) == {"PO-1": "https://t/1?token=x", "=PO": "https://t/2"}


@pytest.mark.parametrize("links", [False, True])
def test_without_orders_there_is_no_report_and_an_earlier_one_goes(tmp_path: Path, links: bool) -> None:
    path = tmp_path / "accepted.csv"
    write_accepted(path, [ONE], links=links)
    assert not write_accepted(path, [], links=links)
    assert list(tmp_path.iterdir()) == []
    assert links_in(path) == {}
