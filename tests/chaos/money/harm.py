"""What goes wrong: processes die, Redis forgets, PostgreSQL restarts, both outside worlds err."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import httpx
import redis

from devstack.process import LINUX
from tests.chaos.money.scene import Scene
from tests.chaos.money.settings import CALL
from tests.chaos.monkey import Act, kill_child, kills

NORMAL = {"twice": 0.2, "late": 0.1, "late_seconds": 2.0}
"""Even on good days: a fifth of the callbacks come twice, a tenth behind later ones."""
BAD_DAYS = (
    {"payout": "error"},
    {"begin": "error"},
    {"down": True},
    {"payout": "technical_decline"},
    {"begin": "technical_decline"},
    {"forge": True},
    {"age_seconds": 3600},
)
LASTS = (0.5, 1.5)
"""How long a bad day of the payment service lasts, in seconds."""
LATENESS = CALL + 1.0
"""How late a late server answers or books, in seconds."""
FAULTS = ("lost", "late", "late_booking", "reset", "forbidden", "html", "truncated")
PATHS = ("/api/trade/balance",) * 3 + ("/api/test/access", "/api/deal/get_page")
KILLED = ("web", "worker", "beat", "teller", "valkey", "postgres", "psp")


def acts_of(scene: Scene, dice: random.Random) -> dict[str, Act]:
    """Everything that can be done to the product and the world around it."""
    killed = {f"kill {name}": act for name, act in kills(scene.stack, *KILLED).items()}
    if LINUX:
        for name in ("kill a web worker", "kill a web worker again"):
            killed[name] = lambda: kill_child(scene.stack, "web", dice)
    return {
        **killed,
        "kill psp": lambda: killed["kill psp"]() and as_usual(scene),
        "restart postgres": lambda: _restart(scene),
        "flush valkey": lambda: _flush(scene),
        "payment service": lambda: _bad_day(scene, dice),
        "payment service again": lambda: _bad_day(scene, dice),
        "trading server": lambda: _fault(scene, dice),
        "trading server again": lambda: _fault(scene, dice),
    }


def calm_down(scene: Scene) -> None:
    """Nothing goes wrong any more; what went wrong is there to be dealt with."""
    scene.stack.wait_for()
    scene.server.order("/faults/clear")
    _insist(lambda: scene.psp("POST behaviour"))


def _restart(scene: Scene) -> bool:
    if not scene.stack.up["postgres"]:
        return False
    scene.stack.stop("postgres")
    scene.stack.start("postgres")
    return True


def _flush(scene: Scene) -> bool:
    try:
        redis.Redis.from_url(scene.stack.env["REDIS_URL"], socket_timeout=5).flushall()
    except redis.RedisError:
        return False
    return True


def _bad_day(scene: Scene, dice: random.Random) -> bool:
    try:
        scene.psp("POST behaviour", **NORMAL, **dice.choice(BAD_DAYS))
    except httpx.HTTPError:
        return False
    time.sleep(dice.uniform(*LASTS))
    return as_usual(scene)


def as_usual(scene: Scene) -> bool:
    """No bad day, but callbacks twice and late."""
    _insist(lambda: scene.psp("POST behaviour", **NORMAL))
    return True


def _fault(scene: Scene, dice: random.Random) -> bool:
    for _ in range(3):
        scene.server.fault(dice.choice(FAULTS), dice.choice(PATHS), seconds=LATENESS)
    return True


def _insist(what: Callable[[], object]) -> None:
    """The payment service may have been killed a moment ago."""
    for _ in range(100):
        try:
            what()
        except httpx.HTTPError:
            time.sleep(0.3)
        else:
            return
    what()
