"""Where a profile keeps its files."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
MOST_AT_ONCE = 16


class Busy(Exception):
    """Another supervisor holds this profile's folder."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders of one profile below `root`, which is `var/` unless a test says otherwise."""

    root: Path
    profile: str

    @property
    def home(self) -> Path:
        """All that this profile keeps."""
        return self.root / self.profile

    @property
    def logs(self) -> Path:
        """One file per service."""
        return self.home / "logs"

    @property
    def state_file(self) -> Path:
        """What runs, where, and who can sign in; for programs that drive the demo."""
        folder = self.root / "demo" if self.profile == "dev" else self.home
        return folder / "state.json"

    @property
    def env_file(self) -> Path:
        """The environment of the running supervisor, for commands that join it."""
        return self.home / "env.json"

    def log(self, name: str) -> Path:
        """The log of one service."""
        return self.logs / f"{name}.log"

    def make(self) -> None:
        """Make the folders."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.logs.mkdir(exist_ok=True)
        self.state_file.parent.mkdir(exist_ok=True)


@contextlib.contextmanager
def held(layout: Layout) -> Iterator[Layout]:
    """Hold the profile's folder for as long as we live; the kernel lets go even after SIGKILL.

    Raises:
        Busy: another supervisor holds it.
    """
    layout.make()
    with (layout.home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(f"The {layout.profile} services run already (see {layout.home}).") from error
        yield layout


@contextlib.contextmanager
def first_free(root: Path, profile: str) -> Iterator[Layout]:
    """Hold `profile`, or `profile-2`, `profile-3` ... when others use the ones before it.

    Raises:
        Busy: all of them are in use.
    """
    for number in range(1, MOST_AT_ONCE + 1):
        layout = Layout(root, profile if number == 1 else f"{profile}-{number}")
        holding = held(layout)
        try:
            holding.__enter__()
        except Busy:
            continue
        with contextlib.ExitStack() as stack:
            stack.push(holding)
            yield layout
        return
    raise Busy(f"{MOST_AT_ONCE} sets of {profile} services run already.")
