from __future__ import annotations

import pytest
from django.test import Client


def ask(vendor, domain, **more):
    return vendor.client().get("/internal/may-issue", {"domain": domain}, **more).status_code


def test_certificates_are_for_hosts_that_somebody_proved_dom_06(alpha, vendor):
    assert ask(vendor, "alpha.localhost") == 200
    assert [ask(vendor, f"x{n}.example") for n in range(20)] == [403] * 20
    assert ask(vendor, "") == 403


def test_only_this_machine_may_ask_dom_06(alpha, vendor):
    assert ask(vendor, "alpha.localhost", REMOTE_ADDR="203.0.113.9") == 403
    assert ask(vendor, "alpha.localhost", headers={"x-forwarded-for": "203.0.113.9"}) == 403


def test_the_question_does_not_exist_on_a_brokers_host(alpha):
    assert (
        alpha.client().get("/internal/may-issue", {"domain": "alpha.localhost"}).status_code == 404
    )


@pytest.mark.parametrize(
    "host",
    ["gamma.localhost", "alpha.localhost.evil.example", "", "alpha.localhost@evil", "127.0.0.1",
     "alpha..localhost", "xn--", "alpha.localhost:80:80", "a" * 300, "[::1]", "alpha_localhost"],
)  # fmt: skip
def test_an_unknown_or_odd_host_is_not_found_and_nothing_is_written_dom_01(alpha, host, queries):
    with queries(0):
        answer = Client(headers={"host": host}).get("/room/")

    assert answer.status_code == 404
    assert answer.content == b"Not found"


def test_only_the_host_header_is_believed_dom_01(alpha, beta):
    answer = alpha.client().get("/accounts/login/", headers={"x-forwarded-host": beta.host})

    assert "Alpha Markets" in answer.content.decode()
    assert "Beta Capital" not in answer.content.decode()


def test_a_suspended_broker_says_so_and_serves_nothing(alpha, vendor):
    from tenants import services
    from tests.support.tenants import SYSTEM

    with vendor.pin():
        services.suspend(alpha.info.id, reason="unpaid", by=SYSTEM)

    answer = alpha.client().get("/accounts/login/")

    assert answer.status_code == 503
    assert "Alpha Markets" in answer.content.decode()
    assert "unpaid" not in answer.content.decode()
