"""Sending a callback to a broker's host on this machine."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

LARGEST_ANSWER = 65_536


@dataclass(frozen=True, slots=True)
class Posted:
    """What a callback was answered with."""

    status: int
    body: bytes


def post(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> Posted:
    """POST ``body`` to ``url`` once, following no redirect.

    Names below ``localhost`` are this machine (RFC 6761), whatever its resolver says of them.

    Raises:
        OSError: Nobody listens there, or it took longer than ``seconds``.
        http.client.HTTPException: What came back is no HTTP.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    here = "127.0.0.1" if host.endswith(".localhost") else host
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(here, parts.port, timeout=seconds)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target or "/", body, {**headers, "Host": parts.netloc})
        answer = connection.getresponse()
        return Posted(answer.status, answer.read(LARGEST_ANSWER))
    finally:
        connection.close()
