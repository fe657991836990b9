"""What a machine can say about the code without testing it: `python -m devstack.checks`.

It needs the settings' environment, and the migrations a database: run it by `devstack exec`.
"""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from devstack.layout import REPOSITORY

BIN = Path(sys.executable).parent
AT_ONCE = 2
TEMPLATES = ("platform", "tenants", "billing", "themes", "provisioning", "modules")


@dataclass(frozen=True, slots=True)
class Check:
    """One program that finds fault or does not."""

    name: str
    argv: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check said, and how many seconds it took to say it."""

    check: Check
    status: int
    output: str
    seconds: float


CHECKS = (
    Check("types", (str(BIN / "mypy"),)),
    Check("lint", (str(BIN / "ruff"), "check", ".")),
    Check("format", (str(BIN / "ruff"), "format", "--check", ".")),
    Check("lock files", (sys.executable, "-m", "devstack.locks")),
    Check("import contracts", (str(BIN / "lint-imports"),)),
    Check("templates", (str(BIN / "djlint"), *TEMPLATES, "--lint", "--quiet")),
    Check(
        "migrations",
        (sys.executable, "platform/manage.py", "makemigrations", "--check", "--dry-run"),
    ),
)


def main() -> int:
    """Run every check, two at a time, and say which found fault."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        verdicts = []
        for verdict in pool.map(_run, CHECKS):
            verdicts.append(verdict)
            _tell(verdict)
    failed = [verdict.check.name for verdict in verdicts if verdict.status]
    print(f"Fault found by: {', '.join(failed)}." if failed else "No check finds fault.")
    return 1 if failed else 0


def _run(check: Check) -> Verdict:
    began = time.monotonic()
    done = subprocess.run(
        check.argv,
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Verdict(check, done.returncode, done.stdout, time.monotonic() - began)


def _tell(verdict: Verdict) -> None:
    word = "FAULT" if verdict.status else "ok"
    print(f"{verdict.check.name:<18}{word:<7}{verdict.seconds:6.1f} s", flush=True)
    if verdict.status:
        print(verdict.output, flush=True)


if __name__ == "__main__":
    sys.exit(main())
