"""Calls to addresses that a broker typed in: checked, pinned, limited, never redirected."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from kernel.errors import OutcomeUnknown, Unavailable
from modules.cashier.errors import TechnicallyDeclined
from provisioning.servers import egress

CALL_SECONDS = 8.0
LARGEST_ANSWER = 1024 * 1024
SERVER_ERRORS = 500
USUAL_PORTS = {"https": 443, "http": 80}


class AddressNotAllowed(TechnicallyDeclined):
    """The address is none that we call: not HTTPS, or not public."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an outside API answered."""

    status: int
    body: bytes = field(repr=False)

    def json(self, who: str) -> Any:
        """The answer as JSON.

        Raises:
            Unavailable: It is none.
        """
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise Unavailable(who, "its answer is no JSON") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Speaks to one API of one broker."""

    who: str
    base: str

    def call(
        self, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str]
    ) -> Answer:
        """Send one request and read the answer; nothing is retried and no redirect followed.

        Raises:
            Unavailable: Nothing was heard of us, or a read failed.
            OutcomeUnknown: What we sent may have been heard.
            AddressNotAllowed: We do not call such an address.
        """
        parts = urlsplit(self.base)
        connection = self._dial()
        try:
            target = f"{parts.path.rstrip('/')}{path}"
            connection.request(
                method, target, body or None, {"Accept": "application/json", **headers}
            )
            got = connection.getresponse()
            answer = Answer(status=got.status, body=got.read(LARGEST_ANSWER))
        except (OSError, http.client.HTTPException) as error:
            raise self._trouble(method, path, type(error).__name__) from error
        finally:
            connection.close()
        if answer.status >= SERVER_ERRORS:
            raise self._trouble(method, path, f"HTTP {answer.status}")
        return answer

    def _trouble(self, method: str, path: str, why: str) -> Exception:
        if method == "GET":
            return Unavailable(self.who, why)
        return OutcomeUnknown(f"{method} {path}", why)

    def _dial(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.base)
        host, near = parts.hostname or "", settings.ALLOW_PRIVATE_TRADING_SERVERS
        try:
            port = parts.port or USUAL_PORTS.get(parts.scheme, 0)
            if parts.scheme != "https" and not (near and parts.scheme == "http"):
                raise AddressNotAllowed
            address = egress.addresses(host, port, is_private_allowed=near)[0]
        except (egress.HostNotAllowed, ValueError) as error:
            raise AddressNotAllowed from error
        except egress.HostNotFound as error:
            raise Unavailable(self.who, "its name is not known") from error
        try:
            plain = socket.create_connection((address, port), timeout=CALL_SECONDS)
            if parts.scheme == "https":
                plain = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        except OSError as error:
            raise Unavailable(self.who, type(error).__name__) from error
        connection = http.client.HTTPConnection(host, port, timeout=CALL_SECONDS)
        connection.sock = plain
        return connection
