"""Reading the mail that the product has sent, as its people do."""

from __future__ import annotations

import re
import time
from typing import Any

import httpx

from devstack.story.visitor import StoryError


class Inbox:
    """The inbox page of the local mail server."""

    def __init__(self, base: str) -> None:
        self.base = base.rstrip("/")
        self.seen: set[str] = set()

    def wait_for(self, to: str, pattern: str, *, seconds: float = 45) -> str:
        """The first match of ``pattern`` in a new letter to ``to``.

        Raises:
            StoryError: No such letter came within ``seconds``.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for letter in self._letters(to):
                found = re.search(pattern, letter["text"])
                if found and letter["id"] not in self.seen:
                    self.seen.add(letter["id"])
                    return found.group(1)
            time.sleep(0.2)
        raise StoryError(f"no letter to {to} with {pattern!r} came")

    def _letters(self, to: str) -> list[dict[str, Any]]:
        answer = httpx.get(f"{self.base}/api", params={"to": to}, timeout=10)
        letters: list[dict[str, Any]] = answer.json()
        return letters
