"""Loopback ports that stay the same from one run to the next."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import random
import socket
import tempfile
import time
from pathlib import Path

# Below the kernel's ephemeral range (from 32768), so that no outgoing connection sits on a port
# while its server is being started again.
LOWEST, HIGHEST = 20_000, 32_000


_claimed: dict[int, Path] = {}
"""The ports that this process has claimed, and for which profile's folder."""


class Ports:
    """The ports of one profile, remembered in `ports.json` of its folder.

    A port that is given out stays claimed until this process ends: whoever else starts services at
    the same moment gets another, though nobody listens on this one yet.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._file = folder / "ports.json"
        self._ports: dict[str, int] = {}
        if self._file.exists():
            self._ports = json.loads(self._file.read_text())

    def port(self, name: str, first_choice: int | None = None) -> int:
        """The remembered port of `name` if nobody listens there, else the next free one.

        Args:
            name: what listens there.
            first_choice: the port to try first when none is remembered; the ones above it follow.
        """
        remembered = self._ports.get(name)
        if remembered is not None and self._take(remembered):
            return remembered
        port = self._next(first_choice) if first_choice else self._any()
        self._ports[name] = port
        self._file.write_text(json.dumps(self._ports, indent=1))
        return port

    def wait_until_free(self, seconds: float) -> None:
        """Give those who still hold remembered ports some time to let go."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not all(map(is_free, self._ports.values())):
            time.sleep(0.05)

    def _next(self, first: int) -> int:
        taken = set(self._ports.values())
        return next(p for p in range(first, 65_536) if p not in taken and self._take(p))

    def _any(self) -> int:
        taken = set(self._ports.values())
        while True:
            port = random.randrange(LOWEST, HIGHEST)  # noqa: S311 - a port is no secret
            if port not in taken and self._take(port):
                return port

    def _take(self, port: int) -> bool:
        return is_free(port) and (_claimed.get(port) == self._folder or _claim(port, self._folder))


def is_free(port: int) -> bool:
    """Say whether nobody listens on `port` of either loopback address."""
    return _can_bind(socket.AF_INET, "127.0.0.1", port) and _can_bind(socket.AF_INET6, "::1", port)


def _can_bind(family: socket.AddressFamily, host: str, port: int) -> bool:
    try:
        probe = socket.socket(family)
    except OSError:  # a machine without IPv6
        return True
    with probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            # EADDRNOTAVAIL: the address does not exist here, so nobody can listen on it.
            return family == socket.AF_INET6 and error.errno == errno.EADDRNOTAVAIL
    return True


def _claim(port: int, folder: Path) -> bool:
    """Lock the file that stands for the port; the kernel lets go when this process has ended."""
    files = Path(tempfile.gettempdir()) / f"atrium-ports-{os.getuid()}"
    files.mkdir(mode=0o700, exist_ok=True)
    file = os.open(files / str(port), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return False
    _claimed[port] = folder
    return True
