"""The HTTP server: loopback only, idempotency keys, API and pages."""

from __future__ import annotations

import base64
import hmac
import json
import logging
import secrets
import time
import urllib.parse

from devstack.loopback import LARGEST_BODY, LocalHandler, LocalServer
from devstack.stripe import renewals, routes
from devstack.stripe.control import control
from devstack.stripe.errors import StripeError
from devstack.stripe.pages import page
from devstack.stripe.store import Answer
from devstack.stripe.webhooks import Postman
from devstack.stripe.wire import parse
from devstack.stripe.world import API_VERSION, World

logger = logging.getLogger(__name__)


class Server(LocalServer):
    """A local Stripe that listens."""

    def __init__(self, world: World, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.world = world
        self.postman = Postman(world)
        if not world.base:
            world.base = self.address

    def run(self) -> int:
        """Serve, deliver and renew until Ctrl-C; the exit status."""
        self.postman.start()
        return super().run()

    def tick(self) -> None:
        """Renew and expire what is due."""
        now = int(time.time())
        with self.world.store.transaction():
            renewals.tick(self.world, now)
            renewals.expire_sessions(self.world, now)


class Handler(LocalHandler):
    """One connection."""

    server: Server
    names = LocalHandler.names | {"stripe.localhost"}

    def handle_call(self) -> None:
        """Answer one request."""
        url = urllib.parse.urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY:
            self.close_connection = True
            self._json(413, {"error": {"message": "Too large.", "type": "invalid_request_error"}})
            return
        body = self.rfile.read(length)
        if not self.is_loopback():
            self._json(421, {"error": {"message": "Loopback only.", "type": "api_error"}})
            return
        try:
            self._dispatch(url, body)
        except StripeError as error:
            self._json(error.status, error.body)
        except Exception:
            logger.exception("The local Stripe failed on %s %s", self.command, url.path)
            self._json(
                500, {"error": {"message": "A bug in the local Stripe.", "type": "api_error"}}
            )

    do_GET = do_POST = do_DELETE = handle_call  # noqa: N815 - the names http.server calls

    def _dispatch(self, url: urllib.parse.SplitResult, body: bytes) -> None:
        world = self.server.world
        if url.path.startswith("/v1/"):
            self._authorise()
            self._api(url, body.decode())
        elif url.path.startswith("/control/"):
            self._authorise()
            found = control(world, self.server.postman, f"{self.command} {url.path}", body)
            self._json(200, found)
        else:
            with world.store.lock:
                shown = page(world, self.command, url.path, parse(body.decode()))
            self.show(shown)

    def _api(self, url: urllib.parse.SplitResult, body: str) -> None:
        store = self.server.world.store
        key = self.headers.get("Idempotency-Key") if self.command == "POST" else None
        asked = f"{self.command} {url.path}?{url.query} {body}"
        with store.lock:
            known = store.answered(key) if key else None
            if known and known.asked != asked:
                raise StripeError(
                    400,
                    f"Keys for idempotent requests can only be used with the same parameters they "
                    f"were first used with. Try using a key other than '{key}'.",
                    kind="idempotency_error",
                )
            if known:
                self._send_json(known.status, known.body, {"Idempotent-Replayed": "true"})
                return
            status, answered = self._answer(url, body)
            if key and status in (200, 402):  # Stripe keeps no answer to what failed validation
                store.remember(key, Answer(asked=asked, status=status, body=answered))
        self._send_json(status, answered, {})

    def _answer(self, url: urllib.parse.SplitResult, body: str) -> tuple[int, str]:
        params = parse("&".join(part for part in (url.query, body) if part))
        try:
            found = routes.answer(self.server.world, self.command, url.path, params)
        except StripeError as error:
            return error.status, json.dumps(error.body)
        return 200, json.dumps(found)

    def _authorise(self) -> None:
        scheme, _, value = self.headers.get("Authorization", "").partition(" ")
        if scheme == "Basic":
            value = base64.b64decode(value + "==").decode(errors="replace").partition(":")[0]
        if not hmac.compare_digest(value.encode(), self.server.world.secret_key.encode()):
            raise StripeError(401, "Invalid API Key provided.")

    def _json(self, status: int, found: object) -> None:
        self._send_json(status, json.dumps(found), {})

    def _send_json(self, status: int, body: str, headers: dict[str, str]) -> None:
        extra = {
            "Request-Id": f"req_{secrets.token_hex(7)}",
            "Stripe-Version": API_VERSION,
            **headers,
        }
        if key := self.headers.get("Idempotency-Key"):
            extra["Idempotency-Key"] = key
        self.send(status, body.encode(), "application/json", extra)
