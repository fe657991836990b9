"""Looking for processes in /proc."""

from __future__ import annotations

import time
from pathlib import Path


def processes_of(root: Path) -> list[str]:
    """The command lines of everything that works in `root` or was told of it."""
    return [line for pid in Path("/proc").glob("[0-9]*") if (line := _told_of(pid, str(root)))]


def soon_empty(root: Path, seconds: float = 10) -> list[str]:
    """What still runs after at most `seconds`."""
    deadline = time.monotonic() + seconds
    while (left := processes_of(root)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def _told_of(pid: Path, root: str) -> str:
    try:
        words = (pid / "cmdline").read_bytes() + b"\0" + (pid / "environ").read_bytes()
        where = str((pid / "cwd").readlink())
    except OSError:  # it has ended, or it is not ours to see
        return ""
    told = root.encode() in words or where.startswith(root)
    return words.split(b"\0\0")[0].replace(b"\0", b" ").decode(errors="replace") if told else ""
