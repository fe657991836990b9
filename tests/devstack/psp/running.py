"""The local payment services as a process of their own, and somebody who orders them about."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
KEY = "psp_of_the_tests"


@dataclass
class LocalPsp:
    base: str

    def control(self, call: str, **wanted: Any) -> Any:
        """``control("POST behaviour", hold=True)``."""
        method, name = call.split()
        body = json.dumps(wanted).encode() if method == "POST" else None
        headers = {"Authorization": f"Bearer {KEY}"}
        request = urllib.request.Request(
            f"{self.base}/control/{name}", body, headers, method=method
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def behave(self, **wanted: Any) -> None:
        self.control("POST behaviour", **wanted)

    def merchant(self, name: str) -> dict[str, str]:
        return self.control("POST merchants", merchant=name)

    def deliveries(self) -> list[dict[str, Any]]:
        return self.control("GET deliveries")

    def begin_anew(self) -> None:
        self.behave()
        self.control("POST wipe")


@contextmanager
def local_psp(folder: Path):
    """Run one over the state in ``folder``."""
    environment = {**os.environ, "PSP_CONTROL_KEY": KEY, "PYTHONPATH": str(ROOT / "platform")}
    process = subprocess.Popen(
        [sys.executable, "-m", "devstack.psp", "--port", "0", "--state", str(folder)],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        first = process.stdout.readline()
        yield LocalPsp(next(word for word in first.split() if word.startswith("http")))
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()
