"""One TLS connection to an access server, and HTTP/1.1 on exactly that connection.

The socket is opened here, to an address that was checked, and handed to httpcore's single
connection class. That class speaks HTTP and cannot reconnect, retry or follow a redirect.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import select
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpcore

from provisioning.servers import egress
from provisioning.servers.adapters.mt5_web_api.failures import Broken, NotSent, Reason, Stage

CONNECT_S = 5.0
LARGEST_ANSWER = 32 * 1024 * 1024
"""The documented cap is 16 MB; more than twice that is no answer of a trading server."""

VERIFY_EXPIRED = 10
VERIFY_OTHER_NAME = frozenset({62, 64})


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a server is and how it proves who it is.

    By default its certificate must be valid for ``host`` and issued by a known authority; a
    broker may name its own authority (``authority_pem``) or pin one certificate
    (``fingerprint``, SHA-256 in lower-case hex).
    """

    host: str
    port: int
    authority_pem: str = ""
    fingerprint: str = ""
    is_private_allowed: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """A raw answer."""

    status: int
    content_type: str
    body: bytes = field(repr=False)


class Channel:
    """An open connection. Not safe for threads: its session holds the lock."""

    def __init__(self, endpoint: Endpoint, stream: _Stream) -> None:
        self._endpoint = endpoint
        self._stream = stream
        self._cookies: dict[str, str] = {}
        origin = httpcore.Origin(b"https", endpoint.host.encode(), endpoint.port)
        self._http = httpcore.HTTP11Connection(origin, stream)

    def is_open(self) -> bool:
        """Whether the peer has not hung up while nothing was said."""
        return self._http.is_idle() and not self._stream.has_news()

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError, httpcore.NetworkError):
            self._http.close()

    def exchange(self, method: str, target: str, body: bytes, *, within_s: float) -> Reply:
        """Send one request and read its answer, all within ``within_s`` seconds.

        Raises:
            Broken: It failed after the first byte may have left; the connection is closed.
        """
        self._stream.deadline = time.monotonic() + within_s
        request = httpcore.Request(
            method,
            f"https://{self._authority()}{target}",
            headers=self._headers(body),
            content=body,
        )
        try:
            response = self._http.handle_request(request)
            try:
                content = _capped(response.iter_stream())
            finally:
                response.close()
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.TimeoutException,
            httpcore.ConnectionNotAvailable,
        ) as error:
            self.close()
            raise Broken(type(error).__name__) from error
        headers = [(name.lower(), value) for name, value in response.headers]
        self._keep_cookies(headers)
        return Reply(response.status, _header(headers, b"content-type"), content)

    def _authority(self) -> str:
        host = f"[{self._endpoint.host}]" if ":" in self._endpoint.host else self._endpoint.host
        return f"{host}:{self._endpoint.port}"

    def _headers(self, body: bytes) -> list[tuple[str, str]]:
        headers = [
            ("Host", self._authority()),
            ("Connection", "keep-alive"),
            ("Accept", "application/json"),
            ("Content-Length", str(len(body))),
        ]
        if body:
            headers.append(("Content-Type", "application/json"))
        if self._cookies:
            pairs = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
            headers.append(("Cookie", pairs))
        return headers

    def _keep_cookies(self, headers: list[tuple[bytes, bytes]]) -> None:
        """Some installations send a cookie with the session; it lives as long as the connection."""
        for name, value in headers:
            if name == b"set-cookie":
                key, _, rest = value.decode("latin-1").partition("=")
                self._cookies[key.strip()] = rest.partition(";")[0]


def dial(endpoint: Endpoint) -> Channel:
    """Open a connection and make sure who is there.

    Raises:
        NotSent: With the stage it came to and the reason.
    """
    raw = connect(endpoint)
    try:
        secure = wrap(raw, endpoint)
    except BaseException:
        raw.close()
        raise
    return Channel(endpoint, _Stream(secure))


