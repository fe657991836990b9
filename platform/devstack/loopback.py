"""What the local payment services share: an HTTP server for this machine alone, with pages."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

logger = logging.getLogger(__name__)

LARGEST_BODY = 1_000_000
CSP = "default-src 'none'; style-src 'self'; form-action *; frame-ancestors 'none'; base-uri 'none'"
STYLE = Path(__file__).with_suffix(".css")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a browser is answered with: HTML, or a redirect when ``location`` is set."""

    status: int = 200
    body: str = ""
    location: str = ""
    content_type: str = "text/html; charset=utf-8"


def style() -> Page:
    """The style sheet of every local service."""
    return Page(body=STYLE.read_text("utf-8"), content_type="text/css; charset=utf-8")


class LocalServer(ThreadingHTTPServer):
    """Listens on loopback, and does by itself what time brings."""

    daemon_threads = True
    request_queue_size = 128
    tick_seconds = 5.0

    @property
    def address(self) -> str:
        """Where it is reached."""
        return f"http://localhost:{self.server_address[1]}"

    def tick(self) -> None:
        """What time brings, every ``tick_seconds``."""

    def run(self) -> int:
        """Serve until Ctrl-C; the exit status."""
        threading.Thread(target=self._keep_ticking, daemon=True, name="ticks").start()
        try:
            self.serve_forever(poll_interval=0.1)
        except KeyboardInterrupt:
            return 0
        finally:
            self.server_close()
        return 0

    def _keep_ticking(self) -> None:
        while True:
            time.sleep(self.tick_seconds)
            try:
                self.tick()
            except Exception:
                logger.exception("What time brings has failed")


class LocalHandler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet: two cost 40 ms of delayed ACK a call
    names = frozenset({"127.0.0.1", "localhost"})
    """The hosts under which it answers."""

    def is_loopback(self) -> bool:
        """Whether it was called by a name of ours.

        A page elsewhere whose name resolves to 127.0.0.1 must not reach us.
        """
        name = (self.headers.get("Host") or "").rpartition(":")[0] or self.headers.get("Host", "")
        return name in self.names

    def show(self, page: Page) -> None:
        """Answer a browser."""
        headers = {"Content-Security-Policy": CSP, "Cache-Control": "no-store"}
        if page.location:
            headers["Location"] = page.location
        self.send(page.status, page.body.encode(), page.content_type, headers)

    def send(self, status: int, body: bytes, content_type: str, headers: dict[str, str]) -> None:
        """Answer; line breaks in headers are dropped."""
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value.replace("\n", "").replace("\r", ""))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name http.server gives it
        """Say nothing of each request."""
