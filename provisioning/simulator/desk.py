"""The Web API itself: handshake, rights, and the way from a request to an answer."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from sqlite3 import Row
from typing import Any

from provisioning.simulator.api import (
    archive,
    charts,
    daily,
    dealer,
    edits,
    market,
    money,
    trades,
    users,
)
from provisioning.simulator.calls import Call, Manager, Route, Session
from provisioning.simulator.http import FORBIDDEN, Request, Response, as_json
from provisioning.simulator.retcodes import Retcode, phrase
from provisioning.simulator.world import World

ROUTES: Mapping[str, Route] = {
    **market.ROUTES,
    **users.ROUTES,
    **money.ROUTES,
    **trades.ROUTES,
    **edits.ROUTES,
    **dealer.ROUTES,
    **charts.ROUTES,
    **daily.ROUTES,
    **archive.ROUTES,
}
FLAT = {
    "/user_pass_change": "/api/user/change_password",
    "/user_pass_check": "/api/user/check_password",
    **{
        path.removeprefix("/api").replace("/", "_").replace("_", "/", 1): path
        for path in (*ROUTES, "/api/auth/start", "/api/auth/answer")
    },
}
"""Names that commands had before build 2920; they keep working."""
OLDEST_CLIENT = 484
ANSWER_WITHIN_S = 10.0
VERSION_ACCESS, VERSION_TRADE = "1290", "1290"
START, ANSWER = "/api/auth/start", "/api/auth/answer"


def answer_hash(password: str, challenge_hex: str) -> str:
    """What proves knowledge of an API password: MD5 over raw digests, as documented."""
    inner = _md5(password.encode("utf-16-le"))
    return _md5(_md5(inner + b"WebAPI") + bytes.fromhex(challenge_hex)).hex()


def is_handshake(path: str) -> bool:
    """Whether a call belongs to the handshake."""
    return FLAT.get(path, path) in {START, ANSWER}


def serve(world: World, session: Session, request: Request) -> Response:
    """Answer one request of a connection."""
    path = FLAT.get(request.path, request.path)
    if path == START:
        return _coded(lambda: _start(world, session, request.values))
    if path == ANSWER:
        return _prove(world, session, request.values)
    manager = _manager(world, session)
    if manager is None:
        return FORBIDDEN
    return _coded(lambda: _call(Call(world, session, manager, request.values), path))


def refusal(code: int) -> Response:
    """An answer that is nothing but a retcode."""
    return as_json({"retcode": phrase(code)})


def _call(call: Call, path: str) -> Mapping[str, Any]:
    route = ROUTES.get(path)
    if route is None:
        raise Retcode(12002)
    if not call.may(route.permission):
        raise Retcode(8)
    if not route.is_change:
        return route.handler(call)
    with call.world.transaction():
        return route.handler(call)


def _coded(work: Callable[[], Mapping[str, Any]]) -> Response:
    """Run ``work``; ``retcode`` always comes first."""
    try:
        nodes = dict(work())
    except Retcode as refused:
        return refusal(refused.code)
    return as_json({"retcode": phrase(int(nodes.pop("retcode", 0))), **nodes})


def _start(world: World, session: Session, values: Mapping[str, Any]) -> Mapping[str, Any]:
    session.manager = session.challenge = None
    if str(values.get("type", "")).lower() != "manager":
        raise Retcode(1000)
    if not str(values.get("agent", "")):
        raise Retcode(3)
    if _whole(values.get("version")) < OLDEST_CLIENT:
        raise Retcode(1010)
    login = _whole(values.get("login"))
    row = _row(world, login)
    if row is None:
        raise Retcode(1001)
    if not row["is_enabled"]:
        raise Retcode(1002)
    if "manager" not in row["permissions"].split(","):
        raise Retcode(1011)
    if row["must_change"]:
        raise Retcode(1026)
    challenge = secrets.token_hex(16)
    session.challenge = (login, challenge, time.monotonic())
    return {"version_access": VERSION_ACCESS, "srv_rand": challenge}


def _prove(world: World, session: Session, values: Mapping[str, Any]) -> Response:
    challenge, session.challenge = session.challenge, None
    if challenge is None or time.monotonic() - challenge[2] > ANSWER_WITHIN_S:
        return FORBIDDEN
    row = _row(world, challenge[0])
    theirs = str(values.get("srv_rand_answer", "")).lower()
    back = str(values.get("cli_rand", ""))
    if row is None or not _is_hex(back):
        return FORBIDDEN
    ours = answer_hash(row["api_password"], challenge[1])
    if not hmac.compare_digest(theirs.encode(), ours.encode()):
        return FORBIDDEN
    session.manager = challenge[0]
    return as_json(
        {
            "retcode": phrase(0),
            "version_access": VERSION_ACCESS,
            "version_trade": VERSION_TRADE,
            "cli_rand_answer": answer_hash(row["api_password"], back),
        }
    )


def _manager(world: World, session: Session) -> Manager | None:
    if session.manager is None:
        return None
    row = _row(world, session.manager)
    if row is None or not row["is_enabled"]:
        return None
    return Manager(row["login"], frozenset(row["permissions"].split(",")), row["groups"])


def _row(world: World, login: int) -> Row | None:
    return world.store.one("select * from managers where login = ?", login)


def _whole(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        return 0


def _is_hex(text: str) -> bool:
    try:
        bytes.fromhex(text)
    except ValueError:
        return False
    return bool(text)


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()
