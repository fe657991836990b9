"""The state file of a running set of services: read by people, tests and the story."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any

REPLACED = ("pids", "trading_server")


def read(file: Path) -> dict[str, Any]:
    """What the state file says; nothing when there is none."""
    try:
        found: dict[str, Any] = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    return found


def update(file: Path, changes: dict[str, Any]) -> dict[str, Any]:
    """Put `changes` into the file, key by key, and return the whole.

    A dictionary is merged into the one that is there, except those of `REPLACED`. Readers see the
    old file or the new one, never half of it; writers in other processes wait for each other.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        whole = read(file)
        before = json.dumps(whole)
        for key, value in changes.items():
            known = whole.get(key)
            merges = isinstance(value, dict) and isinstance(known, dict) and key not in REPLACED
            whole[key] = known | value if merges else value
        if json.dumps(whole) != before:
            _write(file, whole)
    return whole


def _write(file: Path, whole: dict[str, Any]) -> None:
    """Replace the file; only its owner may read it, because it holds passwords."""
    unfinished = file.with_suffix(f".{os.getpid()}.tmp")
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(whole, indent=2) + "\n")
    unfinished.replace(file)
