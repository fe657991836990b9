"""The account that PostgreSQL runs as, because it refuses to be root."""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Account:
    """Another account to run a program as; our own when `uid` is None."""

    uid: int | None = None
    gid: int | None = None

    def own(self, path: Path) -> None:
        """Give `path` to this account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def reaches(self, path: Path) -> bool:
        """Say whether this account can enter `path` and every folder above it."""
        if self.uid is None:
            return True
        resolved = path.resolve()
        above = [step for step in (resolved, *resolved.parents) if step.exists()]
        return all(
            step.stat().st_mode & stat.S_IXOTH or step.stat().st_uid == self.uid for step in above
        )


OURSELVES = Account()


def for_postgres(data: Path) -> Account:
    """The account for a server whose files are in `data`.

    Our own, unless we are root: then whoever owns `data` already, else `postgres` or `nobody`.

    Raises:
        SystemExit: we are root and the machine has neither account.
    """
    if os.geteuid() != 0:
        return OURSELVES
    if data.exists() and data.stat().st_uid != 0:
        return _of_uid(data.stat().st_uid)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise SystemExit(
        "Running as root, and there is no account 'postgres' or 'nobody' to run PostgreSQL as."
    )


def _of_uid(uid: int) -> Account:
    return Account(uid, pwd.getpwuid(uid).pw_gid)
