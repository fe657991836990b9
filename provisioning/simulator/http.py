"""HTTP/1.1 on asyncio streams: just what an access server and its control need."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

LONGEST_HEAD = 64 * 1024
LONGEST_BODY = 4 * 1024 * 1024
REASONS = {200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 502: "Bad Gateway"}


class Garbled(Exception):
    """What came is not HTTP, or too much of it."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came in; ``values`` holds query and JSON body merged, the body winning."""

    method: str
    path: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Response:
    """What goes back."""

    body: bytes
    status: int = 200
    content_type: str = "application/json"

    def encoded(self, *, close: bool = False) -> bytes:
        """The bytes on the wire."""
        head = (
            f"HTTP/1.1 {self.status} {REASONS[self.status]}\r\n"
            f"Content-Type: {self.content_type}\r\n"
            f"Content-Length: {len(self.body)}\r\n"
            f"Connection: {'close' if close else 'keep-alive'}\r\n\r\n"
        )
        return head.encode() + self.body


FORBIDDEN = Response(b"403 Forbidden", 403, "text/plain")


def as_json(value: object, status: int = 200) -> Response:
    """An answer in JSON."""
    return Response(json.dumps(value, ensure_ascii=False).encode(), status)


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request of a connection; ``None`` when the peer has closed it.

    Raises:
        Garbled: It is not HTTP, or too long.
    """
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    except asyncio.LimitOverrunError as error:
        raise Garbled from error
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3:  # noqa: PLR2004 - method, target, version
        raise Garbled
    headers = dict(_header(line) for line in lines[1:] if line)
    length = int(headers.get("content-length", "0") or 0)
    if length > LONGEST_BODY:
        raise Garbled
    body = await reader.readexactly(length) if length else b""
    path, _, query = words[1].partition("?")
    return Request(words[0], unquote(path), {**_query(query), **_body(body)})


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()


def _query(text: str) -> dict[str, Any]:
    """Parameters of a URL. A plus stays a plus: phone numbers and amounts carry it."""
    pairs = (part.partition("=") for part in text.split("&") if part)
    return {unquote(name): unquote(value) for name, _, value in pairs}


def _body(body: bytes) -> dict[str, Any]:
    """The JSON object of a body, whatever its content type says."""
    if not body.strip():
        return {}
    try:
        parsed = json.loads(body, parse_float=str, parse_int=str)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
