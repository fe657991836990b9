"""Small questions that tell whether a program is ready."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable
from typing import Any

SECONDS = 0.8
SERVER_ERROR = 500


Probe = Callable[[str, float], bool]
"""Gets what a program printed since its start, and for how many seconds it has been running."""


def answers_http(port: int, path: str) -> Probe:
    """A test that `path` on loopback answers without a server error."""

    def ask(_printed: str, _seconds: float) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        try:
            connection.request("GET", path, headers={"Host": f"localhost:{port}"})
            return connection.getresponse().status < SERVER_ERROR
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return ask


def prints(pattern: str, or_lives_for: float) -> Probe:
    """A test that the output matches `pattern`, or that the program has lived so many seconds."""
    compiled = re.compile(pattern)

    def ask(printed: str, seconds: float) -> bool:
        return bool(compiled.search(printed)) or seconds > or_lives_for

    return ask


def never(_printed: str, _seconds: float) -> bool:
    """For a program that is not to serve but to end."""
    return False


def printed_json(printed: str) -> dict[str, Any] | None:
    """The first complete line of JSON in a program's output."""
    for line in printed.splitlines(keepends=True):
        if line.startswith("{") and line.endswith("}\n"):
            try:
                found = json.loads(line)
            except ValueError:
                continue
            if isinstance(found, dict):
                return found
    return None


def prints_json(printed: str, _seconds: float) -> bool:
    """Say whether a line of JSON has appeared."""
    return printed_json(printed) is not None
