"""Analytics: the same figures as the deals they are made of."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from modules.analytics import queries
from modules.trading import queries as trading
from modules.trading.types import DayLine, HistoryFilter
from tests.modules.conftest import switch_on
from tests.modules.trading.conftest import types  # noqa: F401  # a fixture
from tests.modules.trading.test_syncing import look, with_history

DAY = dt.date(2026, 3, 2)


def day_line(days=0, net=0, deposit=0, symbol="EURUSD"):
    return DayLine(
        account_id=None,
        day_on=DAY + dt.timedelta(days=days),
        symbol=symbol if not deposit else "",
        closed=0 if deposit else 1,
        won=int(net > 0),
        lots=Decimal("0.1"),
        net_minor=net,
        deposits_minor=deposit,
        withdrawals_minor=0,
    )


def test_figures_are_those_of_the_trades(alpha, theo, wired, types, simulator):  # noqa: F811
    account = with_history(alpha, theo, types, simulator)
    look(alpha, wired)
    look(alpha, wired, later=30)

    with alpha.pin():
        found = queries.performance(queries.choices(theo.pk))
        lines = list(trading.trades(HistoryFilter(account_ids=(account.id,))))

    nets = [line.net.minor for line in lines]
    assert (found.trades, found.won) == (len(nets), sum(net > 0 for net in nets))
    assert found.lots == sum(line.lots for line in lines)
    assert sum(share.net.minor for share in found.weekdays) == sum(
        point.net.minor for point in found.weekdays
    )
    assert sum(share.trades for share in found.weekdays) == len(nets)


def test_pages_and_widget_show_a_month(alpha, theo, wired, types, simulator):  # noqa: F811
    switch_on(alpha, "analytics")
    with_history(alpha, theo, types, simulator)
    look(alpha, wired)
    look(alpha, wired, later=30)
    browser = alpha.signed_in(theo)

    assert "Profit factor" in browser.get("/room/analytics/").content.decode()
    assert browser.get("/room/analytics/calendar/?month=2026-02").status_code == 200
    assert browser.get("/room/analytics/?month=nonsense&of=nobody&period=x").status_code == 200
    assert "This month" in browser.get("/room/traders_room/").content.decode()


def test_client_without_accounts_is_told_what_to_do(alpha, theo):
    switch_on(alpha, "analytics")

    page = alpha.signed_in(theo).get("/room/analytics/").content.decode()

    assert "Nothing to count yet" in page


def test_module_that_is_off_is_not_there(alpha, theo):
    assert alpha.signed_in(theo).get("/room/analytics/").status_code == 404


def test_deposit_is_no_result_and_hides_no_fall():
    lines = [day_line(0, deposit=100_000), day_line(1, net=5_000), day_line(2, net=-8_000)]
    lines += [day_line(3, deposit=50_000), day_line(4, net=1_000)]

    points, fall = queries._line(lines, "USD")

    assert [point.result for point in points] == [0, 50, -30, -30, -20]
    assert (fall.deepest.minor, fall.deepest_on) == (-8_000, DAY + dt.timedelta(days=2))
    assert fall.deepest_percent.quantize(Decimal("0.01")) == Decimal("-7.62")


@given(st.lists(st.integers(-10_000, 10_000), max_size=40))
def test_drawdown_is_never_above_nothing_nor_below_the_sum_of_losses(nets):
    lines = [day_line(number, net=net) for number, net in enumerate(nets)]

    points, fall = queries._line(lines, "USD")

    assert sum(min(net, 0) for net in nets) <= fall.deepest.minor <= 0
    assert all(point.below <= 0 for point in points)
