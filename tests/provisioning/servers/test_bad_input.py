"""Everything that can be entered wrongly, through the wizard: a clear sentence and what to do."""

from __future__ import annotations

import socket
import ssl

import pytest

from provisioning.servers import services
from provisioning.servers.adapters.mt5_web_api import channel
from provisioning.servers.models import Probe, Server
from tests.provisioning.servers.conftest import RIGHTS
from tests.support.plain_servers import closed_port, forwarder, plain_http
from tests.support.simulator import running

CONNECT = "/office/provisioning/servers/connect/"


@pytest.fixture
def entered(alpha, ada, simulator, monkeypatch):
    """Enter a connection, let it be tested, and return the page that Ada reads."""
    from provisioning.servers import tasks

    monkeypatch.setattr(tasks.run_probe, "send", lambda *_: None)
    desk = alpha.signed_in(ada, fresh=True)
    usual = {
        "name": "Alpha-Server",
        "environment": "both",
        "host": "127.0.0.1",
        "port": simulator.port,
        "login": simulator.login,
        "password": simulator.password,
        "authority_pem": simulator.authority_pem,
    }

    def enter(**change):
        answer = desk.post(CONNECT, {**usual, **change})
        if answer.status_code != 302:
            return text_of(answer)
        with alpha.pin():
            services.run_probe(Probe.objects.get().pk)
            assert Server.objects.get().state == "draft"
        return text_of(desk.get(answer.headers["Location"]))

    yield enter
    services.close_sessions()


def text_of(answer):
    from html import unescape

    return " ".join(unescape(answer.content.decode()).split())


def test_a_wrong_host(entered):
    page = entered(host="no-such-server.invalid")

    assert "There is no server named no-such-server.invalid in the DNS." in page
    assert "Check the spelling." in page


def test_a_closed_port(entered):
    port = closed_port()
    page = entered(port=port)

    assert f"Nothing answers on port {port} of 127.0.0.1." in page
    assert "usually 443 or 1950" in page


def test_a_plain_http_server(entered):
    with plain_http() as port:
        page = entered(port=port)

    assert f"Port {port} answers without encryption" in page
    assert "The Web API speaks TLS only." in page


def test_a_web_server_that_is_no_trading_server(entered, simulator):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = simulator.card["certificate"]
    context.load_cert_chain(certificate, certificate.replace("server.crt", "server.key"))
    with plain_http(context) as port:
        page = entered(port=port)

    assert "Something answers there, but it is no MetaTrader 5 Web API." in page
    assert "Check host and port" in page


