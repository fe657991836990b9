"""How long to wait before trying to sign in again."""

from __future__ import annotations

import secrets
import time

REFUSED_S = 5.0
OUTAGE_S = 0.5
LONGEST_S = 120.0
JITTER = 0.25
"""So much longer a wait may be at most, by chance: processes shall not come all at once."""


class Backoff:
    """Doubles from 5 s (refused) or half a second (not reached) to two minutes, with jitter.

    A gateway was once seen to try 645 sign-ins in one outage; servers lock such managers out.
    """

    def __init__(self) -> None:
        self._wait_s = 0.0
        self._until = 0.0

    def is_over(self) -> bool:
        """Whether one may try."""
        return time.monotonic() >= self._until

    def after_refusal(self) -> None:
        """The server does not want us."""
        self._grow(REFUSED_S)

    def after_outage(self) -> None:
        """The server was not reached."""
        self._grow(OUTAGE_S)

    def reset(self) -> None:
        """It worked."""
        self._wait_s = self._until = 0.0

    def _grow(self, first_s: float) -> None:
        self._wait_s = min(LONGEST_S / (1 + JITTER), max(first_s, self._wait_s * 2))
        jitter = JITTER * secrets.randbelow(1000) / 1000
        self._until = time.monotonic() + self._wait_s * (1 + jitter)
