"""Nothing of one broker is reachable from the other."""

from __future__ import annotations

import httpx

from devstack.story.telling import step
from devstack.story.visitor import StoryError, Visitor

CLOSED = {httpx.codes.FOUND, httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND}


def try_to_cross(one: Visitor, other: Visitor) -> None:
    """Use one broker's cookies and ids at the other, and expect closed doors."""
    with step("cookies and addresses of one open nothing at the other"):
        for here, there in ((one, other), (other, one)):
            thief = Visitor(there.base)
            for cookie in here.http.cookies.jar:
                thief.http.cookies.set(cookie.name, cookie.value or "")
            _expect_closed(
                thief, ["/room/traders_room/", "/api/v1/trading/my/accounts", "/office/"]
            )
            _expect_closed(there, [_path(line) for line in _own(here)])


def _own(visitor: Visitor) -> list[str]:
    items = visitor.look("/api/v1/trading/my/accounts").json()["items"]
    return [str(line["id"]) for line in items]


def _path(account: str) -> str:
    return f"/room/trading/{account}/"


def _expect_closed(visitor: Visitor, paths: list[str]) -> None:
    for path in paths:
        answer = visitor.http.get(visitor.base.rstrip("/") + path, follow_redirects=False)
        if answer.status_code not in CLOSED:
            raise StoryError(f"{path} at {visitor.base} answered {answer.status_code}")
