"""Collect the static files when one of them has changed: `python -m devstack.assets`."""

from __future__ import annotations

import fcntl
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from devstack.layout import REPOSITORY
from devstack.process import attach

SOURCES = ("frontend/dist", "requirements/base.txt", "platform/config/settings/base.py")
APP_FOLDERS = ("platform", "tenants", "billing", "themes", "provisioning", "modules")


def main() -> int:
    """Collect if needed; the exit status is that of `collectstatic`."""
    var = Path(os.environ.get("ATRIUM_VAR", REPOSITORY / "var"))
    var.mkdir(parents=True, exist_ok=True)
    mark = var / "static.fingerprint"
    with (var / "static.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        present = _fingerprint()
        if mark.exists() and mark.read_text() == present and (var / "static").exists():
            print("unchanged")
            return 0
        manage = str(REPOSITORY / "platform" / "manage.py")
        argv = [sys.executable, manage, "collectstatic", "--no-input", "--verbosity", "1"]
        status = attach(argv, os.environ).wait()
        if status == 0:
            mark.write_text(present)
        return status


def _fingerprint() -> str:
    lines = (f"{file} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in sorted(_files()))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _files() -> Iterator[Path]:
    folders = [REPOSITORY / source for source in SOURCES]
    for name in APP_FOLDERS:
        folders += (REPOSITORY / name).glob("**/static")
    for folder in folders:
        yield from (file for file in (folder, *folder.rglob("*")) if file.is_file())


if __name__ == "__main__":
    sys.exit(main())
