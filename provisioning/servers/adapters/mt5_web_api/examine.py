"""A connection tried step by step: each check named, each with a code for what was found."""

from __future__ import annotations

import datetime as dt
import ssl
import statistics
import time
from collections.abc import Callable, Iterator, Mapping

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from kernel import clock
from kernel.errors import Refused, Unavailable
from provisioning.servers import egress
from provisioning.servers.adapters.mt5_web_api import rights
from provisioning.servers.adapters.mt5_web_api.adapter import Mt5WebApi
from provisioning.servers.adapters.mt5_web_api.channel import (
    Endpoint,
    connect,
    fingerprint_of,
    wrap,
)
from provisioning.servers.adapters.mt5_web_api.failures import NotSent, Reason, Stage
from provisioning.servers.adapters.mt5_web_api.finding import FAILED, PASSED, WARNED, Finding
from provisioning.servers.adapters.mt5_web_api.session import Credentials, Session
from provisioning.servers.types import Group

SOON = dt.timedelta(days=21)
SLOW_MS = 800
EARLIEST, LATEST = dt.timedelta(hours=-12), dt.timedelta(hours=14)
CLOCK_TOLERANCE = dt.timedelta(minutes=10)
SUMMER_TIME = dt.timedelta(hours=1)
DRIFT_WORTH_KNOWING = dt.timedelta(seconds=30)
RETCODES: Mapping[int, str] = {
    1001: "manager_unknown",
    1002: "manager_disabled",
    1011: "manager_not_configured",
    1012: "our_address_not_listed",
    1026: "password_must_change",
    1034: "api_disabled",
}


KEYS = (  # all checks in their order; a failed one of the first six ends the test
    "address", "dns", "tcp", "tls", "certificate", "sign_in", "groups",
    *(right.key for right in rights.RIGHTS), "personal_data", "clock", "latency",
)  # fmt: skip


def examine(endpoint: Endpoint, credentials: Credentials, *, environment: str) -> Iterator[Finding]:
    """Check after check, as each is done; ends early when nothing further can be reached.

    Needs a network and no transaction. ``environment`` is ``live``, ``demo`` or ``both``.
    """
    for check in (_address, _dns, _tcp, _certified):
        ended = False
        for finding in _timed(lambda check=check: check(endpoint)):  # type: ignore[misc]  # bound early
            yield finding
            ended = ended or finding.outcome == FAILED
        if ended:
            return
    session = Session(endpoint, credentials)
    try:
        yield from _signed_in(session, environment)
    finally:
        session.close()


def expiry_of(endpoint: Endpoint) -> dt.datetime | None:
    """Until when the certificate that a server shows is valid; ``None`` when it shows none."""
    try:
        return _shown_certificate(endpoint).not_valid_after_utc
    except (NotSent, OSError, ValueError):
        return None


def _signed_in(session: Session, environment: str) -> Iterator[Finding]:
    signed = next(_timed(lambda: _sign_in(session)))
    yield signed
    if signed.outcome == FAILED:
        return
    server = Mt5WebApi(session)
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        lambda: _groups(server, environment),
        lambda: rights.of_session(session),
        lambda: rights.personal_data(server),
        lambda: _clock(server),
        lambda: _latency(server),
    )
    for check in checks:
        yield from _timed(check)


def _timed(check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """The findings of a check, each with how long it took."""
    started = time.monotonic()
    for found in check():
        took = round((time.monotonic() - started) * 1000)
        yield Finding(
            key=found.key,
            outcome=found.outcome,
            code=found.code,
            facts=found.facts,
            took_ms=took,
        )
        started = time.monotonic()


def _address(endpoint: Endpoint) -> Iterator[Finding]:
    try:
        egress.check_port(endpoint.port, is_private_allowed=endpoint.is_private_allowed)
        egress.check_host(endpoint.host, is_private_allowed=endpoint.is_private_allowed)
    except egress.HostNotAllowed:
        yield Finding(key="address", outcome=FAILED, code="host_not_allowed")
    else:
        yield Finding(key="address", outcome=PASSED, code="address_ok")


def _dns(endpoint: Endpoint) -> Iterator[Finding]:
    host = {"host": endpoint.host}
    try:
        found = egress.addresses(
            endpoint.host, endpoint.port, is_private_allowed=endpoint.is_private_allowed
        )
    except egress.HostNotAllowed:
        yield Finding(key="dns", outcome=FAILED, code="address_not_public", facts=host)
    except egress.HostNotFound:
        yield Finding(key="dns", outcome=FAILED, code="name_not_found", facts=host)
    else:
        facts = {**host, "addresses": ", ".join(found)}
        yield Finding(key="dns", outcome=PASSED, code="dns_ok", facts=facts)


def _tcp(endpoint: Endpoint) -> Iterator[Finding]:
    facts: dict[str, str | int] = {"host": endpoint.host, "port": endpoint.port}
    try:
        connect(endpoint).close()
    except NotSent as error:
        yield Finding(key="tcp", outcome=FAILED, code=error.reason.value, facts=facts)
    else:
        yield Finding(key="tcp", outcome=PASSED, code="tcp_ok", facts=facts)


def _certified(endpoint: Endpoint) -> Iterator[Finding]:
    facts: dict[str, str | int] = {"host": endpoint.host, "port": endpoint.port}
    code = "certificate_pinned" if endpoint.fingerprint else "certificate_ok"
    outcome = PASSED
    try:
        with connect(endpoint) as raw:
            wrap(raw, endpoint).close()
    except NotSent as error:
        if error.stage is not Stage.CERTIFICATE:
            yield Finding(key="tls", outcome=FAILED, code=error.reason.value, facts=facts)
            return
        outcome, code = FAILED, error.reason.value
    yield Finding(key="tls", outcome=PASSED, code="tls_ok", facts=facts)
    yield _judged(endpoint, outcome, code)


def _judged(endpoint: Endpoint, outcome: str, code: str) -> Finding:
    """The certificate that was shown, also judged by its dates: a pin does not lift those."""
    try:
        shown = _shown_certificate(endpoint)
    except (NotSent, OSError, ValueError):
        return Finding(key="certificate", outcome=FAILED, code=Reason.TLS_FAILED.value)
    facts = _about(shown) | {"host": endpoint.host}
    left = shown.not_valid_after_utc - clock.now()
    if left < dt.timedelta(0):
        outcome, code = FAILED, Reason.CERTIFICATE_EXPIRED.value
    elif outcome == PASSED and left < SOON:
        outcome, code = WARNED, "certificate_expires_soon"
    return Finding(key="certificate", outcome=outcome, code=code, facts=facts)


def _shown_certificate(endpoint: Endpoint) -> x509.Certificate:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # it is looked at, nothing is sent to it
    with connect(endpoint) as raw, context.wrap_socket(raw, server_hostname=endpoint.host) as tls:
        return x509.load_der_x509_certificate(tls.getpeercert(binary_form=True) or b"")


def _about(certificate: x509.Certificate) -> dict[str, str | int]:
    der = certificate.public_bytes(Encoding.DER)
    return {
        "fingerprint": fingerprint_of(der),
        "subject": _common_name(certificate.subject),
        "issuer": _common_name(certificate.issuer),
        "expires": certificate.not_valid_after_utc.date().isoformat(),
        "expires_at": certificate.not_valid_after_utc.isoformat(),
    }


def _common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value)[:100] if found else name.rfc4514_string()[:100]


