"""Where a broker may make us connect to: public addresses only, resolved once.

A name is resolved once, every address it has must be public, and the connection is made to the
address that was checked, so a name that changes its answer between check and use gains nothing.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)
USUAL_PORTS = frozenset({443, 1950})
FIRST_FREE_PORT = 1024
LAST_PORT = 65_535
LONGEST_NAME = 253

GLOBAL_UNICAST_6 = ipaddress.ip_network("2000::/3")
SPECIAL_6 = tuple(
    ipaddress.ip_network(block)
    for block in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: carries an IPv4 address inside
        "3fff::/20",  # documentation
    )
)
SPECIAL_4 = tuple(
    ipaddress.ip_network(block)
    for block in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)


class HostNotAllowed(Exception):
    """The host, one of its addresses, or the port is none we connect to."""


class HostNotFound(Exception):
    """The name has no address."""


def addresses(host: str, port: int, *, is_private_allowed: bool) -> tuple[str, ...]:
    """The checked addresses of a host, in the order of the resolver; talks to the DNS.

    Raises:
        HostNotAllowed: It is no plain name or address, or leads to a place that is not public.
        HostNotFound: The name has no address.
    """
    check_port(port, is_private_allowed=is_private_allowed)
    check_host(host, is_private_allowed=is_private_allowed)
    literal = _literal(host)
    found = [literal] if literal is not None else _resolved(host, port)
    for address in found:
        if not _may_connect(address, is_private_allowed=is_private_allowed):
            raise HostNotAllowed
    return tuple(str(address) for address in found)


def check_port(port: int, *, is_private_allowed: bool) -> None:
    """Refuse ports where other things than trading servers listen.

    Raises:
        HostNotAllowed: Below 1024 and neither 443 nor 1950, or no port at all.
    """
    if not 0 < port <= LAST_PORT:
        raise HostNotAllowed
    if port < FIRST_FREE_PORT and port not in USUAL_PORTS and not is_private_allowed:
        raise HostNotAllowed


def check_host(host: str, *, is_private_allowed: bool) -> None:
    """Refuse what is neither a plain name nor an address that may be connected to.

    Raises:
        HostNotAllowed: It is neither.
    """
    literal = _literal(host)
    if literal is None:
        check_name(host, is_private_allowed=is_private_allowed)
    elif not _may_connect(literal, is_private_allowed=is_private_allowed):
        raise HostNotAllowed


def check_name(host: str, *, is_private_allowed: bool) -> None:
    """Refuse what is no plain, fully qualified name; decimal and shortened addresses among it.

    Raises:
        HostNotAllowed: It is none.
    """
    labels = host.lower().split(".")
    is_plain = len(host) <= LONGEST_NAME and all(LABEL.fullmatch(label) for label in labels)
    if not is_plain or labels[-1].isdigit() or labels[-1].startswith("0x"):
        raise HostNotAllowed
    if is_private_allowed:
        return
    if len(labels) == 1 or labels[-1] in {"localhost", "local", "internal", "arpa"}:
        raise HostNotAllowed


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public Internet and hides no other inside."""
    if isinstance(address, ipaddress.IPv6Address):
        inside = address in GLOBAL_UNICAST_6
        return inside and not any(address in block for block in SPECIAL_6)
    return address.is_global and not any(address in block for block in SPECIAL_4)


def _may_connect(address: Address, *, is_private_allowed: bool) -> bool:
    return is_public(address) or (is_private_allowed and _is_near(address))


def _is_near(address: Address) -> bool:
    """Loopback and private networks: where a simulator may run. Never link-local (metadata)."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return False
    return (address.is_loopback or address.is_private) and not (
        address.is_link_local or address.is_multicast or address.is_unspecified
    )


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host) if "%" not in host else None
    except ValueError:
        return None


def _resolved(host: str, port: int) -> list[Address]:
    try:
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise HostNotFound from error
    found = dict.fromkeys(str(info[4][0]) for info in infos)
    if not found:
        raise HostNotFound
    try:
        return [ipaddress.ip_address(text) for text in found]
    except ValueError as error:
        raise HostNotAllowed from error
