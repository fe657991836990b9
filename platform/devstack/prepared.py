"""Prepare the database, unless it is known to fit the code already.

`python -m devstack.prepared MARK MADE` prepares it and, when that went well, leaves in the file
MARK a digest of what makes tables and of the file MADE, which only a new database writes anew.
Next time it need not load the product to find that there is nothing to do.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from devstack.layout import REPOSITORY
from devstack.process import attach

SCHEMA_MAKERS = ("*/migrations/*.py", "*/*/migrations/*.py", "tenants/schemas/*.py")


def _fingerprint(made: Path) -> str:
    files = [*sorted(_files()), *((made,) if made.exists() else ())]
    lines = (f"{file} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _files() -> Iterator[Path]:
    yield REPOSITORY / "requirements" / "base.txt"
    yield REPOSITORY / "platform" / "config" / "settings" / "base.py"
    for pattern in SCHEMA_MAKERS:
        yield from REPOSITORY.glob(pattern)


def main(argv: list[str]) -> int:
    """Prepare the database that the environment names."""
    mark, made = Path(argv[0]), Path(argv[1])
    if made.exists() and mark.exists() and mark.read_text() == _fingerprint(made):
        print("unchanged")
        return 0
    manage = str(REPOSITORY / "platform" / "manage.py")
    status = attach([sys.executable, manage, "prepare"], os.environ).wait()
    if status == 0:
        mark.write_text(_fingerprint(made))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
