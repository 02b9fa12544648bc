"""Notices on a terminal: what people were told, and what is still on its way."""

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from orderdrop.cli import render
from orderdrop.core.neutral import printable
from orderdrop.core.notices import Sending
from orderdrop.notices.wording import moment
from orderdrop.reports.receipt import iso


def sendings(shown: Sequence[Sending]) -> None:
    """Print notices, newest first, one line a channel."""
    if not shown:
        render.talk("Nobody was told anything yet.")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("written", "channel", "state", "what"):
        table.add_column(column, overflow="fold")
    for sending in shown:
        table.add_row(
            moment(sending.notice.at),
            sending.channel,
            _state(sending),
            Text(printable(sending.notice.message.title.removeprefix("[orderdrop] "))),
        )
    render.out().print(table)


def entry(sending: Sending) -> dict[str, Any]:
    """The same for programs, with the text."""
    notice = sending.notice
    return {
        "notice": notice.number,
        "cause": notice.matter.cause.value,
        "of": notice.matter.place,
        "tone": notice.message.tone.value,
        "written_at": iso(notice.at),
        "title": notice.message.title,
        "text": notice.message.text,
        "channel": sending.channel,
        "sent_at": iso(sending.sent_at),
        "given_up_at": iso(sending.given_up_at),
        "next_try_at": iso(sending.next_at) if sending.waits else None,
        "tries": sending.tries,
        "said": sending.said,
    }


def _state(sending: Sending) -> Text:
    if sending.sent_at is not None:
        return Text(f"sent {moment(sending.sent_at)}", "green")
    if sending.given_up_at is not None:
        return Text(printable(f"given up: {sending.said}"), "red")
    if sending.tries:
        return Text(printable(f"waits, tried {sending.tries} times: {sending.said}"), "yellow")
    return Text("on its way", "yellow")
