"""Whether a database is known to fit the code, so that programs need not wait for `prepare`.

`python -m devstack.prepared MARK MADE` prepares it and, when that went well, leaves in the file
MARK a digest of what makes tables and of the file MADE, which only a new database writes anew.
It runs at every start; only the waiting for it is spared.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from devstack.layout import REPOSITORY, Layout
from devstack.process import attach

SCHEMA_MAKERS = ("*/migrations/*.py", "*/*/migrations/*.py", "tenants/schemas/*.py")


def mark_of(layout: Layout) -> Path:
    """The file that remembers what the profile's database was last prepared for."""
    return layout.home / "prepared"


def is_prepared(layout: Layout, made: Path) -> bool:
    """Say whether the last preparation was for this very code and this very database.

    Args:
        layout: whose database it is.
        made: a file that only a new database writes anew.
    """
    mark = mark_of(layout)
    return made.exists() and mark.exists() and mark.read_text() == _fingerprint(made)


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
    manage = str(REPOSITORY / "platform" / "manage.py")
    status = attach([sys.executable, manage, "prepare"], os.environ).wait()
    if status == 0:
        mark.write_text(_fingerprint(made))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