def _sign_in(session: Session) -> Iterator[Finding]:
    facts: dict[str, str | int] = {"login": session.credentials.login}
    try:
        session.open()
    except NotSent as error:
        code = error.reason.value
        if error.retcode is not None:
            code = RETCODES.get(error.retcode, code)
            facts["retcode"] = error.retcode
        yield Finding(key="sign_in", outcome=FAILED, code=code, facts=facts)
    else:
        yield Finding(key="sign_in", outcome=PASSED, code="sign_in_ok", facts=facts)


def _groups(server: Mt5WebApi, environment: str) -> Iterator[Finding]:
    try:
        found = server.groups()
    except (Refused, Unavailable):
        found = ()
    demo = sum(group.is_demo for group in found)
    facts: dict[str, str | int] = {"count": len(found), "demo": demo, "live": len(found) - demo}
    outcome, code = _verdict_on_groups(found, demo, environment)
    yield Finding(key="groups", outcome=outcome, code=code, facts=facts)


def _verdict_on_groups(found: tuple[Group, ...], demo: int, environment: str) -> tuple[str, str]:
    if not found:
        return FAILED, "no_groups"
    if environment in {"demo", "both"} and not demo:
        return WARNED, "no_demo_groups"
    if environment in {"live", "both"} and demo == len(found):
        return WARNED, "no_live_groups"
    return PASSED, "groups_ok"


def _clock(server: Mt5WebApi) -> Iterator[Finding]:
    try:
        read = server.clock()
    except (Refused, Unavailable):
        yield Finding(key="clock", outcome=FAILED, code="clock_silent")
        return
    ahead = read.offset + read.drift
    declared = _declared_offset(server)
    wrong_by = ahead - declared if declared is not None else dt.timedelta(0)
    facts: dict[str, str | int] = {
        "offset": _hours(read.offset),
        "drift": int(read.drift.total_seconds()),
        "wrong_by": _hours(wrong_by),
    }
    if not EARLIEST <= read.offset <= LATEST or _is_wrong(wrong_by):
        yield Finding(key="clock", outcome=FAILED, code="clock_wrong", facts=facts)
    elif abs(read.drift) > DRIFT_WORTH_KNOWING:
        yield Finding(key="clock", outcome=WARNED, code="clock_drifts", facts=facts)
    else:
        yield Finding(key="clock", outcome=PASSED, code="clock_ok", facts=facts)


def _is_wrong(by: dt.timedelta) -> bool:
    """Whether a clock is off by more than summer time explains: its flag is often left unset."""
    return abs(by) > CLOCK_TOLERANCE and abs(abs(by) - SUMMER_TIME) > CLOCK_TOLERANCE


def _declared_offset(server: Mt5WebApi) -> dt.timedelta | None:
    try:
        return server.declared_offset()
    except (Refused, Unavailable):
        return None


def _latency(server: Mt5WebApi) -> Iterator[Finding]:
    try:
        took = [_ping_ms(server) for _ in range(5)]
    except (Refused, Unavailable):
        yield Finding(key="latency", outcome=FAILED, code="latency_lost")
        return
    middle = round(statistics.median(took))
    is_slow = middle > SLOW_MS
    yield Finding(
        key="latency",
        outcome=WARNED if is_slow else PASSED,
        code="latency_slow" if is_slow else "latency_ok",
        facts={"milliseconds": middle},
    )


def _ping_ms(server: Mt5WebApi) -> float:
    started = time.monotonic()
    server.ping()
    return (time.monotonic() - started) * 1000


def _hours(offset: dt.timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"{'+' if minutes >= 0 else '-'}{hours}:{rest:02d}"
