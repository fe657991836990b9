"""Each bad input has its own clear sentence, and what to do about it."""

from __future__ import annotations

import socket
import ssl
from dataclasses import replace

import pytest

from provisioning.servers import findings
from provisioning.servers.adapters.mt5_web_api.channel import Endpoint
from provisioning.servers.adapters.mt5_web_api.examine import KEYS, examine
from provisioning.servers.adapters.mt5_web_api.session import Credentials
from tests.provisioning.servers.conftest import RIGHTS
from tests.support.plain_servers import closed_port, plain_http
from tests.support.simulator import running

pytestmark = pytest.mark.no_database


@pytest.fixture
def look(simulator, endpoint):
    """Examine a connection and return what was found by check."""

    def run(where=endpoint, *, login=None, password=None, environment="both"):
        credentials = Credentials(login or simulator.login, password or simulator.password)
        return {one.key: one for one in examine(where, credentials, environment=environment)}

    return run


def verdicts(found):
    return {key: one.outcome for key, one in found.items() if one.outcome != "passed"}


def said(finding):
    return findings.sentence(finding.code, finding.facts)


def test_everything_passes_on_a_good_connection(look, server, login):
    found = look()

    assert tuple(found) == KEYS
    assert verdicts(found) == {}
    assert said(found["groups"]) == "9 groups are visible: 5 live, 4 demo."
    assert said(found["clock"]) == "The server's clock runs at UTC+3:00."


def test_every_code_has_a_sentence_and_every_check_a_name():
    assert set(findings.LABELS) == set(KEYS)
    for code, words in findings.WORDS.items():
        assert str(words.sentence), code


@pytest.mark.parametrize("host", ["127.1", "localhost/", "10.0.0.1", "169.254.169.254"])
def test_a_host_that_is_not_allowed(look, endpoint, host):
    found = look(replace(endpoint, host=host, is_private_allowed=False))

    assert list(found) == ["address"]
    assert said(found["address"]) == "This address cannot be used for a trading server."


def test_a_name_that_leads_to_a_private_address(look, endpoint, monkeypatch):
    infos = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.1.2.3", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: infos)

    found = look(replace(endpoint, host="mt5.broker.example", port=443, is_private_allowed=False))

    assert said(found["dns"]) == "mt5.broker.example leads to an address that is not public."


def test_a_wrong_host(look, endpoint, monkeypatch):
    def unknown(*_args, **_kwargs):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    found = look(replace(endpoint, host="mt5.broker.example"))

    assert said(found["dns"]) == "There is no server named mt5.broker.example in the DNS."
    assert "spelling" in findings.advice(found["dns"].code, found["dns"].facts)


def test_a_closed_port(look, endpoint):
    port = closed_port()

    found = look(replace(endpoint, port=port))

    assert said(found["tcp"]) == f"Nothing answers on port {port} of 127.0.0.1."


def test_a_plain_http_server(look, endpoint):
    with plain_http() as port:
        found = look(replace(endpoint, port=port))

    assert list(found) == ["address", "dns", "tcp", "tls"]
    assert said(found["tls"]) == (
        f"Port {port} answers without encryption: a plain HTTP server or another service."
    )


def test_a_web_server_that_is_no_trading_server(look, endpoint, simulator):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = simulator.card["certificate"]
    context.load_cert_chain(certificate, certificate.replace("server.crt", "server.key"))
    with plain_http(context) as port:
        found = look(replace(endpoint, port=port))

    assert said(found["sign_in"]) == ("Something answers there, but it is no MetaTrader 5 Web API.")


def test_a_self_signed_certificate_is_shown_with_its_fingerprint(look, simulator):
    plain = Endpoint(host="127.0.0.1", port=simulator.port, is_private_allowed=True)

    found = look(plain)

    assert verdicts(found) == {"certificate": "failed"}
    assert found["certificate"].code == "certificate_unknown"
    assert found["certificate"].facts["fingerprint"] == simulator.fingerprint
    assert found["certificate"].facts["subject"] == "Simulated trading server"
    pinned = look(replace(plain, fingerprint=simulator.fingerprint))
    assert pinned["certificate"].code == "certificate_pinned"


