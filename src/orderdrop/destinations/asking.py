"""Questions to an API, one after another: paced, asked again where that may help, their failures in words.

For readers, which run in the foreground of a command; orders are sent by delivery, with its own pace and breaker.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any, Final
from urllib.parse import urlencode

import httpx

from orderdrop.core.policy import MAX_ATTEMPTS, pause_seconds
from orderdrop.destinations.answers import failure_for
from orderdrop.destinations.base import AccountOptions, Failure, FailureKind, Limits
from orderdrop.destinations.calls import NOT_JSON, Caller, Reply
from orderdrop.errors import DestinationUnavailable, OrderdropError, SetupError

_MAY_PASS = (
    FailureKind.THROTTLED,
    FailureKind.SERVER,
    FailureKind.NOT_CONNECTED,
    FailureKind.NO_ANSWER,
)
_FOR_OPS = (
    FailureKind.CREDENTIALS,
    FailureKind.PAYMENT,
    FailureKind.FORBIDDEN,
    FailureKind.NO_SUCH_ENDPOINT,
)
LONGEST_NAP_SECONDS: Final = 60.0

TRY_AGAIN: Final = "Nothing was changed; ask again later."
"""What to do next where an API answered a question badly."""


class Asking:
    """Asks one account with GET; for one thread.

    `said_wrong` picks the sentence out of a parsed 400, 404 or 422; `who` begins every sentence, such as "Shipup".
    """

    def __init__(
        self,
        account: AccountOptions,
        transport_factory: Callable[[], httpx.BaseTransport],
        *,
        who: str,
        headers: Mapping[str, str],
        limits: Limits,
        secrets: tuple[str, ...],
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        random: Random | None = None,
    ) -> None:
        self._account = account
        self._who = who
        self._monotonic = monotonic
        self._sleep = sleep
        self._random = random or Random()  # noqa: S311 - spreads waits, keeps no secret
        rate = limits.requests_per_second
        self._gap_seconds = 1.0 / rate if rate else 0.0
        self._next_at = -math.inf
        self._caller = Caller(
            account, transport_factory, headers={**headers, "Accept": "application/json"}, secrets=secrets
        )

    def get(self, path: str, query: Sequence[tuple[str, str]] = (), *, missing: Any = NOT_JSON) -> Any:
        """The JSON at a path; `missing`, where given, is the answer to a 404.

        Raises SetupError or DestinationUnavailable, each saying what to do.
        """
        target = f"{path}?{urlencode(query)}" if query else path
        attempt = 1
        while True:
            reply = self._paced(target)
            if isinstance(reply, Reply):
                if reply.status == 404 and missing is not NOT_JSON:
                    return missing
                if reply.ok and not reply.is_html and (said := reply.json()) is not NOT_JSON:
                    return said
            failure = reply if isinstance(reply, Failure) else failure_of_reply(reply, self._who)
            if failure.kind not in _MAY_PASS or attempt >= MAX_ATTEMPTS:
                raise self._error(failure, reply)
            wait = pause_seconds(attempt, failure.retry_after_seconds, self._random)
            self._sleep(min(wait, LONGEST_NAP_SECONDS))
            attempt += 1

    def close(self) -> None:
        """Close the connections."""
        self._caller.close()

    def _paced(self, target: str) -> Reply | Failure:
        wait = self._next_at - self._monotonic()
        if wait > 0.0:
            self._sleep(wait)
        while self._account.leave is not None and (wait := self._account.leave()) > 0.0:
            self._sleep(min(wait, LONGEST_NAP_SECONDS))
        self._next_at = max(self._monotonic(), self._next_at) + self._gap_seconds
        return self._caller.call("GET", target)

    def _error(self, failure: Failure, reply: Reply | Failure) -> OrderdropError:
        name = self._account.name
        said = f" It said: {reply.excerpt}" if isinstance(reply, Reply) and reply.excerpt else ""
        message = f"Account {name}: {failure.message}.{said}"
        if failure.kind in _FOR_OPS:
            return SetupError(message, next_step="Mend the account in orderdrop.yaml, then ask again.")
        return DestinationUnavailable(message, next_step=TRY_AGAIN)


def failure_of_reply(reply: Reply, who: str) -> Failure:
    """What an answer that is not the JSON asked for stands for."""
    if reply.status in (400, 404, 422):
        return Failure(
            kind=FailureKind.UNREADABLE,
            message=f"{who} does not answer this question (HTTP {reply.status})",
            status=reply.status,
        )
    return failure_for(reply, who, lambda: datetime.now(UTC))
