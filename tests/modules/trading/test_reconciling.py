"""Both sides are proven equal every night; what differs is found, repaired, and then green."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from kernel import clock
from kernel.actor import Actor
from kernel.models import OutboxEvent
from kernel.models.audit import AuditEntry
from modules.trading import queries, services
from modules.trading.errors import (
    AlreadyDecided,
    NoSuchRepair,
    NotFollowed,
    ReasonMissing,
    StillComparing,
    StillReading,
)
from modules.trading.models import (
    AccountType,
    Backfill,
    DailyResult,
    Deal,
    Difference,
    Reconciliation,
    ServerSync,
    TradingAccount,
)
from provisioning.servers.services import trading_server
from provisioning.servers.types import BalanceKind, BalanceOperation
from tests.modules.trading.test_syncing import look, with_history

ADA = Actor.system("ada")


@pytest.fixture
def read(alpha, theo, wired, types, simulator):
    """An account of Theo's with a past, all of it here."""
    account = with_history(alpha, theo, types, simulator, days=10)
    look(alpha, wired)
    look(alpha, wired, later=30)
    return account


@pytest.fixture
def other(alpha, theo, wired, types, simulator, read):
    """Another one."""
    account = with_history(alpha, theo, types, simulator, days=3)
    look(alpha, wired, later=60)
    return account


def compare(place, server_id):
    """One whole comparison; the run."""
    with place.pin():
        run_id = services.start_reconciliation(server_id, by=ADA)
        while services.reconcile(run_id):
            pass
        return Reconciliation.objects.get(pk=run_id)


def standing(place, server_id, login=None):
    """What is not explained, as (kind, here, there)."""
    with place.pin():
        rows = Difference.objects.filter(server_id=server_id, state="open")
        rows = rows.filter(login=login) if login else rows
        return sorted((row.kind, row.here_minor, row.there_minor) for row in rows)


def repair(place, server_id, login, kind, how):
    """One repair, as a colleague asks for it and the task does it."""
    with place.pin():
        rows = Difference.objects.filter(server_id=server_id, login=login, kind=kind, state="open")
        row = rows.first()
        services.ask_repair(row.pk, how, by=ADA)
        assert services.repair_difference(row.pk, how)
        row.refresh_from_db()
        return row


def test_what_is_equal_is_proven_equal(alpha, wired, read):
    run = compare(alpha, wired)

    with alpha.pin():
        deals = Deal.objects.filter(server_id=wired).count()
        event = OutboxEvent.objects.get(name="trading.ReconciliationFinished")
        assert queries.is_reconciled(wired)
    assert (run.state, run.found, run.unexplained) == ("done", 0, 0)
    assert run.deals == deals > 10
    assert run.accounts >= run.balances >= 1
    assert event.payload["is_even"] is True


def lose(place, read, other):
    """A deal, a day's result and a whole account of ours; return the deal."""
    with place.pin():
        closing = Deal.objects.filter(login=read.login, action__in=(0, 1), entry=1)
        lost = closing.earliest("done_at")
        Deal.objects.filter(pk=lost.pk).delete()
        day = DailyResult.objects.filter(account_id=read.id, symbol="").first()
        DailyResult.objects.filter(pk=day.pk).update(deposits_minor=day.deposits_minor + 1)
        TradingAccount.objects.filter(login=other.login).update(login=None, state="failed")
        Deal.objects.filter(login=other.login).delete()
    return lost


def test_seeded_differences_are_all_found_rec_01(alpha, beta, wired, read, other):
    lost = lose(alpha, read, other)

    run = compare(alpha, wired)

    found = standing(alpha, wired)
    amount = lost.profit_minor + lost.swap_minor + lost.commission_minor
    assert {kind for kind, *_rest in found} == {"deal_there", "balance", "day", "account_there"}
    assert ("deal_there", 0, amount) in found
    assert run.unexplained == len(found) == 5  # two days: the deal's own and the altered one
    with alpha.pin():
        assert not queries.is_reconciled(wired)
    with beta.pin():
        assert Difference.objects.count() == Reconciliation.objects.count() == 0


def test_repairs_make_it_green_again(alpha, wired, read, other):
    lost = lose(alpha, read, other)
    compare(alpha, wired)

    repair(alpha, wired, read.login, "deal_there", "read_again")
    for _kind, *_rest in standing(alpha, wired, read.login):
        repair(alpha, wired, read.login, "day", "rebuild")
        break
    repair(alpha, wired, other.login, "account_there", "adopt")

    assert standing(alpha, wired) == []
    with alpha.pin():
        assert queries.is_reconciled(wired)
        assert Deal.objects.filter(deal_id=lost.deal_id).exists()
        assert TradingAccount.objects.filter(login=other.login, state="open").exists()
        asked = AuditEntry.objects.filter(action="trading.difference_repair_asked")
        assert {entry.actor_name for entry in asked} == {"ada"}
    assert compare(alpha, wired).unexplained == 0


