"""A database of its own for every test process, cloned from one that is made once."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]


def own_name() -> str:
    """The name of this process's database: sessions that run side by side do not meet."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", f"{os.getpid():x}")[-8:]
    return f"atrium_test_{run}_{worker}"


def use_database(name: str) -> None:
    """Point this process's settings at database ``name`` and a Redis database of its own."""
    for variable in ("DATABASE_URL", "DATABASE_ADMIN_URL"):
        os.environ[variable] = _with_path(os.environ[variable], name)
    run, _, worker = name.rpartition("_")
    place = zlib.crc32(run.encode()) + int(worker.removeprefix("gw") if worker != "main" else 0)
    number = 1 + place % 15  # Redis has sixteen databases; the first is left alone
    os.environ["REDIS_URL"] = _with_path(os.environ["REDIS_URL"], str(number))


def clone_database(name: str) -> None:
    """Make database ``name`` from the template of today's migrations."""
    with _lock(), psycopg.connect(_admin("postgres"), autocommit=True) as server:
        template = _template(server)
        server.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    _close(name)


def drop_database(name: str) -> None:
    """Remove database ``name``; its schemas' roles stay for the next clone."""
    with psycopg.connect(_admin("postgres"), autocommit=True) as server:
        server.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def _template(server: psycopg.Connection) -> str:
    name = f"atrium_template_{_digest()}"
    if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return name
    making = f"{name}_making"
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(making)))
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(making)))
    environment = {
        **os.environ,
        "DATABASE_URL": _with_path(os.environ["DATABASE_URL"], making),
        "DATABASE_ADMIN_URL": _admin(making),
    }
    command = [sys.executable, str(ROOT / "platform" / "manage.py"), "prepare", "--ready", "5"]
    subprocess.run(command, check=True, env=environment, cwd=ROOT)
    server.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
            sql.Identifier(making), sql.Identifier(name)
        )
    )
    return name


def _close(name: str) -> None:
    """Database privileges are not cloned: take PUBLIC's away and let the roles connect."""
    with psycopg.connect(_admin(name), autocommit=True) as database:
        database.execute(
            sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name))
        )
        schemas = database.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\\_%'")
        roles = [f"{schema}_app" for (schema,) in schemas.fetchall()]
        for role in (*roles, urlsplit(os.environ["DATABASE_URL"]).username, "atrium_resolver"):
            database.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                    sql.Identifier(name), sql.Identifier(role)
                )
            )


def _digest() -> str:
    digest = hashlib.sha256()
    patterns = (
        "*/**/migrations/0*.py",
        "*/**/models.py",
        "*/**/models/*.py",
        "tenants/schemas/*.py",
    )
    for file in sorted({file for pattern in patterns for file in ROOT.glob(pattern)}):
        if ".venv" not in file.parts:
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _lock():
    """One process at a time makes the template or clones it."""
    handle = (Path(tempfile.gettempdir()) / f"atrium-template-{os.getuid()}.lock").open("w")
    fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


def _admin(name: str) -> str:
    return _with_path(os.environ["DATABASE_ADMIN_URL"], name)


def _with_path(url: str, path: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))
