"""PostgreSQL on loopback, its files in the profile's folder, one folder per major version."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg
from psycopg import sql

from devstack import account, postgres_files
from devstack.process import LINUX, Command, run_as

SUPERUSER = "postgres"
FIRST_WITH_BUILTIN_LOCALE = 17
STATUS_LINE = 7  # of postmaster.pid, counted from nought: "ready" once connections are taken


class Postgres:
    """One PostgreSQL server with one database.

    Args of the constructor:
        home: the profile's folder.
        port: where it listens, on 127.0.0.1 only.
        database: created when it does not exist.
        durable: false trades safety against a power cut for speed; a killed process loses
            nothing either way.
    """

    name = "postgres"
    needs: tuple[str, ...] = ()
    runs_once = False
    stop_signal = signal.SIGINT  # its "fast" shutdown
    # The checkpoint of many thousand tables is slow; cutting it short costs a recovery.
    patience = 180.0
    start_limit = 300.0

    def __init__(self, home: Path, port: int, *, log: Path, database: str, durable: bool) -> None:
        self.log = log
        self.port = port
        self._database = database
        self._durable = durable
        self._account = account.for_postgres(_newest_data(home))
        base = postgres_files.reachable_home(home, self._account)
        self._programs = postgres_files.find(base, self._account)
        self._home = base / f"pg{self._programs.major}"
        self._data = self._home / "data"
        self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._account.own(self._home)
        self._password = self._make_password()
        self._has_database = False

    @property
    def address(self) -> str:
        """Host, port and database."""
        return f"127.0.0.1:{self.port}/{self._database}"

    @property
    def version(self) -> str:
        """The major version and where its programs come from."""
        return f"PostgreSQL {self._programs.major} ({self._programs.source})"

    @property
    def made(self) -> Path:
        """A file that only a new database writes anew."""
        return self._data / "PG_VERSION"

    def url(self, user: str = SUPERUSER, password: str | None = None) -> str:
        """The URL of the database for `user`; the superuser's by default."""
        secret = self._password if password is None else password
        return f"postgresql://{user}:{secret}@127.0.0.1:{self.port}/{self._database}"

    def command(self) -> Command:
        """Make the data folder if there is none, and end what an earlier run left over."""
        if not (self._data / "PG_VERSION").exists():
            self._init()
        _stop_leftover(self._data)
        argv = [str(self._programs.folder / "postgres"), "-D", str(self._data)]
        for key, value in self._settings().items():
            argv += ["-c", f"{key}={value}"]
        return Command(
            argv=tuple(argv),
            env=_plain_environment(),
            cwd=self._home,
            log=self.log,
            account=self._account,
            on_orphaned=signal.SIGINT,
        )

    def is_ready(self, pid: int) -> bool:
        """Look for "ready" in postmaster.pid; then make sure that the database exists."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        if (
            len(lines) <= STATUS_LINE
            or lines[0] != str(pid)
            or lines[STATUS_LINE].strip() != "ready"
        ):
            return False
        if not self._has_database:
            self._make_database()
            self._has_database = True
        return True

    def _settings(self) -> dict[str, str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "400",
            # A schema per tenant: one migration or one dump locks very many tables at once.
            "max_locks_per_transaction": "1024",
            "shared_buffers": "128MB",
            "max_wal_size": "4GB",
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if self._programs.has_library("pg_stat_statements"):
            settings["shared_preload_libraries"] = "pg_stat_statements"
        if LINUX:
            # After a crash: one syncfs instead of an fsync per file (54 s for 31,000 files).
            settings["recovery_init_sync_method"] = "syncfs"
        if not self._durable:
            # synchronous_commit stays on: cheap without fsync, and a killed server loses nothing.
            settings |= {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
        return settings

    def _make_password(self) -> str:
        file = self._home / "password"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(24))
            self._account.own(file)
        return file.read_text()

    def _init(self) -> None:
        half_made = self._home / "data.new"
        shutil.rmtree(half_made, ignore_errors=True)
        argv = [
            *(str(self._programs.folder / "initdb"), "-D", str(half_made), "-U", SUPERUSER),
            *("-E", "UTF8", "--auth=scram-sha-256", f"--pwfile={self._home / 'password'}"),
            *("--no-sync", "--no-instructions"),
        ]
        if self._programs.major >= FIRST_WITH_BUILTIN_LOCALE:
            # The same order of letters on every system, with upper() and lower() of Unicode.
            argv += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        else:
            argv.append("--locale=C.UTF-8" if LINUX else "--locale=en_US.UTF-8")
        run_as(self._account, argv, cwd=self._home)
        shutil.rmtree(self._data, ignore_errors=True)
        half_made.rename(self._data)

    def _make_database(self) -> None:
        server = f"postgresql://{SUPERUSER}:{self._password}@127.0.0.1:{self.port}/postgres"
        with psycopg.connect(server, autocommit=True) as connection:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(query, [self._database]).fetchone() is None:
                connection.execute(
                    sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self._database))
                )


def _newest_data(home: Path) -> Path:
    """The data folder that exists already, here or where root keeps it, for its owner's sake."""
    places = [*home.glob("pg*/data"), *postgres_files.away_from(home).glob("pg*/data")]
    return max(places, key=lambda place: place.stat().st_mtime, default=home / "pg" / "data")


def _plain_environment() -> dict[str, str]:
    # PGDATA, PGPORT and their like would quietly change what the server does.
    return {key: value for key, value in os.environ.items() if not key.startswith("PG")}


def _stop_leftover(data: Path) -> None:
    """End a server that outlived its supervisor, which happens only without PDEATHSIG (macOS).

    Known by its command line and not by its number alone, which may be another process by now.
    """
    file = data / "postmaster.pid"
    if not file.exists():
        return
    pid = file.read_text().split("\n", 1)[0]
    shown = subprocess.run(
        ["ps", "-ww", "-o", "args=", "-p", pid], capture_output=True, text=True, check=False
    ).stdout
    if str(data) not in shown or "postgres" not in shown:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(int(pid), signal.SIGINT)
        for _ in range(3600):
            os.kill(int(pid), 0)
            time.sleep(0.05)
