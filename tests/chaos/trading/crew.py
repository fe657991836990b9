"""A crew of workers in processes of their own, and how they are killed or frozen."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Crew:
    """The living workers, oldest first; every death is followed by a birth."""

    nursery: subprocess.Popen[str]
    alive: list[int] = field(default_factory=list)
    kills: int = 0
    _came: threading.Condition = field(default_factory=threading.Condition)

    def follow(self) -> None:
        """Hear of births; runs in a thread of its own."""
        assert self.nursery.stdout is not None
        for line in self.nursery.stdout:
            with self._came:
                self.alive.append(int(line.split()[1]))
                self._came.notify_all()

    def wait_for(self, number: int) -> None:
        """Until so many live."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.alive) >= number, timeout=60)

    def kill(self, dice: random.Random) -> None:
        """SIGKILL one of them."""
        with self._came:
            victim = dice.choice(self.alive)
            self.alive.remove(victim)
        self.send(victim, signal.SIGKILL)
        self.kills += 1

    @staticmethod
    def send(worker: int, what: signal.Signals) -> None:
        """A signal to one of our own workers."""
        os.kill(worker, what)


@contextmanager
def crew(schema: str, *, workers: int, seed: int, windows: Mapping[str, float]) -> Iterator[Crew]:
    """So many workers of the tests' database, with these ``windows`` as their settings."""
    command = [sys.executable, "-m", "tests.chaos.trading.nursery", schema, str(workers), str(seed)]
    command += [f"{name}={value}" for name, value in windows.items()]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as nursery:
        hands = Crew(nursery)
        listener = threading.Thread(target=hands.follow, daemon=True)
        listener.start()
        try:
            hands.wait_for(workers)
            yield hands
        finally:
            assert nursery.stdin is not None
            for worker in hands.alive:
                _thaw(worker)
            nursery.stdin.close()
            nursery.wait(30)
            listener.join(10)


def _thaw(worker: int) -> None:
    """A frozen process cannot be waited for."""
    try:
        os.kill(worker, signal.SIGCONT)
    except ProcessLookupError:
        return
