"""Loopback ports that stay the same from one run to the next."""

from __future__ import annotations

import errno
import json
import random
import socket
import time
from pathlib import Path

# Below the kernel's ephemeral range (from 32768), so that no outgoing connection sits on a port
# while its server is being started again.
LOWEST, HIGHEST = 20_000, 32_000


class Ports:
    """The ports of one profile, remembered in `ports.json` of its folder."""

    def __init__(self, folder: Path) -> None:
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
        if remembered is not None and is_free(remembered):
            return remembered
        taken = set(self._ports.values())
        port = _next_free(first_choice, taken) if first_choice else _any_free(taken)
        self._ports[name] = port
        self._file.write_text(json.dumps(self._ports, indent=1))
        return port

    def wait_until_free(self, seconds: float) -> None:
        """Give those who still hold remembered ports some time to let go."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not all(map(is_free, self._ports.values())):
            time.sleep(0.05)


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


def _next_free(first: int, taken: set[int]) -> int:
    return next(port for port in range(first, 65_536) if port not in taken and is_free(port))


def _any_free(taken: set[int]) -> int:
    while True:
        port = random.randrange(LOWEST, HIGHEST)  # noqa: S311 - a port is no secret
        if port not in taken and is_free(port):
            return port
