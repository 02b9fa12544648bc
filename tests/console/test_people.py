"""The page of people: the audit trail is there to its beginning."""

import re

from tests.console.site import Site

from orderdrop.access.people import Role


def test_the_audit_trail_is_turned_back_to_its_beginning(site: Site) -> None:
    admin = site.browser(Role.ADMIN)
    for number in range(120):
        site.console.doors.note("robot", f"deed-{number}-")
    at: str | None = "/people"
    seen: list[str] = []
    while at is not None:
        page = admin.get(at).text
        seen += re.findall(r"deed-\d+-", page)
        onward = re.search(r'href="(/people\?before=\d+)#deeds"', page)
        at = onward[1] if onward else None
    assert seen == [f"deed-{number}-" for number in reversed(range(120))]
    assert "invite" in page
