"""The databases that are compared, and the processes that work on them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parents[2]
OURS, STOCK = "atrium_bench_ours", "atrium_bench_stock"


def url(name: str) -> str:
    """The administrator's address of a database."""
    return urlunsplit(urlsplit(os.environ["DATABASE_ADMIN_URL"])._replace(path=f"/{name}"))


def environment(side: str, database: str, release: str = "first") -> dict[str, str]:
    """What a process of one side is started with."""
    requests = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}"))
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "platform"), str(ROOT)]),
        "DATABASE_ADMIN_URL": url(database),
        "DATABASE_URL": requests,
        "DJANGO_SETTINGS_MODULE": f"tests.bench.settings.{side}",
        "BENCH_RELEASE": release,
        "LOG_LEVEL": "ERROR",
    }


def manage(side: str, database: str, *words: str, release: str = "first") -> float:
    """Run a management command; return its seconds."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, str(ROOT / "platform" / "manage.py"), *words],
        check=True,
        cwd=ROOT,
        env=environment(side, database, release),
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - began


class Worker:
    """A process that does one thing at a time and says how long it took."""

    def __init__(self, side: str, database: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.worker"],
            cwd=ROOT,
            env=environment(side, database),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.process.stdout.readline()

    def do(self, command: str, argument: object) -> float:
        """Do it; return the seconds that it took there."""
        self.process.stdin.write(f"{command} {argument}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{command} failed")
        return float(answer)

    def close(self) -> None:
        """Let it end."""
        self.process.stdin.close()
        self.process.wait()


def fresh(name: str) -> None:
    """An empty database of that name."""
    with psycopg.connect(url("postgres"), autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {name}")


def ours_only() -> None:
    """Our side prepared, without a tenant."""
    fresh(OURS)
    manage("ours", OURS, "prepare", "--ready", "0")


def both() -> None:
    """Both sides prepared, without a tenant."""
    ours_only()
    fresh(STOCK)
    manage("stock", STOCK, "migrate_schemas", "--shared", "-v", "0")
