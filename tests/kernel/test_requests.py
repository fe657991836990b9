from __future__ import annotations

import pytest
import structlog
from django.http import HttpResponse
from django.test import RequestFactory

from kernel.logging import bind
from kernel.requests import HEADER, RequestId, client_address, request_id


def serve(**headers):
    seen = []

    def view(_request):
        seen.append(request_id())
        return HttpResponse()

    response = RequestId(view)(RequestFactory().get("/", headers=headers))
    return seen[0], response[HEADER]


def test_the_proxys_id_is_kept_and_told():
    assert serve(x_request_id="abc-12345678") == ("abc-12345678", "abc-12345678")


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "a b c d e f g", "newline\nX-Evil: 1", "<script>"]
)
def test_an_odd_id_is_replaced(given):
    inside, outside = serve(x_request_id=given)

    assert inside == outside != given
    assert len(inside) == 32


def test_what_was_said_of_one_request_is_not_said_of_the_next():
    bind(actor="person:1")

    inside, _ = serve()

    assert structlog.contextvars.get_contextvars() == {"request_id": inside}


def test_outside_a_request_there_is_none():
    structlog.contextvars.clear_contextvars()

    assert request_id() == ""


@pytest.mark.parametrize(
    ("hops", "said", "address"),
    [
        (0, "", "127.0.0.1"),
        (0, "6.6.6.6", "127.0.0.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "6.6.6.6, 203.0.113.7", "203.0.113.7"),
        (2, "6.6.6.6, 203.0.113.7, 10.0.0.1", "203.0.113.7"),
        (2, "203.0.113.7", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_only_our_own_proxies_are_believed(change_settings, hops, said, address):
    change_settings(PROXY_HOPS=hops)
    request = RequestFactory().get("/", headers={"x-forwarded-for": said})

    assert client_address(request) == address
