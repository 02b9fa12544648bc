"""kill -9 without a process of its own: an exception that nothing in the program catches."""

from orderdrop.core.progress import Event, Step, Watcher


class Died(BaseException):
    """Stands for kill -9: nothing after it is done."""


def die() -> None:
    raise Died


def dies_at(step: Step | None) -> Watcher:
    """A watcher under which the work ends at a step; None never does."""

    def watch(event: Event) -> None:
        if event.step is step:
            raise Died

    return watch
