"""Commands for feeds, below their surface: who it was."""

import os

from orderdrop.cli.commands.feeds import who


def test_whoever_has_no_name_on_this_machine_is_known_by_the_number() -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 12345")

    assert who(nameless).startswith(f"uid-{os.getuid()}@")
    assert who(lambda: "anna").startswith("anna@")
