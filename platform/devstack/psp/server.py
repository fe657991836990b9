"""The HTTP server: loopback only; the APIs, the pages and the control."""

from __future__ import annotations

import hmac
import json
import logging
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from devstack.psp import greenfield, payments
from devstack.psp.control import control
from devstack.psp.pages import page
from devstack.psp.postman import Postman
from devstack.psp.store import Refusal
from devstack.psp.world import World

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.5
LARGEST_BODY = 1_000_000
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "psp.localhost"})
CSP = "default-src 'none'; style-src 'self'; form-action *; frame-ancestors 'none'; base-uri 'none'"
PSP_API = "/psp"


class Server(ThreadingHTTPServer):
    """A local payment service that listens."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, world: World, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.world = world
        self.postman = Postman(world)
        if not world.base:
            world.base = f"http://localhost:{self.server_address[1]}"

    def run(self) -> None:
        """Serve, deliver and confirm coins until shut down."""
        self.postman.start()
        threading.Thread(target=self._tick, daemon=True, name="chain").start()
        self.serve_forever(poll_interval=0.1)

    def _tick(self) -> None:
        while True:
            time.sleep(TICK_SECONDS)
            try:
                greenfield.tick(self.world, now=time.time())
            except Exception:
                logger.exception("The chain failed")


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet

    def handle_call(self) -> None:
        """Answer one request."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY or not self._is_loopback():
            self.close_connection = True
            self._json(421, {"code": "loopback_only"})
            return
        body = self.rfile.read(length)
        try:
            self._dispatch(body)
        except Refusal as refusal:
            self._json(refusal.status, refusal.body)
        except (KeyError, ValueError) as error:
            self._json(400, {"code": "malformed", "message": str(error)})
        except Exception:
            logger.exception("The local PSP failed on %s %s", self.command, self.path)
            self._json(500, {"code": "bug"})

    do_GET = do_POST = handle_call  # noqa: N815 - the names http.server calls

    def _dispatch(self, body: bytes) -> None:
        world = self.server.world
        path = urllib.parse.urlsplit(self.path).path
        if path.startswith("/control/"):
            self._authorise()
            call = f"{self.command} {path}"
            self._json(200, control(world, self.server.postman, call, body))
            return
        if world.behaviour.down:
            raise Refusal(503, "down")
        headers = {name.lower(): value for name, value in self.headers.items()}
        if path.startswith(f"{PSP_API}/"):
            target = self.path.removeprefix(PSP_API)
            self._json(200, payments.answer(world, self.command, target, headers, body))
        elif path.startswith("/api/v1/"):
            found = greenfield.answer(world, self.command, self.path, headers, body)
            self._json(200, found)
        else:
            self._page(path, body)

    def _page(self, path: str, body: bytes) -> None:
        form = dict(urllib.parse.parse_qsl(body.decode()))
        shown = page(self.server.world, self.command, path, form)
        headers = {"Content-Security-Policy": CSP, "Cache-Control": "no-store"}
        if shown.location:
            headers["Location"] = shown.location.replace("\n", "").replace("\r", "")
        self._send(shown.status, shown.body.encode(), shown.content_type, headers)

    def _authorise(self) -> None:
        told = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(told.encode(), self.server.world.key.encode()):
            raise Refusal(401, "unauthenticated")

    def _is_loopback(self) -> bool:
        # A page elsewhere whose name resolves to 127.0.0.1 must not reach us.
        name = (self.headers.get("Host") or "").rpartition(":")[0] or self.headers.get("Host", "")
        return name in LOOPBACK_NAMES

    def _json(self, status: int, found: object) -> None:
        self._send(status, json.dumps(found).encode(), "application/json", {})

    def _send(self, status: int, body: bytes, content_type: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name http.server gives it
        """Say nothing of each request."""
