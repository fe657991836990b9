"""SAG-10: a connection is certified with the smallest sum, and nothing of it is left behind."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from kernel import audit, clock
from provisioning.servers import findings, queries, services
from provisioning.servers.errors import CertificationIsRunning, NoSuchServer, NotProven
from provisioning.servers.models import Certification, Server
from provisioning.servers.services import certifying
from tests.support.tenants import SYSTEM

BALANCE = "/api/trade/balance"


@pytest.fixture(autouse=True)
def _hurry(monkeypatch):
    monkeypatch.setattr(certifying, "PAUSE_S", 0.05)


@pytest.fixture
def login(wired, new_account):
    with services.trading_server(wired) as server:
        return server.add_account(new_account(group="demo\\standard-usd")).login


def newest():
    return Certification.objects.order_by("-pk").first()


def bookings(server_id, login):
    with services.trading_server(server_id) as server:
        deals = server.deals_of(
            login,
            since=clock.now() - dt.timedelta(hours=1),
            until=clock.now() + dt.timedelta(hours=1),
        )
    return [deal.profit for deal in deals]


def test_sag_10_a_cent_goes_in_is_found_by_its_tag_and_goes_out(wired, login):
    assert services.certify(wired, login, by=SYSTEM)

    row = newest()
    assert bookings(wired, login) == [Decimal("0.01"), Decimal("-0.01")]
    assert findings.sentence(row.code, row.facts) == (
        f"0.01 USD went to account {login}, was found by our mark, and was taken out again."
    )
    assert queries.server(wired).certified_at == row.ended_at
    noted = [entry.action for entry in audit.entries(limit=10)]
    assert {"servers.certification_asked", "servers.certification_ended"} <= set(noted)


@pytest.mark.parametrize(
    ("kind", "more"), [("lost", {}), ("truncated", {}), ("html", {"is_booked": True})]
)
def test_sag_10_a_lost_answer_is_found_by_the_tag(wired, login, simulator, kind, more):
    simulator.fault(kind, BALANCE, **more)

    assert services.certify(wired, login, by=SYSTEM)
    assert bookings(wired, login) == [Decimal("0.01"), Decimal("-0.01")]


def test_what_stayed_unclear_is_put_right_by_the_next_one(wired, login, simulator):
    simulator.fault("reset", BALANCE)
    assert not services.certify(wired, login, by=SYSTEM)
    assert (newest().state, newest().code) == ("unclear", "certify_unclear")
    assert queries.server(wired).certified_at is None

    early = newest()
    Certification.objects.update(ended_at=clock.now() - dt.timedelta(minutes=10))
    assert services.certify(wired, login, by=SYSTEM)

    early.refresh_from_db()
    assert (early.state, early.code) == ("failed", "certify_cleared")
    assert bookings(wired, login) == [Decimal("0.01"), Decimal("-0.01")]


def test_a_cent_that_stayed_on_the_account_is_taken_out_later(wired, login, simulator):
    simulator.fault("reset", BALANCE, after=1)  # the way out, not the way in
    assert not services.certify(wired, login, by=SYSTEM)
    assert bookings(wired, login) == [Decimal("0.01")]

    Certification.objects.update(ended_at=clock.now() - dt.timedelta(minutes=10))
    assert services.certify(wired, login, by=SYSTEM)

    assert sum(bookings(wired, login)) == 0
    assert len(bookings(wired, login)) == 4


def test_a_certification_whose_worker_died_is_not_repeated(wired, login):
    certification = services.ask_certification(wired, login, by=SYSTEM)
    with pytest.raises(CertificationIsRunning):
        services.ask_certification(wired, login, by=SYSTEM)
    Certification.objects.update(step="in_sent", started_at=clock.now() - dt.timedelta(minutes=4))

    assert not services.run_certification(certification)
    assert services.give_up_certifications() == 1

    assert newest().state == "unclear"
    assert bookings(wired, login) == []


def test_only_an_account_in_a_chosen_group_will_do(wired, login):
    services.choose_groups(wired, ["real\\standard-usd"], by=SYSTEM)

    assert not services.certify(wired, login, by=SYSTEM)
    assert newest().code == "certify_other_group"
    assert not services.certify(wired, 4711, by=SYSTEM)
    assert newest().code == "certify_no_account"
    assert bookings(wired, login) == []


def test_a_manager_without_the_right_to_book_is_told_so(wired, login, simulator):
    simulator.order("/managers", login=1000, permissions="manager,read_accounts,read_orders")

    assert not services.certify(wired, login, by=SYSTEM)
    assert newest().code == "certify_in_refused"
    assert newest().state == "failed"


def test_skipping_is_written_down_with_its_consequence(wired):
    services.skip_certification(wired, by=SYSTEM)

    row = newest()
    assert row.state == "skipped"
    assert "decided by a person" in findings.advice(row.code, row.facts)
    assert Server.objects.get().certified_at is None


def test_a_draft_is_not_certified_and_another_brokers_server_not_found(draft, beta):
    from tenants.work import run_in

    with pytest.raises(NotProven):
        services.ask_certification(draft, 1, by=SYSTEM)

    def ask():
        services.ask_certification(draft, 1, by=SYSTEM)

    with pytest.raises(NoSuchServer):
        run_in(beta.schema, ask)
