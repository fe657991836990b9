"""Things that answer on a port and are no trading server."""

from __future__ import annotations

import http.server
import select
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<h1>Welcome</h1>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def plain_http(context: object | None = None) -> Iterator[int]:
    """A web server without TLS, or with it when ``context`` is given; its port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


class _Relay(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.target)) as far:  # type: ignore[attr-defined]
            ends = {self.request: far, far: self.request}
            while True:
                readable, _, _ = select.select(list(ends), [], [], 30)
                for one in readable:
                    piece = one.recv(65_536)
                    if not piece:
                        return
                    ends[one].sendall(piece)


@contextmanager
def forwarder(target: int, *, at: str = "127.0.0.1") -> Iterator[int]:
    """A port that passes everything on to another port of this machine."""
    with socketserver.ThreadingTCPServer((at, 0), _Relay) as server:
        server.daemon_threads = True
        server.target = target  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
