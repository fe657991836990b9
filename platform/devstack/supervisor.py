"""The one parent of every service: starts them in order, starts the dead again, ends them all."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from devstack.display import Display, Row
from devstack.process import kill_group, spawn
from devstack.service import Service

FIRST_DELAY, LONGEST_DELAY = 0.2, 10.0
STEADY_SECONDS = 30.0
ATTEMPTS_TO_START = 3
TICK_SECONDS = 0.05


class StartFailed(Exception):
    """A service never became ready."""


class State(StrEnum):
    """Where a service is in its life; the values are the words that people see."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    DONE = "done"
    STOPPED = "stopped"


class Life:
    """One service and the process that is it at the moment."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.state = State.WAITING
        self.process: subprocess.Popen[bytes] | None = None
        self.was_ready = False
        self.deaths = 0
        self.began = 0.0
        self.took: float | None = None
        self.not_before = 0.0

    @property
    def name(self) -> str:
        """The service's name."""
        return self.service.name

    @property
    def is_up(self) -> bool:
        """Whether others may build on it."""
        return self.state in {State.READY, State.DONE}

    def row(self) -> Row:
        """What to show."""
        running = self.state is State.STARTING
        seconds = time.monotonic() - self.began if running else self.took
        return Row(self.name, self.state, seconds, self.service.address)

    def launch(self) -> None:
        """Start its process."""
        self.began = time.monotonic()
        self.state = State.STARTING
        self.process = spawn(self.service.command())

    def arrive(self, state: State) -> None:
        """Note that it serves, or that it has done its work."""
        self.state = state
        self.was_ready = True
        self.took = time.monotonic() - self.began

    def put_off(self) -> float:
        """Wait before the next start, twice as long after each early death; the seconds."""
        if time.monotonic() - self.began > STEADY_SECONDS:
            self.deaths = 0
        delay = min(FIRST_DELAY * 2.0**self.deaths, LONGEST_DELAY)
        self.deaths += 1
        self.state = State.WAITING
        self.not_before = time.monotonic() + delay
        return delay


class Supervisor:
    """Keeps services running until told to stop; use it from one thread only.

    Args of the constructor:
        services: what to run.
        display: where to say what happens.
        on_change: called whenever a process has come, is ready, or has gone.
    """

    def __init__(
        self, services: list[Service], display: Display, on_change: Callable[[], None]
    ) -> None:
        self._lives = {service.name: Life(service) for service in services}
        self._display = display
        self._on_change = on_change

    @property
    def pids(self) -> dict[str, int]:
        """The process id of everything that runs."""
        running = (life for life in self._lives.values() if life.process is not None)
        return {life.name: life.process.pid for life in running if life.process}

    @property
    def all_up(self) -> bool:
        """Whether every service serves or has done its work."""
        return all(life.is_up for life in self._lives.values())

    def bring_up(self, stop_asked: Callable[[], bool]) -> None:
        """Start everything and return when all is up, or when `stop_asked`.

        Raises:
            StartFailed: a service died again and again, or took longer than it may.
        """
        while not self.all_up and not stop_asked():
            self.tick()
            self._display.show(self._rows)
            time.sleep(TICK_SECONDS)
        self._display.freeze(self._rows())

    def tick(self) -> None:
        """Look after every service once.

        Raises:
            StartFailed: one of them cannot be started at all.
        """
        for life in self._lives.values():
            if life.state is State.WAITING:
                self._start_if_due(life)
            elif life.state in {State.STARTING, State.READY}:
                self._look_at(life)

    def is_up(self, name: str) -> bool:
        """Whether one service serves."""
        return self._lives[name].is_up

    def stop(self, name: str) -> None:
        """End one service and leave it ended; what needs it runs on."""
        life = self._lives[name]
        life.state = State.STOPPED
        self._signal(life)
        self._wait(life)
        self._on_change()

    def start(self, name: str) -> None:
        """Start a stopped service, or one that waits out its delay, at the next tick."""
        life = self._lives[name]
        if life.state in {State.STOPPED, State.WAITING, State.DONE}:
            life.state = State.WAITING
            life.not_before = 0.0
            life.deaths = 0

    def stop_all(self) -> None:
        """End everything, users before what they use, each as it likes to be ended."""
        running = [life for life in self._lives.values() if life.process is not None]
        while running:
            needed = {need for life in running for need in life.service.needs}
            wave = [life for life in running if life.name not in needed] or running
            for life in wave:
                life.state = State.STOPPED
                self._signal(life)
            for life in wave:
                self._wait(life)
            running = [life for life in running if life not in wave]

    def _rows(self) -> list[Row]:
        return [life.row() for life in self._lives.values()]

    def _start_if_due(self, life: Life) -> None:
        needs = (self._lives[need] for need in life.service.needs if need in self._lives)
        if time.monotonic() >= life.not_before and all(need.is_up for need in needs):
            life.launch()
            self._on_change()

    def _look_at(self, life: Life) -> None:
        process = life.process
        if process is None:
            return
        code = process.poll()
        if code is not None:
            self._bury(life, process.pid, code)
        elif life.state is State.STARTING and life.service.is_ready(process.pid):
            life.arrive(State.READY)
            self._on_change()
        elif (
            life.state is State.STARTING
            and time.monotonic() - life.began > life.service.start_limit
        ):
            kill_group(process.pid)
            raise StartFailed(
                _account_of(life, f"was not ready after {life.service.start_limit:.0f} s")
            )

    def _bury(self, life: Life, pid: int, code: int) -> None:
        life.process = None
        kill_group(pid)  # its children must not hold on to its port
        if life.service.runs_once and code == 0:
            life.arrive(State.DONE)
            self._on_change()
            return
        how = f"ended by signal {-code}" if code < 0 else f"ended with status {code}"
        gives_up = life.service.runs_once or life.deaths + 1 >= ATTEMPTS_TO_START
        if gives_up and not life.was_ready:
            raise StartFailed(_account_of(life, how))
        delay = life.put_off()
        self._display.say(f"  ! {life.name} {how}; starting it again in {delay:.1f} s")
        self._on_change()

    def _signal(self, life: Life) -> None:
        if life.process is not None and life.process.poll() is None:
            life.process.send_signal(life.service.stop_signal)

    def _wait(self, life: Life) -> None:
        if life.process is None:
            return
        try:
            life.process.wait(life.service.patience)
        except subprocess.TimeoutExpired:
            kill_group(life.process.pid)
            life.process.wait()
        kill_group(life.process.pid)
        life.process = None


def _account_of(life: Life, how: str) -> str:
    return f"{life.name} {how}. The end of {life.service.log}:\n{_tail(life.service.log)}"


def _tail(log: Path, lines: int = 25) -> str:
    text = log.read_text(errors="replace") if log.exists() else ""
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])
