"""Why a request gave no verdict on its orders; what follows from each is decided in `orderdrop.core.policy`."""

from enum import StrEnum


class FailureKind(StrEnum):
    """Why a request gave no verdict on its orders."""

    CREDENTIALS = "credentials"  # 401: the key is missing or wrong
    PAYMENT = "payment"  # 402: trial over or feature not bought
    FORBIDDEN = "forbidden"  # 403: the key may not do this
    NO_SUCH_ENDPOINT = "no_such_endpoint"  # 404 or 405 on the endpoint itself
    THROTTLED = "throttled"  # 429
    SERVER = "server"  # 5xx
    NOT_CONNECTED = "not_connected"  # the request never left: refused, DNS, TLS
    NO_ANSWER = "no_answer"  # the request left, its answer never came: the order may or may not be there
    UNREADABLE = "unreadable"  # an answer that is not the documented one: HTML, cut JSON, a redirect
    # 413, or several orders refused together without naming one: send smaller parcels
    TOO_LARGE = "too_large"
    # refused together with others that were named as the cause: not taken, send again at once
    HELD_UP = "held_up"
    LOST_TICKET = "lost_ticket"  # the ticket of a pending answer will never bring one: send its orders again
