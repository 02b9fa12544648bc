"""Who may use the console: what the doors promise, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from orderdrop.access.doors import (
    INVITATION_LASTS,
    PASSWORD_MIN,
    SESSION_LASTS,
    TRIES_COUNT_FOR,
    TRIES_OF_A_NAME,
    TRIES_OF_AN_ADDRESS,
    Doors,
    LoggedIn,
    Refused,
    form_key,
    is_form_key,
)  # fmt: skip
from orderdrop.access.people import Role, User
from orderdrop.access.sql import SqlAccess
from orderdrop.errors import UsageError
from orderdrop.ledger.open import open_ledger
from orderdrop.ledger.sql import SqlLedger

PASSWORD = "a long enough password"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
HERE, THERE = "192.0.2.1", "192.0.2.2"


@dataclass
class World:
    """Doors with a clock that a test moves."""

    store: SqlAccess
    now: datetime = field(default_factory=lambda: datetime(2026, 11, 22, 12, tzinfo=UTC))

    def __post_init__(self) -> None:
        self.doors = Doors(self.store, lambda: self.now, QUICK)

    def user(self, name: str = "ada", role: Role = Role.OPS, feeds: tuple[str, ...] = ()) -> LoggedIn:
        found = self.doors.accept(self.doors.invite(name, role, feeds, "root"), PASSWORD, HERE)
        assert isinstance(found, LoggedIn)
        return found

    def log_in(self, name: str = "ada", password: str = PASSWORD, address: str = HERE) -> LoggedIn | Refused:
        return self.doors.log_in(name, password, address)


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    url = f"sqlite:///{tmp_path}/ledger.db"
    if request.param == "postgresql":
        url = str(request.getfixturevalue("emptied_database")())
    ledger = open_ledger(url)
    assert isinstance(ledger, SqlLedger)
    yield World(store=SqlAccess(ledger.database))
    ledger.close()


def test_an_invitation_makes_a_user_once(world: World) -> None:
    assert world.doors.is_new()
    secret = world.doors.invite("ada", Role.MERCHANT, ("acme",), "root")
    made = world.doors.accept(secret, PASSWORD, HERE)
    assert isinstance(made, LoggedIn)
    assert (made.user.role, made.user.feeds) == (Role.MERCHANT, ("acme",))
    assert not world.doors.is_new()
    assert world.doors.invited(secret) is None
    assert isinstance(world.doors.accept(secret, PASSWORD, HERE), Refused)


@pytest.mark.parametrize(
    ("password", "later"),
    [
        pytest.param("x" * (PASSWORD_MIN - 1), timedelta(), id="a-short-password"),
        pytest.param(PASSWORD, INVITATION_LASTS, id="after-its-time"),
    ],
)
def test_an_invitation_does_not_open(world: World, password: str, later: timedelta) -> None:
    secret = world.doors.invite("ada", Role.OPS, (), "root")
    world.now += later
    assert isinstance(world.doors.accept(secret, password, HERE), Refused)
    assert world.store.user("ada") is None


def test_a_second_invitation_ends_the_first_and_the_old_sessions(world: World) -> None:
    before = world.user()
    first = world.doors.invite("ada", Role.OPS, (), "root")
    second = world.doors.invite("ada", Role.ADMIN, (), "root")
    assert world.doors.invited(first) is None
    assert isinstance(world.doors.accept(second, "another long password", HERE), LoggedIn)
    assert world.doors.session(before.secret) is None
    assert isinstance(world.log_in(), Refused)
    assert isinstance(world.log_in(password="another long password"), LoggedIn)


def test_a_session_is_known_by_its_secret_until_it_runs_out_or_is_left(world: World) -> None:
    world.user()
    session = world.log_in()
    assert isinstance(session, LoggedIn)
    found = world.doors.session(session.secret)
    assert found is not None
    assert found[0].name == "ada"
    assert world.doors.session(session.secret + "x") is None
    world.now += SESSION_LASTS - timedelta(seconds=1)
    assert world.doors.session(session.secret) is not None
    world.now += timedelta(seconds=1)
    assert world.doors.session(session.secret) is None


def test_who_logs_out_is_out(world: World) -> None:
    world.user()
    one, two = world.log_in(), world.log_in()
    assert isinstance(one, LoggedIn)
    assert isinstance(two, LoggedIn)
    world.doors.log_out(one.session)
    assert world.doors.session(one.secret) is None
    assert world.doors.session(two.secret) is not None
    assert [deed.action for _, deed in world.store.deeds(limit=1)] == ["logout"]


@pytest.mark.parametrize(
    ("name", "password"),
    [
        pytest.param("ada", "a wrong long password", id="wrong-password"),
        pytest.param("eve", PASSWORD, id="nobody"),
        pytest.param("", "", id="nothing"),
        pytest.param("ada\x00", PASSWORD, id="odd-characters"),
        pytest.param("a" * 100_000, PASSWORD, id="an-endless-name"),
    ],
)
def test_nobody_else_comes_in_and_is_told_the_same(world: World, name: str, password: str) -> None:
    world.user()
    assert world.log_in(name, password) == Refused(message="Name or password is wrong.")


def test_guessing_a_password_ends_soon_even_with_the_right_one(world: World) -> None:
    world.user()
    for _ in range(TRIES_OF_A_NAME):
        world.log_in(password="a wrong long password", address=THERE)
    told = world.log_in()
    assert isinstance(told, Refused)
    assert told.wait
    world.now += TRIES_COUNT_FOR + timedelta(seconds=1)
    assert isinstance(world.log_in(), LoggedIn)


def test_guessing_names_from_one_address_ends_too_and_others_come_in(world: World) -> None:
    world.user()
    for number in range(TRIES_OF_AN_ADDRESS):
        world.log_in(f"user{number}", address=THERE)
    assert isinstance(world.log_in(address=THERE), Refused)
    assert isinstance(world.log_in(address=HERE), LoggedIn)


def test_a_right_password_forgives_the_wrong_ones_before(world: World) -> None:
    world.user()
    for _ in range(3):
        for _ in range(TRIES_OF_A_NAME - 1):
            world.log_in(password="a wrong long password")
        assert isinstance(world.log_in(), LoggedIn)


def test_who_is_disabled_is_out_at_once_with_every_token(world: World) -> None:
    world.user("root", Role.ADMIN)
    session = world.user()
    token = world.doors.make_token(session.user, "nightly")
    world.doors.disable("ada", by="root")
    assert world.doors.session(session.secret) is None
    assert world.doors.program(token) is None
    assert isinstance(world.log_in(), Refused)


def test_the_last_admin_stays(world: World) -> None:
    world.user("root", Role.ADMIN)
    with pytest.raises(UsageError, match="last admin"):
        world.doors.disable("root", by="root")
    with pytest.raises(UsageError, match="last admin"):
        world.doors.invite("root", Role.OPS, (), "root")
    world.doors.invite("root", Role.ADMIN, (), "root")  # a new link, for one who forgot the password
    world.user("other", Role.ADMIN)
    world.doors.invite("root", Role.OPS, (), "other")
    world.doors.disable("root", by="other")


def test_a_token_opens_until_it_is_revoked_and_is_kept_as_a_digest(world: World) -> None:
    user = world.user().user
    secret = world.doors.make_token(user, "nightly")
    found = world.doors.program(secret)
    assert found is not None
    assert found.name == "ada"
    (token,) = world.store.tokens("ada")
    assert secret not in repr(token)
    assert token.used_at == world.now
    world.store.revoke_token(token.id, world.now)
    assert world.doors.program(secret) is None


def test_what_people_did_is_written_down_newest_first(world: World) -> None:
    world.user("root", Role.ADMIN)
    world.user()
    world.log_in(password="a wrong long password", address=THERE)
    deeds = [(deed.user, deed.action, deed.subject) for _, deed in world.store.deeds()]
    assert deeds == [
        ("ada", "login refused", ""),
        ("ada", "password set", ""),
        ("root", "invite", "ada"),
        ("root", "password set", ""),
        ("root", "invite", "root"),
    ]
    numbers = [number for number, _ in world.store.deeds()]
    assert [number for number, _ in world.store.deeds(before=numbers[1], limit=2)] == numbers[2:4]


def test_no_password_and_no_secret_is_in_the_database(world: World) -> None:
    made = world.user()
    token = world.doors.make_token(made.user, "nightly")
    kept = repr(
        [world.store.users(), world.store.tokens(), world.store.deeds(), world.store.password_hash("ada")]
    )
    assert not any(secret in kept for secret in (PASSWORD, token, made.secret))


@pytest.mark.parametrize(
    ("role", "feeds", "feed", "may"),
    [
        pytest.param(Role.MERCHANT, ("acme",), "acme", True, id="a-merchant-uses-own-feeds"),
        pytest.param(Role.MERCHANT, ("acme",), "other", False, id="and-no-other"),
        pytest.param(Role.MERCHANT, ("acme",), None, False, id="nor-what-belongs-to-no-feed"),
        pytest.param(Role.OPS, (), "acme", True, id="ops-use-every-feed"),
        pytest.param(Role.ADMIN, (), None, True, id="and-admins"),
    ],
)
def test_whose_business_a_feed_is(role: Role, feeds: tuple[str, ...], feed: str | None, may: bool) -> None:
    user = User(name="a", role=role, feeds=feeds, created_at=datetime(2026, 11, 22, tzinfo=UTC))
    assert user.may_use(feed) is may


def test_a_form_is_believed_by_the_key_of_its_own_session_alone() -> None:
    assert is_form_key("one", form_key("one"))
    assert not is_form_key("one", form_key("two"))
    assert not is_form_key("one", "")
    assert not is_form_key("one", "é")
