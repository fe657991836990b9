"""Kills a service now and then, until told that it is enough."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable

from devstack.stack import Stack

VICTIMS = ("web", "worker", "provisioner", "teller", "postgres", "valkey")
MOST_DOWN = 2
"""With more of them down at once nothing would go on, and nothing could go wrong."""


def rage(
    stack: Stack, dice: random.Random, *, pause: tuple[float, float], enough: Callable[[], bool]
) -> Counter[str]:
    """SIGKILL one service after another at random moments; how often each was hit."""
    hits: Counter[str] = Counter()
    while not enough():
        time.sleep(dice.uniform(*pause))
        up = stack._order("look")["up"]
        standing = [name for name in VICTIMS if up[name]]
        if len(VICTIMS) - len(standing) < MOST_DOWN:
            name = dice.choice(standing)
            stack.kill(name)
            hits[name] += 1
    return hits
