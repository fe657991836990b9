"""The HTTP server: loopback only; the APIs, the pages and the control."""

from __future__ import annotations

import hmac
import json
import logging
import time
import urllib.parse

from devstack.loopback import LARGEST_BODY, LocalHandler, LocalServer
from devstack.psp import greenfield, payments
from devstack.psp.control import control
from devstack.psp.pages import page
from devstack.psp.postman import Postman
from devstack.psp.store import Refusal
from devstack.psp.world import World

logger = logging.getLogger(__name__)

PSP_API = "/psp"


class Server(LocalServer):
    """A local payment service that listens."""

    tick_seconds = 0.5

    def __init__(self, world: World, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.world = world
        self.postman = Postman(world)
        if not world.base:
            world.base = self.address

    def run(self) -> int:
        """Serve, deliver and confirm coins until Ctrl-C; the exit status."""
        self.postman.start()
        return super().run()

    def tick(self) -> None:
        """Confirm coins."""
        greenfield.tick(self.world, now=time.time())


class Handler(LocalHandler):
    """One connection."""

    server: Server
    names = LocalHandler.names | {"psp.localhost"}

    def handle_call(self) -> None:
        """Answer one request."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY or not self.is_loopback():
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
        self.show(page(self.server.world, self.command, path, form))

    def _authorise(self) -> None:
        told = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(told.encode(), self.server.world.key.encode()):
            raise Refusal(401, "unauthenticated")

    def _json(self, status: int, found: object) -> None:
        self.send(status, json.dumps(found).encode(), "application/json", {})