def connect(endpoint: Endpoint) -> socket.socket:
    """A TCP connection to the first checked address that answers.

    Raises:
        NotSent: The host is not allowed, unknown, closed or silent.
    """
    try:
        found = egress.addresses(
            endpoint.host, endpoint.port, is_private_allowed=endpoint.is_private_allowed
        )
    except egress.HostNotAllowed as error:
        raise NotSent(Stage.ADDRESS, Reason.HOST_NOT_ALLOWED) from error
    except egress.HostNotFound as error:
        raise NotSent(Stage.NAME, Reason.NAME_NOT_FOUND) from error
    reason = Reason.PORT_CLOSED
    for address in found:
        try:
            raw = socket.create_connection((address, endpoint.port), timeout=CONNECT_S)
        except TimeoutError:
            reason = Reason.NO_REPLY
        except OSError:
            reason = Reason.PORT_CLOSED
        else:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return raw
    raise NotSent(Stage.TCP, reason)


def wrap(raw: socket.socket, endpoint: Endpoint) -> ssl.SSLSocket:
    """TLS over a TCP connection, with the certificate checked as the endpoint asks.

    Raises:
        NotSent: It is not TLS, or not the certificate that may be trusted.
    """
    try:
        secure = _context(endpoint).wrap_socket(raw, server_hostname=endpoint.host)
    except ssl.SSLCertVerificationError as error:
        raise NotSent(Stage.CERTIFICATE, _why_untrusted(error)) from error
    except ssl.SSLError as error:
        is_plain = error.reason in {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"}
        raise NotSent(Stage.TLS, Reason.NOT_TLS if is_plain else Reason.TLS_FAILED) from error
    except TimeoutError as error:
        raise NotSent(Stage.TLS, Reason.NO_REPLY) from error
    except OSError as error:
        raise NotSent(Stage.TLS, Reason.TLS_FAILED) from error
    if endpoint.fingerprint and not _is_pinned(secure, endpoint.fingerprint):
        secure.close()
        raise NotSent(Stage.CERTIFICATE, Reason.CERTIFICATE_CHANGED)
    return secure


def fingerprint_of(certificate: bytes) -> str:
    """SHA-256 of a certificate (DER), lower-case hex."""
    return hashlib.sha256(certificate).hexdigest()


class _Stream(httpcore.NetworkStream):
    """A TLS socket with one deadline over all its reads and writes."""

    def __init__(self, secure: ssl.SSLSocket) -> None:
        self._secure = secure
        self.deadline = 0.0

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - one deadline instead
        with _translated(httpcore.ReadTimeout, httpcore.ReadError):
            self._secure.settimeout(self._left())
            return self._secure.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - see above
        with _translated(httpcore.WriteTimeout, httpcore.WriteError):
            self._secure.settimeout(self._left())
            self._secure.sendall(buffer)

    def close(self) -> None:
        self._secure.close()

    def get_extra_info(self, info: str) -> Any:
        return self._secure if info == "ssl_object" else None

    def has_news(self) -> bool:
        """Whether something waits to be read; between calls that can only be a farewell."""
        if self._secure.fileno() < 0 or self._secure.pending():
            return True
        readable, _, _ = select.select([self._secure], [], [], 0)
        return bool(readable)

    def _left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


@contextlib.contextmanager
def _translated(timeout: type[Exception], error: type[Exception]) -> Iterator[None]:
    try:
        yield
    except TimeoutError as caught:
        raise timeout from caught
    except OSError as caught:
        raise error from caught


def _context(endpoint: Endpoint) -> ssl.SSLContext:
    if endpoint.fingerprint:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # the pin is compared instead, right after
        return context
    return ssl.create_default_context(cadata=endpoint.authority_pem or None)


def _is_pinned(secure: ssl.SSLSocket, fingerprint: str) -> bool:
    certificate = secure.getpeercert(binary_form=True) or b""
    return hmac.compare_digest(fingerprint_of(certificate), fingerprint.lower())


def _why_untrusted(error: ssl.SSLCertVerificationError) -> Reason:
    if error.verify_code == VERIFY_EXPIRED:
        return Reason.CERTIFICATE_EXPIRED
    if error.verify_code in VERIFY_OTHER_NAME:
        return Reason.CERTIFICATE_OTHER_NAME
    return Reason.CERTIFICATE_UNKNOWN


def _capped(chunks: Iterator[bytes]) -> bytes:
    parts, size = [], 0
    for chunk in chunks:
        size += len(chunk)
        if size > LARGEST_ANSWER:
            raise httpcore.RemoteProtocolError("an answer without end")
        parts.append(chunk)
    return b"".join(parts)


def _header(headers: list[tuple[bytes, bytes]], name: bytes) -> str:
    values: Mapping[bytes, bytes] = dict(headers)
    return values.get(name, b"").decode("latin-1").lower()
