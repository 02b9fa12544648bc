"""Two things at a time: the next item is made while this one is used."""

from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
_END = object()


def ahead(items: Iterable[Item]) -> Generator[Item]:
    """The same items, in order; a thread of its own makes the next one while the last one is used.

    What making one raises is raised in its turn. Who stops early waits for the one that is being made.
    """
    source = iter(items)
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as maker:
        coming = maker.submit(next, source, _END)
        while (item := coming.result()) is not _END:
            coming = maker.submit(next, source, _END)
            yield item  # type: ignore[misc] # it is no end
