"""The heart-beat of a simulated server."""

from __future__ import annotations

from provisioning.simulator import risk, traders
from provisioning.simulator.clock import MS
from provisioning.simulator.world import World

LARGEST_STEP_MS = 60 * MS


def one_round(world: World) -> None:
    """Swaps, waiting orders, stops and traders, once, in one transaction and at one instant."""
    with world.transaction(), world.clock.held():
        risk.roll_over(world)
        risk.watch(world)
        traders.act(world)


def step(world: World, *, seconds: int, rounds: int = 0) -> None:
    """Move simulated time ahead with rounds on the way, then do ``rounds`` more without moving."""
    left = seconds * MS
    pace = max(LARGEST_STEP_MS, left // 500)
    while left > 0:
        stride = min(pace, left)
        world.clock.jump(stride)
        one_round(world)
        left -= stride
    for _ in range(rounds):
        one_round(world)
