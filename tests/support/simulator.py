"""Simulated trading servers for tests: a process of its own, reached over TLS like any other."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TELLING = frozenset({"/state", "/seen", "/accounts"})
"""Paths of the control that change nothing."""


@dataclass(frozen=True, slots=True)
class Simulator:
    """A running server, as its own card describes it."""

    card: dict[str, Any]

    @property
    def port(self) -> int:
        return int(self.card["url"].rpartition(":")[2])

    @property
    def login(self) -> int:
        return int(self.card["login"])

    @property
    def password(self) -> str:
        return str(self.card["api_password"])

    @property
    def fingerprint(self) -> str:
        return str(self.card["fingerprint"])

    @property
    def authority_pem(self) -> str:
        return Path(self.card["certificate"]).read_text()

    def ask(self, path: str) -> Any:
        """Read from the control."""
        with urllib.request.urlopen(f"{self.card['control_url']}{path}", timeout=60) as answer:
            return json.load(answer)

    def order(self, control: str, /, **values: Any) -> Any:
        """Order something by the control."""
        body = json.dumps(values).encode()
        request = urllib.request.Request(
            f"{self.card['control_url']}{control}", body, method="POST"
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def control(self, path: str, /, **values: Any) -> Any:
        """Order something by the control, or read what only tells."""
        return self.ask(path) if path in TELLING else self.order(path, **values)

    def fault(self, kind: str, path: str = "", **more: Any) -> None:
        """Order a misfortune for the next call."""
        self.order("/faults", kind=kind, path=path, **more)

    def calls(self, path: str) -> int:
        """How often a path has been called of late."""
        return int(self.ask("/seen").count(path))


@contextmanager
def running(state: Path, *options: str) -> Iterator[Simulator]:
    """A server whose market moves only when told to; ``options`` go to its command line."""
    command = [sys.executable, "-m", "provisioning.simulator", "--state", str(state)]
    command += ["--open-weekends", "--round-seconds", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield Simulator(json.loads(process.stdout.readline()))
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()
