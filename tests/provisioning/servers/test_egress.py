"""SSR-01: outbound only to public, checked addresses."""

from __future__ import annotations

import ipaddress
import socket

import pytest

from provisioning.servers import egress

pytestmark = pytest.mark.no_database

BYPASSES = [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.0.0.1.",
    "localhost", "localhost.localdomain.localhost", "0.0.0.0", "0", "10.0.0.1", "172.16.5.4",
    "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.8", "198.18.0.1", "224.0.0.1",
    "255.255.255.255", "::1", "::", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1",
    "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "64:ff9b::7f00:1", "2002:7f00:1::",
    "2001:0:7f00:1::", "2001:db8::1", "ff02::1", "mt5.example.com\r\nHost: x", "mt5.example.com/x",
    "user@mt5.example.com", "mt5.example.com:443", "https://mt5.example.com", "mt5 .example.com",
    "[::1]", "-mt5.example.com", "mt5..example.com", "mt5_1.example.com", "printer.local",
    "metadata.google.internal", "1.0.0.127.in-addr.arpa", "", "a" * 64 + ".com",
    "mt5.example.com\x00", "ⓔxample.com", "127。0。0。1",
]  # fmt: skip


@pytest.mark.parametrize("host", BYPASSES)
def test_ssr_01_no_bypass_passes(host):
    with pytest.raises(egress.HostNotAllowed):
        egress.addresses(host, 443, is_private_allowed=False)


@pytest.mark.parametrize("host", ["8.8.8.8", "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_ssr_01_a_public_address_passes(host):
    assert egress.addresses(host, 443, is_private_allowed=False) == (host,)


@pytest.mark.parametrize(
    "name", ["mt5.broker.example", "MT5.Broker.example", "xn--bcher-kva.example"]
)
def test_plain_names_pass_the_look_at_the_name(name):
    egress.check_host(name, is_private_allowed=False)


@pytest.mark.parametrize(
    ("answers", "is_allowed"),
    [
        (["93.184.216.34"], True),
        (["93.184.216.34", "10.0.0.1"], False),
        (["::ffff:10.0.0.1"], False),
        (["fe80::1%2"], False),
        (["169.254.169.254"], False),
    ],
)
def test_ssr_01_every_address_of_a_name_must_be_public(monkeypatch, answers, is_allowed):
    infos = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answer, 443)) for answer in answers]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: infos)

    if is_allowed:
        found = egress.addresses("mt5.broker.example", 443, is_private_allowed=False)
        assert found == tuple(answers)
    else:
        with pytest.raises(egress.HostNotAllowed):
            egress.addresses("mt5.broker.example", 443, is_private_allowed=False)


def test_ssr_01_a_name_is_resolved_once_for_check_and_use(monkeypatch):
    asked = []

    def rebinding(*_args, **_kwargs):
        asked.append(1)
        address = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)

    assert egress.addresses("rebind.example", 443, is_private_allowed=False) == ("93.184.216.34",)
    assert len(asked) == 1


@pytest.mark.parametrize("port", [0, 22, 25, 80, 1023, 65_536, -1])
def test_ports_of_other_services_are_refused(port):
    with pytest.raises(egress.HostNotAllowed):
        egress.check_port(port, is_private_allowed=False)


@pytest.mark.parametrize("port", [443, 1950, 1024, 8443, 65_535])
def test_ports_of_trading_servers_are_allowed(port):
    egress.check_port(port, is_private_allowed=False)


@pytest.mark.parametrize("host", ["169.254.169.254", "fe80::1", "0.0.0.0", "224.0.0.1", "::"])
def test_metadata_stays_closed_where_private_servers_are_allowed(host):
    with pytest.raises(egress.HostNotAllowed):
        egress.addresses(host, 443, is_private_allowed=True)


def test_a_simulator_may_be_reached_where_the_deployment_says_so():
    assert egress.addresses("127.0.0.1", 443, is_private_allowed=True) == ("127.0.0.1",)
    assert "127.0.0.1" in egress.addresses("localhost", 443, is_private_allowed=True)


def test_an_unknown_name_is_told_apart(monkeypatch):
    def unknown(*_args, **_kwargs):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    with pytest.raises(egress.HostNotFound):
        egress.addresses("nowhere.example", 443, is_private_allowed=False)


def test_embedded_ipv4_is_never_public():
    for text in ("::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"):
        assert not egress.is_public(ipaddress.ip_address(text))
