"""What people are told when they are not looking: causes, the facts behind them, and the notices that these become. Values alone.

A *matter* is one cause at one place, such as `failed` at feed acme; whatever happens of it, it makes one message.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Cause(StrEnum):
    """Why people are told something."""

    FAILED = "failed"  # files came that could not be used at all
    REJECTS = "rejects"  # far more rows than usual went back to the sender
    HELD = "held"  # batches wait for a person before anything is sent
    STUCK = "stuck"  # orderdrop broke over a file, or books do not balance
    UNFINISHED = "unfinished"  # orders are unsent, and only a person can go on with them
    ABSENT = "absent"  # an expected file did not come by its time
    INCOMPLETE = "incomplete"  # an upload, or the set that a file belongs to, does not become complete
    UNREACHABLE = "unreachable"  # a feed's polls fail
    STOPPED = "stopped"  # nothing is sent to an account
    LEDGER = "ledger"  # the ledger cannot be written

    @property
    def lasts(self) -> bool:
        """Whether it goes on until somebody or something ends it, so that a reminder makes sense."""
        return self not in (Cause.FAILED, Cause.REJECTS)

    @property
    def ends_by_itself(self) -> bool:
        """Whether its end is news: nobody who is told of it need have ended it."""
        return self in (Cause.ABSENT, Cause.INCOMPLETE, Cause.UNREACHABLE, Cause.STOPPED, Cause.LEDGER)


class Tone(StrEnum):
    """What kind of news a notice is."""

    ALARM = "alarm"  # something happened
    REMINDER = "reminder"  # it is still so
    CLEAR = "clear"  # it is over


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One cause at one place: a feed, an account, or nothing in particular."""

    cause: Cause
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that is so and that people should know: `subject` names it among those of its matter, `said` says it in a line.

    `said` holds no personal data and no secrets. `page` is where the console shows it, below the console's address.
    `early` is one of which more may come at once: it is so, but no news yet.
    """

    matter: Matter
    subject: str
    said: str
    page: str = ""
    early: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What people know of a matter: which subjects, since when it stands, when the last notice was written.

    `standing` is False once the all-clear was given; it is remembered for a while, so that a matter that comes and goes
    does not make a message each time.
    """

    matter: Matter
    subjects: frozenset[str]
    since: datetime
    told_at: datetime
    standing: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What people read."""

    tone: Tone
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message about a matter; `number` is 0 until the ledger gave it one."""

    matter: Matter
    at: datetime
    message: Message
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One notice on its way to one channel.

    It waits while `sent_at` and `given_up_at` are None: `tries` failed so far, `said` is why the last one did, and the next
    one is due at `next_at`.
    """

    notice: Notice
    channel: str
    next_at: datetime
    tries: int = 0
    said: str = ""
    sent_at: datetime | None = None
    given_up_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether it is still to be sent."""
        return self.sent_at is None and self.given_up_at is None
