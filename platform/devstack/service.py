"""What the supervisor needs to know of a thing that it keeps running."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from devstack.probes import Probe
from devstack.process import Command


class Service(Protocol):
    """One server or program; the supervisor knows no other kind."""

    @property
    def name(self) -> str:
        """Its name in the table, in the log folder and in `pids`."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of the services that must be ready before it starts."""

    @property
    def address(self) -> str:
        """What a person opens or connects to; empty when there is nothing."""

    @property
    def log(self) -> Path:
        """Where its output goes."""

    @property
    def runs_once(self) -> bool:
        """Whether it does its work and ends, rather than serve."""

    @property
    def stop_signal(self) -> signal.Signals:
        """The signal that ends it in good order."""

    @property
    def patience(self) -> float:
        """Seconds that it may take to end before it is killed."""

    @property
    def start_limit(self) -> float:
        """Seconds that it may take to become ready."""

    def command(self) -> Command:
        """Prepare its files and return the command that starts it; called before every start."""

    def is_ready(self, pid: int) -> bool:
        """Say whether the process `pid` serves; called often, must return within a second."""


@dataclass(slots=True)
class Program:
    """A program that needs nothing prepared but its log."""

    name: str
    template: Command
    ready: Probe
    needs: tuple[str, ...] = ()
    address: str = ""
    runs_once: bool = False
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 10
    start_limit: float = 120
    _log_from: int = field(default=0, init=False)
    _began: float = field(default=0.0, init=False)

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return self.template.log

    def command(self) -> Command:
        """Remember where this start's output begins."""
        self._log_from = self.log.stat().st_size if self.log.exists() else 0
        self._began = time.monotonic()
        return self.template

    def is_ready(self, pid: int) -> bool:  # noqa: ARG002 - other kinds of service look at it
        """Ask the program's own test."""
        return self.ready(self.printed(), time.monotonic() - self._began)

    def printed(self) -> str:
        """What it has printed since its latest start."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(self._log_from)
            return log.read(1_000_000).decode(errors="replace")
