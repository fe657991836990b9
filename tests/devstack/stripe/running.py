"""A local Stripe as a process of its own, a place that hears its webhooks, and a browser."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import stripe

ROOT = Path(__file__).resolve().parents[3]
KEY = "sk_test_of_the_tests"
SECRET = "whsec_of_the_tests"
PATIENCE = 10


@dataclass(frozen=True)
class Delivery:
    """One webhook as it came over the wire."""

    body: bytes
    signature: str

    @property
    def event(self):
        return json.loads(self.body)


class Ear:
    """Hears webhooks; answers ``status``."""

    def __init__(self) -> None:
        self.heard: queue.Queue[Delivery] = queue.Queue()
        self.status = 200
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                ear.heard.put(Delivery(body, self.headers["Stripe-Signature"]))
                self.send_response(ear.status)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/stripe/"

    def next(self, kind: str | None = None) -> Delivery:
        """The next webhook, or the next of a kind; others are passed over."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            delivery = self.heard.get(timeout=PATIENCE)
            if kind in (None, delivery.event["type"]):
                return delivery
        raise AssertionError(f"no {kind} came")

    def all(self, *, quiet_for: float = 0.6) -> list[Delivery]:
        """Every webhook until none has come for a while."""
        found = []
        while True:
            try:
                found.append(self.heard.get(timeout=quiet_for))
            except queue.Empty:
                return found

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass
class LocalStripe:
    base: str
    ear: Ear
    key: str = KEY
    secret: str = SECRET
    client: stripe.StripeClient = field(init=False)

    def __post_init__(self):
        self.client = stripe.StripeClient(
            self.key, base_addresses={"api": self.base}, max_network_retries=0
        )

    @property
    def api(self):
        return self.client.v1

    def control(self, call: str, **wanted):
        """``control("POST behaviour", hold=True)``."""
        method, name = call.split()
        request = urllib.request.Request(
            f"{self.base}/control/{name}",
            json.dumps(wanted).encode() if method == "POST" else None,
            {"Authorization": f"Bearer {self.key}"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def news(self) -> list[Delivery]:
        """Every webhook sent by now; those on their way are waited for."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            states = {one["state"] for one in self.control("GET deliveries")}
            if not states & {"due", "sending"}:
                break
            time.sleep(0.02)
        return self.ear.all(quiet_for=0.01)

    def begin_anew(self):
        self.ear.status = 200
        self.control("POST behaviour")
        self.control("POST wipe")
        self.ear.all(quiet_for=0.05)


@contextmanager
def local_stripe(folder: Path, ear: Ear):
    """Run one over the state in ``folder``."""
    environment = {
        **os.environ,
        "STRIPE_SECRET_KEY": KEY,
        "STRIPE_WEBHOOK_SECRET": SECRET,
        "PYTHONPATH": str(ROOT / "platform"),
    }
    arguments = ["--port", "0", "--state", str(folder), "--webhook-url", ear.url]
    process = subprocess.Popen(
        [sys.executable, "-m", "devstack.stripe", *arguments],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        first = process.stdout.readline()
        base = next(word.rstrip(",") for word in first.split() if word.startswith("http"))
        yield LocalStripe(base, ear)
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()


@dataclass(frozen=True)
class Seen:
    status: int
    text: str
    location: str


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


_browser = urllib.request.build_opener(_Stay)


def browse(url: str, **form: str) -> Seen:
    """Open a page, or send its form, without following a redirect."""
    data = urllib.parse.urlencode(form).encode() if form else None
    try:
        with _browser.open(url, data=data, timeout=30) as answer:
            return Seen(answer.status, answer.read().decode(), "")
    except urllib.error.HTTPError as answer:
        with answer:
            return Seen(answer.code, answer.read().decode(), answer.headers["Location"] or "")


def pay(url: str, number: str = "4242424242424242", **more: str) -> Seen:
    """Fill in the card form of a page and send it."""
    card = {"cardNumber": number, "cardExpiry": "12 / 34", "cardCvc": "123"}
    return browse(url, **card, **more)
