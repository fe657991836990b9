"""What happens on bad days: reads come back, changes are never repeated, doubts are named."""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from kernel import clock
from kernel.errors import OutcomeUnknown, Unavailable
from provisioning.servers.adapters.mt5_web_api.adapter import Mt5WebApi
from provisioning.servers.adapters.mt5_web_api.backoff import Backoff
from provisioning.servers.adapters.mt5_web_api.channel import Endpoint
from provisioning.servers.adapters.mt5_web_api.failures import NotSent, Reason
from provisioning.servers.adapters.mt5_web_api.session import Call, Credentials, Session
from provisioning.servers.errors import NotPermitted
from provisioning.servers.types import BalanceKind, BalanceOperation, PasswordKind

pytestmark = pytest.mark.no_database

BALANCE = "/api/trade/balance"
GET = "/api/user/get"


def operation(login, tag="W-1", amount="10.00"):
    return BalanceOperation(login=login, kind=BalanceKind.BALANCE, amount=Decimal(amount), tag=tag)


@pytest.fixture
def hurried(simulator, endpoint):
    """A server of whom answers are expected within a moment."""
    session = Session(endpoint, Credentials(simulator.login, simulator.password), deadline_s=0.4)
    session.ping()
    yield Mt5WebApi(session)
    session.close()


@pytest.mark.parametrize("kind", ["reset", "lost", "forbidden", "truncated", "html"])
def test_a_read_is_asked_once_more_after_a_lost_session(simulator, server, login, kind):
    before = simulator.calls(GET)
    simulator.fault(kind, GET)

    assert server.account(login).login == login
    assert simulator.calls(GET) == before + 2


@pytest.mark.parametrize("kind", ["reset", "truncated", "html"])
def test_a_read_that_keeps_failing_is_unavailable(simulator, server, login, kind):
    before = simulator.calls(GET)
    simulator.fault(kind, GET, times=5)

    with pytest.raises(Unavailable):
        server.account(login)
    assert simulator.calls(GET) == before + 2


def test_a_403_on_a_fresh_session_is_a_missing_right_and_no_loop(simulator, server, login):
    before = simulator.calls(GET)
    simulator.fault("forbidden", GET, times=5)

    with pytest.raises(NotPermitted):
        server.account(login)
    assert simulator.calls(GET) == before + 2


@pytest.mark.parametrize("retcode", [7, 9, 12, 15])
def test_a_read_may_come_later_when_the_server_has_no_time(simulator, server, login, retcode):
    simulator.fault("retcode", GET, retcode=retcode)

    with pytest.raises(Unavailable):
        server.account(login)


@pytest.mark.parametrize(
    ("kind", "more", "booked"),
    [
        ("lost", {}, 1),
        ("truncated", {}, 1),
        ("html", {"is_booked": True}, 1),
        ("html", {"is_booked": False}, 0),
        ("retcode", {"retcode": 7, "is_booked": True}, 1),
        ("retcode", {"retcode": 9, "is_booked": False}, 0),
        ("retcode", {"retcode": 15, "is_booked": True}, 1),
        ("reset", {}, 0),
        ("forbidden", {}, 0),
    ],
)
def test_a_doubtful_change_is_sent_once_and_can_be_looked_up(
    simulator, server, login, kind, more, booked
):
    before, since = simulator.calls(BALANCE), clock.now()
    simulator.fault(kind, BALANCE, **more)
    wish = operation(login)

    with pytest.raises(OutcomeUnknown) as doubt:
        server.change_balance(wish)

    assert doubt.value.operation == "W-1"
    assert simulator.calls(BALANCE) == before + 1
    assert len(server.find_operation(wish, since=since)) == booked


def test_too_many_requests_means_that_nothing_was_done(simulator, server, login):
    simulator.fault("retcode", BALANCE, retcode=12)

    with pytest.raises(Unavailable):
        server.change_balance(operation(login))


def test_an_answer_after_the_deadline_is_a_doubt(simulator, server, hurried, login):
    simulator.fault("late", BALANCE, seconds=1)

    with pytest.raises(OutcomeUnknown):
        hurried.change_balance(operation(login, tag="W-late"))
    assert len(server.find_operation(operation(login, tag="W-late"), since=clock.now())) == 1