def test_a_balance_without_a_deal_is_the_servers_own_and_needs_a_reason(
    alpha, wired, simulator, read
):
    simulator.control("/balances", login=read.login, minor=1)

    compare(alpha, wired)

    with alpha.pin():
        row = Difference.objects.get(login=read.login, state="open")
        assert (row.kind, row.hint) == ("balance", "server_uneven")
        assert row.there_minor - row.here_minor == 1
        with pytest.raises(ReasonMissing):
            services.explain_difference(row.pk, "  ", by=ADA)
        services.explain_difference(row.pk, "Our dealer rounds by hand", by=ADA)
        assert queries.is_reconciled(wired)
        with pytest.raises(AlreadyDecided):
            services.explain_difference(row.pk, "again", by=ADA)

    compare(alpha, wired)
    assert standing(alpha, wired) == []
    simulator.control("/balances", login=read.login, minor=1)
    compare(alpha, wired)
    assert len(standing(alpha, wired)) == 1
    simulator.control("/balances", login=read.login, minor=-2)
    assert compare(alpha, wired).found == 0


def test_a_dealers_deposit_is_asked_about(alpha, wired, read, simulator):
    operation = BalanceOperation(
        login=read.login, kind=BalanceKind.BALANCE, amount=Decimal("12.34"), tag="BY-HAND"
    )
    with alpha.pin():
        TradingAccount.objects.filter(login=read.login).update(
            followed_from_at=clock.now() - dt.timedelta(minutes=1)
        )
        with trading_server(wired) as server:
            server.change_balance(operation)
    simulator.control("/step", seconds=2)
    look(alpha, wired, later=5)

    compare(alpha, wired)

    assert standing(alpha, wired) == [("untagged", 0, 1234)]


def test_what_a_deal_became_or_that_it_is_gone_is_corrected_and_told(alpha, wired, read):
    with alpha.pin():
        TradingAccount.objects.filter(login=read.login).update(
            followed_from_at=clock.now() - dt.timedelta(days=400)
        )
        changed, copied = Deal.objects.filter(login=read.login, entry=1, action__in=(0, 1))[:2]
        Deal.objects.filter(pk=changed.pk).update(profit_minor=changed.profit_minor + 7)
        Deal.objects.create(
            **{
                field.attname: getattr(copied, field.attname)
                for field in Deal._meta.fields
                if field.name not in {"id", "deal_id"}
            },
            deal_id=99_999_999,
        )

    compare(alpha, wired)

    kinds = {kind for kind, *_rest in standing(alpha, wired, read.login)}
    assert {"deal_differs", "deal_here", "balance", "day"} <= kinds
    repair(alpha, wired, read.login, "deal_here", "read_again")
    assert [kind for kind, *_r in standing(alpha, wired) if kind != "untagged"] == []
    with alpha.pin():
        told = OutboxEvent.objects.filter(name="trading.DealCorrected")
        assert {event.payload["is_gone"] for event in told} == {True, False}
        assert Deal.objects.get(deal_id=changed.deal_id).profit_minor == changed.profit_minor
        assert not Deal.objects.filter(deal_id=99_999_999).exists()
        assert AuditEntry.objects.filter(action="trading.deals_corrected").count() == 1


def test_a_group_that_is_gone_and_one_that_nobody_maps_are_named(alpha, wired, types, read):
    with alpha.pin():
        AccountType.objects.filter(pk=types["demo"]).update(group="demo\\nowhere")

    compare(alpha, wired)

    with alpha.pin():
        rows = {row.kind: row for row in Difference.objects.filter(server_id=wired)}
        assert rows["group_gone"].key == "demo\\nowhere"
        assert rows["group_gone"].state == "open"
        with pytest.raises(NoSuchRepair):
            services.ask_repair(rows["group_gone"].pk, "rebuild", by=ADA)


def test_a_comparison_goes_on_where_it_was_interrupted(alpha, wired, read):
    with alpha.pin():
        run_id = services.start_reconciliation(wired, by=ADA)
        with pytest.raises(StillComparing):
            services.start_reconciliation(wired, by=ADA)
        Reconciliation.objects.filter(pk=run_id).update(stage="balances", deals=5)
        services.reconcile(run_id)
        run = Reconciliation.objects.get(pk=run_id)

    assert (run.state, run.deals, run.groups) == ("done", 5, 0)


def test_nothing_is_compared_before_the_history_is_here(alpha, wired, types, read):
    with alpha.pin():
        Backfill.objects.update(state="paused")
        with pytest.raises(StillReading):
            services.start_reconciliation(wired, by=ADA)
        ServerSync.objects.all().delete()
        with pytest.raises(NotFollowed):
            services.start_reconciliation(wired, by=ADA)


def test_every_server_is_compared_once_in_its_own_night(alpha, wired, read):
    from provisioning.servers.models import Server

    with alpha.pin():
        Server.objects.update(offset_minutes=180)
        night = dt.datetime(2026, 11, 22, 0, 30, tzinfo=dt.UTC)
        with clock.frozen(night - dt.timedelta(hours=2)):
            assert services.start_nightly() == ()
        with clock.frozen(night):
            (run_id,) = services.start_nightly()
            Reconciliation.objects.update(state="done")
            assert services.start_nightly() == ()
        with clock.frozen(night + dt.timedelta(days=1)):
            assert len(services.start_nightly()) == 1
    assert run_id
