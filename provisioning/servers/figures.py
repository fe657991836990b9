"""Counts of what the calls to a server came to: by how long they took, and why they failed.

A session counts in its process's memory; every few seconds the pool adds what is new to one hash
in Redis (:mod:`provisioning.servers.meter`), and once a minute a task empties that hash into a row.
So the figures are those of all processes, and a call costs an addition.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping

BOUNDS_MS = (5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10240, 40960)
"""Upper bounds of the classes of how long calls took; the last holds all that is longer."""
UNDER, WHY = "under:", "why:"


class Figures:
    """What a session has been through. Safe for threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._told: Counter[str] = Counter()

    def answered(self, took_s: float) -> None:
        """A call was answered, whatever the answer."""
        self._add("calls", f"{UNDER}{bound_of(took_s * 1000)}")

    def failed(self, why: str) -> None:
        """A call was not answered; ``why`` is a code such as ``Broken`` or ``port_closed``."""
        self._add("calls", "failed", f"{WHY}{why}")

    def repeated(self) -> None:
        """A read was asked once more."""
        self._add("repeats")

    def signed_in(self) -> None:
        """A session was opened."""
        self._add("sign_ins")

    @property
    def calls(self) -> int:
        """Calls made or tried."""
        return self._counts["calls"]

    @property
    def failures(self) -> int:
        """Calls that were not answered."""
        return self._counts["failed"]

    @property
    def repeats(self) -> int:
        """Reads that were asked once more."""
        return self._counts["repeats"]

    @property
    def sign_ins(self) -> int:
        """Sessions that were opened."""
        return self._counts["sign_ins"]

    def take(self) -> Mapping[str, int]:
        """What was counted since the last time this was asked."""
        with self._guard:
            new = self._counts - self._told
            self._told = Counter(self._counts)
        return new

    def give_back(self, counts: Mapping[str, int]) -> None:
        """Counts that could not be passed on; they are part of the next taking."""
        with self._guard:
            self._told -= Counter(counts)

    def _add(self, *names: str) -> None:
        with self._guard:
            self._counts.update(names)


def bound_of(took_ms: float) -> int:
    """The class that a duration falls into, by its upper bound in milliseconds."""
    return next((bound for bound in BOUNDS_MS if took_ms < bound), BOUNDS_MS[-1])


def percentile(counts: Mapping[str, int], share: float) -> int | None:
    """The time in milliseconds under which ``share`` of the calls were answered.

    Interpolated inside its class, so exact to a factor of two at worst; ``None`` without calls.
    """
    classes = [(bound, counts.get(f"{UNDER}{bound}", 0)) for bound in BOUNDS_MS]
    wanted = share * sum(count for _, count in classes)
    if not wanted:
        return None
    below, low = 0, 0
    for bound, count in classes:
        if count and below + count >= wanted:
            return round(low + (bound - low) * (wanted - below) / count)
        below, low = below + count, bound
    return BOUNDS_MS[-1]


def reasons(counts: Mapping[str, int]) -> dict[str, int]:
    """Failures by kind, the most frequent first."""
    found = {name.removeprefix(WHY): n for name, n in counts.items() if name.startswith(WHY)}
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
