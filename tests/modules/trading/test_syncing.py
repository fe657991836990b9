"""Reading a real (simulated) server: complete, once, and healed where something was missed."""

from __future__ import annotations

import datetime as dt

from kernel import clock
from modules.trading import queries, services
from modules.trading.models import (
    DailyResult,
    Deal,
    ServerSync,
    TradingAccount,
)
from modules.trading.types import HistoryFilter
from provisioning.servers.services import trading_server
from tests.modules.trading.test_opening import open_one


def look(alpha, server_id, later=0):
    """One look at the server, at once."""
    with alpha.pin(), clock.frozen(clock.now() + dt.timedelta(seconds=later)):
        ServerSync.objects.update(due_at=None)
        return services.pull(server_id)


def with_history(alpha, theo, types, simulator, days=30):
    """An account of Theo's on which a made-up past was traded."""
    account = open_one(alpha, theo, types["live"])
    simulator.control(
        "/traders", login=account.login, kind="scalper", history_days=days, deposit=5000
    )
    return account


def test_history_made_up_behind_the_cursor_is_found(alpha, theo, wired, types, simulator):
    open_one(alpha, theo, types["live"])
    look(alpha, wired)
    account = with_history(alpha, theo, types, simulator)
    look(alpha, wired, later=5)
    look(alpha, wired, later=30)

    with alpha.pin(), trading_server(wired) as server:
        since = clock.now() - dt.timedelta(days=400)
        there = server.deals_of(
            account.login, since=since, until=clock.now() + dt.timedelta(days=2)
        )
        check = server.check_balance(account.login)
    with alpha.pin():
        here = Deal.objects.filter(login=account.login).values_list("deal_id", flat=True)
        assert sorted(here) == sorted(deal.deal_id for deal in there)
        row = TradingAccount.objects.get(pk=account.id)
        assert row.deals_balance_minor == row.balance_minor == int(check.balance * 100)
        assert row.uneven_at is None


def test_reading_twice_changes_nothing(alpha, theo, wired, types, simulator):
    with_history(alpha, theo, types, simulator)
    look(alpha, wired)
    look(alpha, wired, later=30)
    with alpha.pin():
        before = (Deal.objects.count(), list(DailyResult.objects.order_by("pk").values()))

    with alpha.pin():
        ServerSync.objects.update(cursor_server_s=0)
    look(alpha, wired, later=60)

    with alpha.pin():
        assert (Deal.objects.count(), list(DailyResult.objects.order_by("pk").values())) == before


def test_daily_results_are_what_the_deals_add_up_to(alpha, theo, wired, types, simulator):
    account = with_history(alpha, theo, types, simulator)
    look(alpha, wired)
    look(alpha, wired, later=30)

    with alpha.pin():
        assert DailyResult.objects.filter(account_id=account.id).count() > 10
        assert services.differing_days(account.id) == ()
        DailyResult.objects.filter(account_id=account.id).first().delete()
        assert len(services.differing_days(account.id)) == 1


def test_curve_ends_at_the_present_equity(alpha, theo, wired, types, simulator):
    account = with_history(alpha, theo, types, simulator)
    look(alpha, wired)
    look(alpha, wired, later=30)

    with alpha.pin():
        shown = queries.own_account(account.id, theo.pk)
        curve = queries.curve([shown], "all")

    assert curve.equity[-1] == shown.equity.amount
    assert list(curve.at) == sorted(set(curve.at))
    assert len(curve.at) > 20


def test_closed_trades_are_counted_and_summed_alike(alpha, theo, wired, types, simulator):
    account = with_history(alpha, theo, types, simulator)
    look(alpha, wired)
    look(alpha, wired, later=30)

    with alpha.pin():
        wanted = HistoryFilter(account_ids=(account.id,))
        (totals,) = queries.trade_totals(wanted)
        lines = list(queries.trades(wanted))

    assert totals.trades == len(lines) > 10
    assert totals.net.minor == sum(line.net.minor for line in lines)
    assert totals.won == sum(line.net.minor > 0 for line in lines)


def test_accounts_nobody_claimed_are_found(alpha, theo, wired, types, simulator):
    account = open_one(alpha, theo, types["live"])
    with alpha.pin():
        TradingAccount.objects.update(login=None)

    look(alpha, wired)

    with alpha.pin():
        row = TradingAccount.objects.get(login=account.login)
        assert (row.client_id, row.state) == (None, "open")
