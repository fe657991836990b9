"""Child processes that never outlive their supervisor."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from devstack.account import OURSELVES, Account

LINUX = sys.platform.startswith("linux")
PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
_LIBC = ctypes.CDLL(None, use_errno=True) if LINUX else None


@dataclass(frozen=True, slots=True)
class Command:
    """A program to start: what, with what around it, and where its output goes."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path
    log: Path
    account: Account = OURSELVES
    on_orphaned: signal.Signals = signal.SIGKILL


def spawn(command: Command) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, so that Ctrl-C in the terminal is ours to handle.

    On Linux the kernel sends it `on_orphaned` when the thread that called this ends, so call it
    from a thread that lives as long as the supervisor does.
    """
    with command.log.open("ab") as log:
        return subprocess.Popen(
            command.argv,
            env=dict(command.env),
            cwd=command.cwd,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=dies_with_us(command.on_orphaned),  # noqa: PLW1509 - it only calls prctl
            user=command.account.uid,
            group=command.account.gid,
            extra_groups=None if command.account.uid is None else [],
        )


def attach(argv: Sequence[str], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a program in our own terminal; it gets SIGTERM when we end, however we end."""
    ask = dies_with_us(signal.SIGTERM)
    return subprocess.Popen(argv, env=dict(env), preexec_fn=ask)  # noqa: PLW1509 - it only calls prctl


def run_as(account: Account, argv: list[str], cwd: Path) -> str:
    """Run a short program as `account` and return what it printed.

    Raises:
        SystemExit: it failed; the message carries its output.
    """
    done = subprocess.run(
        argv,
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        start_new_session=True,
        preexec_fn=dies_with_us(signal.SIGKILL),
        user=account.uid,
        group=account.gid,
        extra_groups=None if account.uid is None else [],
    )
    if done.returncode:
        raise SystemExit(f"{Path(argv[0]).name} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def dies_with_us(number: signal.Signals) -> Callable[[], None] | None:
    """A `preexec_fn` that asks the kernel to send `number` when the parent dies; Linux only."""
    libc = _LIBC
    if libc is None:
        return None
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # the parent died before we could ask
            os.kill(os.getpid(), signal.SIGKILL)

    return ask


def end_with_parent() -> None:
    """Have the kernel send us SIGTERM when our parent ends, even by SIGKILL; Linux only."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))


def kill_group(leader: int) -> None:
    """Kill what is left of the session that `leader` led, itself included."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
