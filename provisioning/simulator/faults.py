"""Misfortunes that can be ordered for coming calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class FaultKind(StrEnum):
    """What goes wrong."""

    LOST = "lost"
    """Done and booked, but the connection dies before the answer."""
    LATE = "late"
    """Done at once; the answer waits ``seconds``."""
    LATE_BOOKING = "late_booking"
    """It waits ``seconds``, is done even if the client has left, and then answers."""
    RESET = "reset"
    """The connection is reset before anything is done."""
    FORBIDDEN = "forbidden"
    """403, nothing done, and the session is gone."""
    RETCODE = "retcode"
    """Answers ``retcode`` instead of success; whether it was done says ``is_booked``."""
    TRUNCATED = "truncated"
    """Done; the JSON stops half-way."""
    HTML = "html"
    """A proxy answers 502 with a page; whether it was done says ``is_booked``."""


@dataclass
class Fault:
    """An ordered misfortune, for the next ``times`` calls of ``path`` after skipping ``after``."""

    kind: FaultKind
    path: str = ""
    """Start of the paths it strikes; empty strikes all calls after the handshake."""
    times: int = 1
    after: int = 0
    seconds: float = 0.0
    retcode: int = 0
    is_booked: bool = False

    @property
    def books(self) -> bool:
        """Whether the call is carried out although its answer is not what it should be."""
        if self.kind in {FaultKind.RETCODE, FaultKind.HTML}:
            return self.is_booked
        return self.kind not in {FaultKind.RESET, FaultKind.FORBIDDEN}


class Faults:
    """All misfortunes that are still to come."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def order(self, wish: Mapping[str, Any]) -> Fault:
        """Order one.

        Raises:
            ValueError: The wish makes no sense.
        """
        fault = Fault(
            kind=FaultKind(str(wish.get("kind"))),
            path=str(wish.get("path", "")),
            times=int(wish.get("times", 1)),
            after=int(wish.get("after", 0)),
            seconds=float(wish.get("seconds", 0)),
            retcode=int(wish.get("retcode", 0)),
            is_booked=str(wish.get("is_booked", "")).lower() in {"1", "true"},
        )
        self._waiting.append(fault)
        return fault

    def clear(self) -> None:
        """Forget all."""
        self._waiting.clear()

    def strike(self, path: str) -> Fault | None:
        """The misfortune that befalls this call."""
        for fault in self._waiting:
            if not path.startswith(fault.path):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.times -= 1
            if fault.times <= 0:
                self._waiting.remove(fault)
            return fault
        return None

    def __len__(self) -> int:
        return len(self._waiting)
