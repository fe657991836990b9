"""A pooler in transaction mode between the tests and their PostgreSQL."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.db import connections

PROGRAM = shutil.which("pgbouncer", path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin")
SECONDS_TO_START = 10
CONNECTIONS_PER_ROLE = 2
"""So few that requests of one tenant must take turns on them."""


@contextmanager
def pooled(folder: Path, passwords: Mapping[str, str]) -> Iterator[int]:
    """Run PgBouncer for the roles whose ``passwords`` it gets; its port.

    It knows nobody else, so it can open a session in no other name (ISO-09).
    """
    port = _free_port()
    lines = [f'"{role}" "{password}"' for role, password in passwords.items()]
    (folder / "users.txt").write_text("\n".join(lines) + "\n")
    (folder / "pgbouncer.ini").write_text(_configuration(folder, port))
    for file in (folder, *folder.iterdir(), *folder.parents[:2]):
        file.chmod(0o755)  # as root it runs as another account
    command = [str(PROGRAM), str(folder / "pgbouncer.ini")]
    if Path("/proc/self").owner() == "root":
        command += ["--user", "nobody"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def everything_through(port: int) -> Iterator[None]:
    """New connections of request threads, and of whoever looks up hosts, go by the pooler."""
    before = {alias: connections.settings[alias]["PORT"] for alias in ("default", "resolver")}
    for alias in before:
        connections.settings[alias]["PORT"] = str(port)
    try:
        yield
    finally:
        for alias, old in before.items():
            connections.settings[alias]["PORT"] = old


def _configuration(folder: Path, port: int) -> str:
    server = connections.settings["default"]
    return f"""
[databases]
* = host={server["HOST"]} port={server["PORT"]}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {folder / "users.txt"}
pool_mode = transaction
default_pool_size = {CONNECTIONS_PER_ROLE}
max_client_conn = 1000
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, "PgBouncer did not start"
            time.sleep(0.05)
        else:
            return
