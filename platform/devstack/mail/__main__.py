"""Run the inbox: `python -m devstack.mail --smtp-port N --web-port N --dir FOLDER`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import types
from dataclasses import asdict
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from devstack.mail import pages
from devstack.mail.box import Box, Message

LARGEST_BYTES = 30_000_000
PAGE_POLICY = "default-src 'none'; frame-src 'self'; style-src 'unsafe-inline'"
# What a mail may do when shown: have styles and open links in a new tab; nothing is fetched.
MAIL_POLICY = "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data:"


class Sink:
    """Puts whatever arrives by SMTP into the box."""

    def __init__(self, box: Box) -> None:
        self._box = box

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take one message."""
        content = envelope.content or b""
        self._box.keep(
            list(envelope.rcpt_tos), content if isinstance(content, bytes) else content.encode()
        )
        return "250 stored"


class Reader(BaseHTTPRequestHandler):
    """Shows the box to a browser (`/`, `/m/<id>`) and to programs (`/api?to=..&after=..`)."""

    protocol_version = "HTTP/1.1"

    def __init__(self, box: Box, *args: object) -> None:
        self._box = box
        super().__init__(*args)  # type: ignore[arg-type]  # the three arguments of socketserver

    def do_GET(self) -> None:
        """Answer a page or JSON."""
        if not self._is_local():
            return self._send(HTTPStatus.FORBIDDEN, "Ask for localhost.", "text/plain")
        asked = urlsplit(self.path)
        kind, _, message_id = asked.path.strip("/").partition("/")
        if kind == "":
            return self._send(HTTPStatus.OK, pages.inbox(self._box.messages()))
        if kind == "api":
            return self._send_json(asked.query)
        return self._send_message(kind, message_id)

    def do_DELETE(self) -> None:
        """Empty the box."""
        if not self._is_local() or self.path != "/api":
            return self._send(HTTPStatus.FORBIDDEN, "DELETE /api empties the inbox.", "text/plain")
        self._box.empty()
        return self._send(HTTPStatus.OK, "[]", "application/json")

    def log_message(self, *_args: object) -> None:
        """Say nothing about requests."""

    def _is_local(self) -> bool:
        # A foreign page whose name was rebound to 127.0.0.1 must not read the mail.
        return self.headers.get("Host", "").rsplit(":", 1)[0] in {"localhost", "127.0.0.1"}

    def _send_json(self, query: str) -> None:
        asked = {key: values[0] for key, values in parse_qs(query).items()}
        found = self._box.messages(to=asked.get("to", ""), after=asked.get("after", ""))
        rows = [asdict(message) | {"links": message.links} for message in found]
        self._send(HTTPStatus.OK, json.dumps(rows), "application/json")

    def _send_message(self, kind: str, message_id: str) -> None:
        found = self._box.find(message_id)
        if found is None or kind not in {"m", "html", "raw"}:
            return self._send(HTTPStatus.NOT_FOUND, "There is no such page.", "text/plain")
        if kind == "m":
            return self._send(HTTPStatus.OK, pages.message(found))
        if kind == "raw":
            return self._send(HTTPStatus.OK, self._box.source(found.id) or "", "text/plain")
        return self._send_html_of(found)

    def _send_html_of(self, found: Message) -> None:
        self._send(HTTPStatus.OK, found.html, policy=MAIL_POLICY)

    def _send(
        self, status: HTTPStatus, body: str, kind: str = "text/html", policy: str = PAGE_POLICY
    ) -> None:
        content = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)


def main() -> None:
    """Serve SMTP and HTTP on loopback until told to stop."""
    parser = argparse.ArgumentParser(prog="devstack.mail", description=__doc__)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--web-port", type=int, required=True)
    parser.add_argument("--dir", type=Path, required=True)
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, _leave)
    box = Box(given.dir)
    smtp = Controller(
        Sink(box), hostname="127.0.0.1", port=given.smtp_port, data_size_limit=LARGEST_BYTES
    )
    smtp.start()
    web = ThreadingHTTPServer(("127.0.0.1", given.web_port), partial(Reader, box))
    print(f"smtp://127.0.0.1:{given.smtp_port} http://localhost:{given.web_port}", flush=True)
    web.serve_forever()


def _leave(_number: int, _frame: types.FrameType | None) -> None:
    os._exit(0)  # every message is on disk already


if __name__ == "__main__":
    main()