def test_a_server_that_takes_the_connection_and_says_nothing(entered, monkeypatch):
    monkeypatch.setattr(channel, "CONNECT_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        page = entered(port=silent.getsockname()[1])

    assert "does not reply at all." in page
    assert "Let our addresses through" in page


def test_a_slow_server(entered, simulator):
    simulator.fault("late", "/api/test/access", times=5, seconds=0.85)

    page = entered()

    assert "ms to answer." in page
    assert "An access server closer to us would help." in page
    assert "Choose groups" in page  # worth knowing, and no obstacle


def test_a_wrong_password(entered):
    page = entered(password="Wr0ng!pass")

    assert "The server did not accept the password of manager 1000." in page
    assert "It asks for the API password" in page


def test_a_disabled_manager(entered, simulator):
    simulator.order("/managers", login=1000, is_enabled=0)

    page = entered()

    assert "The manager account 1000 is disabled." in page
    assert "Change this in MetaTrader 5 Administrator" in page


@pytest.mark.parametrize(
    ("right", "breaks"),
    [
        ("read_accounts", "no balance can be shown"),
        ("personal_data", "names come back empty"),
        ("modify_accounts", "no account can be opened or changed"),
        ("accountant", "no deposit or withdrawal can be booked"),
        ("read_orders", "there is no history"),
    ],
)
def test_a_missing_right(entered, simulator, login, right, breaks):
    kept = ",".join(one for one in RIGHTS.split(",") if one != right)
    simulator.order("/managers", login=1000, permissions=kept)

    page = entered()

    assert breaks in page
    assert "Change this in MetaTrader 5 Administrator" in page
    assert "Choose groups" not in page


def test_an_expired_certificate(entered, tmp_path):
    with running(tmp_path, "--certificate-days", "-3") as old:
        page = entered(port=old.port, authority_pem=old.authority_pem)

    assert "The certificate expired on " in page
    assert "Install a new certificate" in page


def test_a_self_signed_certificate(entered, simulator):
    page = entered(authority_pem="")

    assert "Nobody we know vouches for this certificate" in page
    assert simulator.fingerprint in page
    assert "Compare its fingerprint" in page


def test_a_certificate_for_another_name(entered, simulator):
    with forwarder(simulator.port, at="127.0.0.2") as port:
        page = entered(host="127.0.0.2", port=port)

    assert "The certificate was made for another name than 127.0.0.2." in page
    assert "Enter the name that is in the certificate" in page


def test_a_clock_that_is_hours_wrong(entered, simulator):
    simulator.order("/clock", skew_seconds=5 * 3600)

    page = entered()

    assert "The server's clock is wrong by +5:00 hours" in page
    assert "Set the clock or the time zone" in page


def test_no_groups(entered, simulator):
    simulator.order("/managers", login=1000, groups="nothing\\*")

    page = entered()

    assert "The manager account sees no group at all." in page
    assert "Add the groups that your clients use" in page


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "0x7f.1", "2130706433"],
)
def test_ssr_01_an_address_that_is_not_public(entered, settings_override, host):
    with settings_override(ALLOW_PRIVATE_TRADING_SERVERS=False):
        page = entered(host=host, port=443)

    assert "This address cannot be used." in page
    assert "Give the public name or address of your server" in page


@pytest.mark.parametrize("leads_to", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1"])
def test_ssr_01_a_name_that_leads_to_an_address_that_is_not_public(
    entered, settings_override, monkeypatch, leads_to
):
    _resolve(monkeypatch, "mt5.broker.example", [leads_to])

    with settings_override(ALLOW_PRIVATE_TRADING_SERVERS=False):
        page = entered(host="mt5.broker.example", port=443)

    assert "mt5.broker.example leads to an address that is not public." in page
    assert "Point the name to the public address" in page


def test_ssr_01_a_name_that_changes_its_answer_gains_nothing(monkeypatch):
    """DNS rebinding: the address that was checked is the one that is connected to."""
    _resolve(monkeypatch, "mt5.broker.example", ["93.184.215.14"], ["127.0.0.1"])
    dialled = []

    def note(place, **_):
        dialled.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", note)
    here = channel.Endpoint(host="mt5.broker.example", port=443)

    with pytest.raises(channel.NotSent) as first:
        channel.connect(here)
    with pytest.raises(channel.NotSent) as second:
        channel.connect(here)

    assert dialled == [("93.184.215.14", 443)]  # never the name, never the second answer
    assert (first.value.reason, second.value.reason) == ("port_closed", "host_not_allowed")


def test_a_group_that_vanished_between_test_and_choice(alpha, ada, draft_id, simulator):
    from tests.support.tenants import SYSTEM

    desk = alpha.signed_in(ada, fresh=True)
    simulator.order("/groups", name="real\\brief-usd", template="real\\standard-usd")
    with alpha.pin():
        services.probe(draft_id, by=SYSTEM)
    simulator.order("/groups", name="real\\brief-usd", remove=1)
    with alpha.pin():
        services.probe(draft_id, by=SYSTEM)
    url = f"/office/provisioning/servers/{draft_id}/groups/"

    assert "Gone from the server" in text_of(desk.get(url))
    answer = desk.post(url, {"groups": ["real\\brief-usd"]})
    assert answer.status_code == 422
    assert "real\\brief-usd" in text_of(answer)


def _resolve(monkeypatch, name, *answers):
    real, left = socket.getaddrinfo, list(answers)

    def look_up(host, port, *args, **more):
        if host != name:
            return real(host, port, *args, **more)
        found = left.pop(0) if len(left) > 1 else left[0]
        return [
            (
                socket.AF_INET6 if ":" in one else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (one, port),
            )
            for one in found
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
