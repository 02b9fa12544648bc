"""What becomes of an order that asks for something, by what the account may hold of it."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from orderdrop.core.identity import digest
from orderdrop.core.lineage import Lineage
from orderdrop.core.orders import Command, Draft
from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.ledger.ledger import Batch, Drop, Ledger
from orderdrop.pipeline.preparing.first_fates import FirstFates

NOW = datetime(2026, 11, 22, tzinfo=UTC)
BODY = b'{"merchant_id":"A"}'


def batch(*, account: str = "shop", scope: str | None = None) -> Batch:
    drop = Drop(id="d", sha256="0", name="x.csv", size=1, arrived_at=NOW, kept_at="x", feed=None)
    return Batch(
        id="b", drop=drop, mapping="m", mapping_digest="0", destination="shipup", account=account,
        status=BatchStatus.RECEIVED, created_at=NOW, scope=scope,
    )  # fmt: skip


def settled(
    command: Command | None, held: dict[str, Any], *, last: str | None = None, refuses: bool = True, **of: Any
) -> tuple[OrderFate, list[str]]:
    ledger = SimpleNamespace(
        last_accepted=lambda *_: {} if last is None else {"A": last},
        accepted_as_of=lambda *_: {},
        possibly_held=lambda *_: held,
    )
    first_fates = FirstFates(
        batch=batch(**of), accepted_by=cast("Ledger", ledger), updated_at=None, refuses_unknown=refuses
    )
    lineage = Lineage(levels=(), rows=(2, 3), positions=((), ()))
    (order,), problems = first_fates.decide(
        [Draft(key="A", payload={}, lineage=lineage, command=command)], {"A": BODY}, 0
    )
    return order.fate, [problem.code.value for problem in problems]


SAME, OTHER = digest(BODY), digest(b"another")


@pytest.mark.parametrize(
    ("command", "held", "fate", "codes"),
    [
        pytest.param(None, [OTHER], OrderFate.READY, [], id="nothing-said"),
        pytest.param(Command.CREATE, [], OrderFate.READY, [], id="new"),
        pytest.param(Command.CREATE, [OTHER], OrderFate.HELD, ["already_there"], id="there-already"),
        pytest.param(Command.CREATE, [SAME], OrderFate.READY, [], id="its-own-lost-answer"),
        pytest.param(Command.UPDATE, [], OrderFate.HELD, ["not_there"], id="update-of-nothing"),
        pytest.param(Command.UPDATE, [OTHER], OrderFate.READY, [], id="update"),
        pytest.param(Command.CANCEL, [], OrderFate.HELD, ["not_there"], id="cancel-of-nothing"),
        pytest.param(Command.CANCEL, [OTHER], OrderFate.READY, [], id="cancel"),
    ],
)
def test_what_an_order_asks_for_is_held_up_against_what_the_account_may_hold(
    command: Command | None, held: list[str], fate: OrderFate, codes: list[str]
) -> None:
    assert settled(command, {"A": frozenset(held)} if held else {}) == (fate, codes)


@pytest.mark.parametrize("command", list(Command))
def test_what_was_accepted_as_it_is_is_unchanged_whatever_is_asked_for(command: Command) -> None:
    assert settled(command, {"A": frozenset({SAME, OTHER})}, last=SAME) == (OrderFate.UNCHANGED, [])


@pytest.mark.parametrize("command", [Command.UPDATE, Command.CANCEL])
def test_a_mapping_may_send_what_is_unknown_all_the_same(command: Command) -> None:
    assert settled(command, {}, refuses=False) == (OrderFate.READY, [])


def test_a_rerun_may_create_again_what_it_created_before() -> None:
    assert settled(
        Command.CREATE, {"A": frozenset({OTHER})}, scope='{"only":"all","rows":null,"orders":null}'
    ) == (OrderFate.READY, [])


@pytest.mark.parametrize("command", list(Command))
def test_a_preview_for_no_account_knows_of_nothing(command: Command) -> None:
    assert settled(command, {}, account="") == (OrderFate.READY, [])
