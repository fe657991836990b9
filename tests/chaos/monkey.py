"""Does harm now and then, until told that it is enough."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from devstack.stack import Stack

Act = Callable[[], bool]
"""One bad thing; says whether it could be done now."""

MOST_DOWN = 2
"""With more services down at once nothing would go on, and nothing could go wrong."""


def rage(
    acts: Mapping[str, Act],
    dice: random.Random,
    *,
    pause: tuple[float, float],
    enough: Callable[[Counter[str]], bool],
) -> Counter[str]:
    """Do one after another at random moments until it is ``enough``; how often each was done.

    They are dealt like cards: each comes up once before any comes up again.
    """
    hits: Counter[str] = Counter()
    deck: list[str] = []
    while not enough(hits):
        time.sleep(dice.uniform(*pause))
        deck = deck or dice.sample(sorted(acts), k=len(acts))
        name = deck.pop()
        if acts[name]():
            hits[name] += 1
    return hits


def kills(stack: Stack, *victims: str) -> dict[str, Act]:
    """An act for each service of ``victims`` that kills it by SIGKILL.

    Those killed before are not left to wait longer from death to death, as programs that die by
    themselves are.
    """

    def kill(name: str) -> bool:
        standing = up_again(stack, *victims)
        if name not in standing or len(victims) - len(standing) >= MOST_DOWN:
            return False
        stack.kill(name)
        return True

    return {name: partial(kill, name) for name in victims}


def up_again(stack: Stack, *victims: str) -> list[str]:
    """Have those that are down started at once; the others."""
    up = stack.up
    for one in victims:
        if not up[one]:
            stack.start(one)
    return [one for one in victims if up[one]]


def kill_child(stack: Stack, name: str, dice: random.Random) -> bool:
    """SIGKILL one of the processes that a service has forked, which replaces it. Linux only."""
    try:
        pid = stack.pids[name]
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        os.kill(int(dice.choice(children)), signal.SIGKILL)
    except (KeyError, IndexError, OSError):  # it is being started itself, or was quicker
        return False
    return True
