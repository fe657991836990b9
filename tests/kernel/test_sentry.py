from __future__ import annotations

import gzip
import http.server
import json
import logging
import threading

import brotli
import pytest
import sentry_sdk
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from kernel import sentry
from kernel.errors import Refused
from kernel.pin import pin

CANARY = "canary-4711"


class Sink(http.server.BaseHTTPRequestHandler):
    """Takes what a Sentry server would take."""

    received: list[bytes]

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        unpack = {"br": brotli.decompress, "gzip": gzip.decompress}
        self.received.append(unpack[self.headers["Content-Encoding"]](body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args):
        pass


@pytest.fixture
def sink():
    handler = type("Handler", (Sink,), {"received": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sentry.start(
            dsn=f"http://key@127.0.0.1:{server.server_port}/1",
            environment="test",
            release="1",
            traces_sample_rate=1.0,
            auto_session_tracking=False,
        )
        yield lambda: told(handler.received)
        sentry_sdk.get_client().close()
        sentry_sdk.init(None)
        server.shutdown()


def told(received):
    sentry_sdk.flush(5)
    return b"\n".join(received).decode()


def fail(request):
    password = CANARY
    raise ValueError(f"{CANARY} {password} {request.POST}")


def fail_in_database(_request):
    logging.getLogger("test").error("mail to %s failed", f"{CANARY}@example.com")
    return HttpResponse()


urlpatterns = [
    path("fail/<str:who>/", lambda request, who: fail(request)),
    path("log/", fail_in_database),
]


@pytest.fixture
def client(change_settings):
    change_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[])
    return Client(raise_request_exception=False)


def test_no_canary_of_any_flow_reaches_sentry_vnd_07(sink, client, alpha):
    with pin(alpha.schema):
        sentry_sdk.set_user({"email": f"{CANARY}@example.com", "ip_address": CANARY})
        sentry_sdk.set_tag("email", CANARY)
        sentry_sdk.set_extra("phone", CANARY)
        sentry_sdk.add_breadcrumb(message=CANARY)
        client.post(
            "/fail/theo/?token=" + CANARY,
            {"password": CANARY, "first_name": CANARY},
            headers={"authorization": CANARY, "cookie": f"sessionid={CANARY}", "referer": CANARY},
        )
        client.get("/log/")

    said = sink()
    assert "ValueError" in said
    assert "mail to %s failed" in said
    assert CANARY not in said


def test_a_report_names_the_tenant_and_the_place(sink, alpha):
    with pin(alpha.schema):
        try:
            fail_here = {}
            fail_here["x"]
        except KeyError:
            sentry_sdk.capture_exception()

    (event,) = [json.loads(line) for line in sink().splitlines() if '"exception"' in line]
    assert event["tags"]["tenant"] == alpha.schema
    frame = event["exception"]["values"][0]["stacktrace"]["frames"][-1]
    assert frame["function"] == "test_a_report_names_the_tenant_and_the_place"
    assert "vars" not in frame


def test_a_refusal_is_no_fault(sink):
    sentry_sdk.capture_exception(Refused())

    assert '"exception"' not in sink()


def test_without_an_address_nothing_is_reported():
    sentry.start(dsn="", environment="test", release="1")

    assert sentry_sdk.get_client().transport is None