def test_a_booking_after_the_deadline_is_found_later(simulator, server, hurried, login):
    simulator.fault("late_booking", BALANCE, seconds=2)
    wish = operation(login, tag="W-later")

    with pytest.raises(OutcomeUnknown):
        hurried.change_balance(wish)
    since = clock.now()
    assert server.find_operation(wish, since=since) == ()
    until = time.monotonic() + 20
    while not (found := server.find_operation(wish, since=since)) and time.monotonic() < until:
        time.sleep(0.1)
    assert len(found) == 1


def test_a_restart_is_survived(simulator, server, login):
    server.change_balance(operation(login, tag="W-a"))
    simulator.order("/restart")

    assert server.account_state(login).balance == Decimal("10.00")
    server.change_balance(operation(login, tag="W-b"))
    assert server.account(login).balance == Decimal("20.00")


def test_a_change_into_a_dead_connection_is_not_a_doubt(simulator, server, login):
    simulator.order("/restart")
    time.sleep(0.2)

    server.change_balance(operation(login))

    assert server.account(login).balance == Decimal("10.00")


def test_changes_travel_as_posts_and_secrets_in_bodies():
    change = Call("/x", {"comment": "a b\\c"}, is_change=True)
    secret = Call("/x", body={"Password": "Abcdef1!"})

    assert (change.method, change.target) == ("POST", "/x?comment=a%20b%5Cc")
    assert (secret.method, secret.target) == ("POST", "/x")
    assert "Abcdef1!" not in repr(secret)


def test_passwords_reach_neither_logs_nor_reprs(simulator, session, server, login, caplog):
    caplog.set_level(logging.DEBUG)
    simulator.fault("html", "/api/user/change_password")

    with pytest.raises(OutcomeUnknown):
        server.change_password(login, PasswordKind.MAIN, "Secret1!x")

    assert "Secret1!x" not in caplog.text
    assert simulator.password not in caplog.text
    assert simulator.password not in repr(session.credentials)


def test_a_wrong_password_waits_longer_each_time(simulator, endpoint):
    session = Session(endpoint, Credentials(simulator.login, "Wrong1!pass"))

    with pytest.raises(NotSent) as first:
        session.open()
    with pytest.raises(NotSent) as second:
        session.open()

    assert [first.value.reason, second.value.reason] == [Reason.PASSWORD_WRONG, Reason.WAITING]


def test_waiting_doubles_up_to_two_minutes_with_jitter(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    backoff, waits = Backoff(), []

    for _ in range(8):
        backoff.after_refusal()
        started = now[0]
        while not backoff.is_over():
            now[0] += 0.25
        waits.append(now[0] - started)

    assert 5 <= waits[0] <= 6.5
    assert waits[0] < waits[2] < waits[4]
    assert all(wait <= 120.5 for wait in waits)
    backoff.reset()
    assert backoff.is_over()


def test_an_unknown_certificate_is_refused_by_default(simulator):
    plain = Endpoint(host="127.0.0.1", port=simulator.port, is_private_allowed=True)

    with pytest.raises(NotSent) as refused:
        Session(plain, Credentials(simulator.login, simulator.password)).open()
    assert refused.value.reason is Reason.CERTIFICATE_UNKNOWN


def test_a_pinned_fingerprint_admits_that_certificate_only(simulator):
    def pinned(fingerprint):
        return Session(
            Endpoint(
                host="127.0.0.1",
                port=simulator.port,
                fingerprint=fingerprint,
                is_private_allowed=True,
            ),
            Credentials(simulator.login, simulator.password),
        )

    right = pinned(simulator.fingerprint.upper())
    right.open()
    right.close()
    with pytest.raises(NotSent) as refused:
        pinned("0" * 64).open()
    assert refused.value.reason is Reason.CERTIFICATE_CHANGED


def test_private_addresses_are_refused_at_the_socket_too(simulator):
    shut = Endpoint(host="127.0.0.1", port=simulator.port, fingerprint=simulator.fingerprint)

    with pytest.raises(NotSent) as refused:
        Session(shut, Credentials(simulator.login, simulator.password)).open()
    assert refused.value.reason is Reason.HOST_NOT_ALLOWED


def test_two_threads_share_one_session(simulator, session, login):
    server = Mt5WebApi(session)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: server.account(login).login, range(40)))

    assert found == [login] * 40
    assert session.figures.sign_ins == 1