def test_another_certificate_than_the_pinned_one(look, simulator):
    plain = Endpoint(
        host="127.0.0.1", port=simulator.port, fingerprint="ab" * 32, is_private_allowed=True
    )

    found = look(plain)

    assert found["certificate"].code == "certificate_changed"
    assert found["certificate"].facts["fingerprint"] == simulator.fingerprint


def test_a_certificate_for_another_name(look, endpoint, simulator, monkeypatch):
    infos = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", simulator.port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: infos)

    found = look(replace(endpoint, host="mt5.broker.example"))

    assert said(found["certificate"]) == (
        "The certificate was made for another name than mt5.broker.example."
    )
    assert found["certificate"].facts["fingerprint"] == simulator.fingerprint


def test_an_expired_certificate_even_when_it_is_pinned(look, tmp_path):
    with running(tmp_path, "--certificate-days", "-3") as old:
        here = Endpoint(
            host="127.0.0.1",
            port=old.port,
            authority_pem=old.authority_pem,
            is_private_allowed=True,
        )
        pinned = replace(here, authority_pem="", fingerprint=old.fingerprint)
        found = [look(where)["certificate"] for where in (here, pinned)]

    assert {one.code for one in found} == {"certificate_expired"}
    assert said(found[0]).startswith("The certificate expired on ")


def test_a_wrong_password(look, simulator):
    found = look(password="Wrong1!pass")

    assert said(found["sign_in"]) == "The server did not accept the password of manager 1000."
    assert "API password" in findings.advice(found["sign_in"].code, found["sign_in"].facts)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"is_enabled": 0}, "The manager account 1000 is disabled."),
        (
            {"must_change": 1},
            "The password of manager 1000 must be changed before it can be used.",
        ),
        (
            {"permissions": "read_accounts"},
            "The account 1000 has no manager configuration that may connect.",
        ),
    ],
)
def test_a_manager_that_may_not_sign_in(look, simulator, change, sentence):
    simulator.order("/managers", login=1000, **change)

    assert said(look()["sign_in"]) == sentence


def test_a_manager_that_does_not_exist(look):
    assert said(look(login=4711)["sign_in"]) == "The server has no manager account 4711."


@pytest.mark.parametrize(
    ("right", "outcome"),
    [
        ("read_accounts", "failed"),
        ("modify_accounts", "failed"),
        ("accountant", "failed"),
        ("read_orders", "failed"),
        ("personal_data", "failed"),
        ("dealer", "warned"),
    ],
)
def test_a_missing_right_is_named_with_what_breaks_without_it(
    look, simulator, login, right, outcome
):
    kept = ",".join(one for one in RIGHTS.split(",") if one != right)
    simulator.order("/managers", login=1000, permissions=kept)

    found = look()

    assert found[right].outcome == outcome
    assert found[right].code == f"{right}_missing"
    assert said(found[right]).startswith("Without the right ")
    if right != "read_accounts":  # without it nobody's personal data can be looked at either
        assert verdicts(found) == {right: outcome}


def test_a_manager_without_groups(look, simulator):
    simulator.order("/managers", login=1000, groups="nothing\\*")

    found = look()

    assert said(found["groups"]) == "The manager account sees no group at all."


def test_groups_of_one_kind_only_are_worth_knowing(look, simulator):
    simulator.order("/managers", login=1000, groups="real\\*")

    assert look()["groups"].code == "no_demo_groups"
    assert look(environment="live")["groups"].code == "groups_ok"


@pytest.mark.parametrize(("skew_hours", "wrong_by"), [(5, "+5:00"), (-9, "-9:00"), (20, "+20:00")])
def test_a_clock_that_is_hours_wrong(look, simulator, skew_hours, wrong_by):
    simulator.order("/clock", skew_seconds=skew_hours * 3600)

    found = look()

    assert found["clock"].outcome == "failed"
    assert said(found["clock"]).startswith(f"The server's clock is wrong by {wrong_by} hours")


def test_a_clock_that_is_a_minute_wrong_is_worth_knowing(look, simulator, login):
    simulator.order("/clock", skew_seconds=60)

    found = look()

    assert verdicts(found) == {"clock": "warned"}


def test_the_test_changes_nothing_on_the_server(look, simulator, login):
    before = simulator.ask("/state")

    look()

    after = simulator.ask("/state")
    assert (after["users"], after["deals"]) == (before["users"], before["deals"])
