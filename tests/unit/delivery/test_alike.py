import pytest
from tests.unit.delivery.world import START, Time

from orderdrop.core.outcomes import OrderFate
from orderdrop.core.problems import Code, Problem
from orderdrop.delivery.alike import PROBE_SECONDS, FirstRefusals, cause
from orderdrop.ledger.ledger import AttemptOutcome, Outcome


def refused(*problems: Problem, fate: OrderFate = OrderFate.REFUSED) -> Outcome:
    return Outcome(
        attempt_id="a", order_id="o", fate=fate, attempt=AttemptOutcome.REFUSED, at=START, problems=problems
    )


def problem(path: str | None, message: str = "is required") -> Problem:
    return Problem(code=Code.REFUSED, message=message, path=path)


def after(*outcomes: Outcome, limit: int | None = 3, passed: bool = False) -> FirstRefusals:
    first = FirstRefusals(limit, passed=passed, monotonic=Time().monotonic)
    first.note(outcomes)
    return first


SKU, QTY = problem("line_items.0.sku"), problem("line_items.0.quantity")


@pytest.mark.parametrize(
    ("first", "tripped"),
    [
        pytest.param(after(*[refused(SKU)] * 3), True, id="so-many-alike"),
        pytest.param(after(*[refused(SKU)] * 2), False, id="one-too-few"),
        pytest.param(after(*[refused(SKU, QTY)] * 2, refused(QTY)), True, id="one-reason-is-common"),
        pytest.param(after(*[refused(SKU)] * 2, refused(QTY), refused(SKU)), False, id="another-reason"),
        pytest.param(
            after(refused(SKU), refused(fate=OrderFate.ACCEPTED), *[refused(SKU)] * 9),
            False,
            id="one-accepted",
        ),
        pytest.param(after(*[refused(SKU)] * 9, passed=True), False, id="one-accepted-before-a-restart"),
        pytest.param(after(*[refused(SKU)] * 9, limit=None), False, id="not-wanted"),
        pytest.param(
            after(*[refused(SKU), refused(fate=OrderFate.UNSENT), refused(fate=OrderFate.PENDING)] * 3),
            True,
            id="what-is-no-verdict-does-not-count",
        ),
    ],
)
def test_only_first_refusals_that_share_a_reason_stop_a_batch(first: FirstRefusals, tripped: bool) -> None:
    assert first.tripped is tripped
    assert not tripped or first.reason is not None


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        pytest.param(problem("a.0.b"), problem("a.12.b"), True, id="positions-do-not-matter"),
        pytest.param(problem("a.b"), problem("a.c"), False, id="fields-do"),
        pytest.param(problem("a", "is 4"), problem("a", "is missing"), True, id="words-about-a-field-do-not"),
        pytest.param(
            problem(None, "no order A-1"), problem(None, "no order B-22"), True, id="numbers-in-words-do-not"
        ),
        pytest.param(problem(None, 'no "x"'), problem(None, 'no "y z"'), True, id="what-is-quoted-does-not"),
        pytest.param(problem(None, "too late"), problem(None, "too early"), False, id="other-words-do"),
    ],
)
def test_refusals_are_alike_by_their_field_and_without_one_by_their_words(
    one: Problem, other: Problem, alike: bool
) -> None:
    assert (cause(one) == cause(other)) is alike


def test_the_first_parcel_is_waited_for_only_so_long_and_only_until_the_first_verdicts() -> None:
    time = Time()
    first = FirstRefusals(3, passed=False, monotonic=time.monotonic)
    assert first.probing
    time.advance(PROBE_SECONDS)
    assert not first.probing
    assert not after(refused(fate=OrderFate.ACCEPTED)).probing
