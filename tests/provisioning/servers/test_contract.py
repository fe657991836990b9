"""What every trading server must do: against the simulator, and against a real one if given.

``MT5_HOST``, ``MT5_PORT``, ``MT5_LOGIN``, ``MT5_PASSWORD``, ``MT5_FINGERPRINT`` (optional) and
``MT5_GROUP`` (a demo group in which accounts may be opened and deleted) name a real server.
"""

from __future__ import annotations

import ast
import datetime as dt
import os
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from kernel import clock
from provisioning.servers.adapters.mt5_web_api.adapter import Mt5WebApi
from provisioning.servers.adapters.mt5_web_api.channel import Endpoint
from provisioning.servers.adapters.mt5_web_api.session import Credentials, Session
from provisioning.servers.errors import (
    AccountNotFound,
    AmountTooLarge,
    GroupCurrencyDiffers,
    GroupNotAllowed,
    InvalidRequest,
    LoginTaken,
    NotPermitted,
    ShortOfFunds,
    TradeRefused,
    WeakPassword,
)
from provisioning.servers.port import TradingServer
from provisioning.servers.types import (
    AccountChanges,
    BalanceKind,
    BalanceOperation,
    DealAction,
    DealCursor,
    DealEntry,
    MarketOrder,
    PasswordKind,
    Side,
)

pytestmark = pytest.mark.no_database

REAL = [pytest.param("real", id="real")] if os.environ.get("MT5_HOST") else []


@dataclass
class Site:
    server: TradingServer
    group: str


@pytest.fixture(params=[pytest.param("simulated", id="simulated"), *REAL])
def site(request):
    if request.param == "simulated":
        yield Site(request.getfixturevalue("server"), "demo\\standard-usd")
        return
    endpoint = Endpoint(
        host=os.environ["MT5_HOST"],
        port=int(os.environ.get("MT5_PORT", "443")),
        fingerprint=os.environ.get("MT5_FINGERPRINT", ""),
    )
    session = Session(
        endpoint, Credentials(int(os.environ["MT5_LOGIN"]), os.environ["MT5_PASSWORD"])
    )
    yield Site(Mt5WebApi(session), os.environ["MT5_GROUP"])
    session.close()


@pytest.fixture
def theo(site, new_account):
    """The login of an account that is deleted afterwards."""
    login = site.server.add_account(new_account(group=site.group)).login
    yield login
    site.server.delete_account(login)


def pay(site, login, amount, tag="W-1", kind=BalanceKind.BALANCE, **more):
    wish = BalanceOperation(login=login, kind=kind, amount=Decimal(amount), tag=tag, **more)
    return site.server.change_balance(wish)


def test_the_clock_is_read_with_its_offset(site):
    read = site.server.clock()

    assert abs(read.drift) < dt.timedelta(seconds=60)
    assert read.offset.total_seconds() % 900 == 0
    assert read.now_server_s == pytest.approx(
        (read.now_at + read.offset + read.drift).timestamp(), abs=1.5
    )


def test_groups_and_symbols_are_read(site):
    groups = {group.name.lower(): group for group in site.server.groups()}
    symbols = {symbol.name: symbol for symbol in site.server.symbols()}

    assert groups[site.group.lower()].currency_digits in range(9)
    assert len(symbols) > 5
    assert all(symbol.lots_min > 0 for symbol in symbols.values())
    assert any(symbol.trade_sessions for symbol in symbols.values())


def test_prices_are_read(site):
    tick = site.server.ticks(["EURUSD"])[0]

    assert Decimal("0.5") < tick.bid <= tick.ask < Decimal(2)
    assert site.server.symbol_for_group("EURUSD", group=site.group).contract_size == 100_000


def test_an_account_is_opened_under_the_login_we_chose(site, new_account):
    wish = new_account(group=site.group, phone="+49 30 1", country="Germany", client_reference="c7")

    record = site.server.add_account(wish)

    assert record == site.server.account(wish.login)
    assert (record.login, record.leverage, record.balance) == (wish.login, 100, Decimal(0))
    assert (record.first_name, record.last_name) == ("Theo", "Adler")
    assert (record.email, record.phone, record.country) == (
        "theo@example.com",
        "+49 30 1",
        "Germany",
    )
    assert (record.is_enabled, record.may_trade, record.client_reference) == (True, True, "c7")
    assert abs(record.registered_at - clock.now()) < dt.timedelta(minutes=2)
    site.server.delete_account(wish.login)
    assert site.server.find_account(wish.login) is None


def test_a_login_is_given_once(site, theo, new_account):
    with pytest.raises(LoginTaken):
        site.server.add_account(new_account(group=site.group, login=theo))


def test_the_server_may_choose_the_login(site, new_account):
    record = site.server.add_account(new_account(group=site.group, login=None))

    assert record.login > 0
    site.server.delete_account(record.login)


def test_a_missing_group_and_a_weak_password_are_refused(site, new_account):
    with pytest.raises(GroupNotAllowed):
        site.server.add_account(new_account(group="demo\\not-there"))
    with pytest.raises(WeakPassword):
        site.server.add_account(new_account(group=site.group, password_main="weak"))


def test_an_account_that_is_not_there_is_not_found(site):
    with pytest.raises(AccountNotFound):
        site.server.account(999_999_999)
    with pytest.raises(AccountNotFound):
        site.server.account_state(999_999_999)
    assert site.server.account_states([999_999_999]) == ()


def test_an_account_is_changed_and_read_back(site, theo):
    changes = AccountChanges(
        leverage=200, is_enabled=False, may_trade=False, first_name="Theodor", comment="vip"
    )

    record = site.server.change_account(theo, changes)

    assert (record.leverage, record.is_enabled, record.may_trade) == (200, False, False)
    assert (record.first_name, record.comment) == ("Theodor", "vip")
    restored = site.server.change_account(theo, AccountChanges(is_enabled=True, may_trade=True))
    assert (restored.is_enabled, restored.may_trade, restored.leverage) == (True, True, 200)


def test_passwords_are_changed_and_checked(site, theo):
    site.server.change_password(theo, PasswordKind.MAIN, "N3w!secret")

    assert site.server.is_password(theo, PasswordKind.MAIN, "N3w!secret")
    assert not site.server.is_password(theo, PasswordKind.MAIN, "Abcdef1!")
    assert site.server.is_password(theo, PasswordKind.INVESTOR, "Abcdef1!")
    with pytest.raises(WeakPassword):
        site.server.change_password(theo, PasswordKind.INVESTOR, "weak")


def test_money_goes_in_is_found_by_its_tag_and_goes_out(site, theo):
    since = clock.now()
    wish = BalanceOperation(
        login=theo,
        kind=BalanceKind.BALANCE,
        amount=Decimal("0.01"),
        tag="W-7f3a9c",
        note="Einzahlung für März, a long one",
    )

    ticket = site.server.change_balance(wish)
    found = site.server.find_operation(wish, since=since)

    assert [(deal.deal_id, deal.profit, deal.action) for deal in found] == [
        (ticket, Decimal("0.01"), DealAction.BALANCE)
    ]
    assert abs(found[0].done_at - clock.now()) < dt.timedelta(minutes=2)
    assert len(found[0].comment) <= site.server.capabilities.max_comment_length
    pay(site, theo, "-0.01", tag="W-7f3a9d")
    assert site.server.check_balance(theo).is_even
    assert site.server.account(theo).balance == 0


def test_credit_is_kept_apart(site, theo):
    pay(site, theo, "25.50", kind=BalanceKind.CREDIT)

    state = site.server.account_state(theo)
    assert (state.balance, state.credit, state.equity) == (0, Decimal("25.50"), Decimal("25.50"))
    pay(site, theo, "-25.50", kind=BalanceKind.CREDIT, tag="W-2")


def test_too_much_is_refused(site, theo):
    with pytest.raises(ShortOfFunds):
        pay(site, theo, "-1")
    with pytest.raises(AmountTooLarge):
        pay(site, theo, "2000000000")
    with pytest.raises(AccountNotFound):
        pay(site, 999_999_999, "1")


@pytest.mark.parametrize("tag", ["", "two words", "größe", "x" * 21])
def test_a_tag_that_would_not_survive_is_refused_before_it_is_sent(site, theo, tag):
    with pytest.raises(InvalidRequest):
        pay(site, theo, "1", tag=tag)
    assert site.server.account(theo).balance == 0


def test_an_idle_account_has_a_state_too(site, theo):
    state = site.server.account_state(theo)

    assert (state.balance, state.equity, state.margin) == (0, 0, 0)
    assert state.margin_level_percent is None
    assert state.currency == site.server.account(theo).currency


def test_a_position_is_opened_seen_and_closed(site, theo):
    pay(site, theo, "5000")
    lots = Decimal("0.10")

    opened = site.server.trade(
        MarketOrder(login=theo, symbol="EURUSD", side=Side.BUY, lots=lots, comment="by desk")
    )
    held = site.server.positions_of([theo])
    state = site.server.account_state(theo)
    closed = site.server.trade(
        MarketOrder(
            login=theo,
            symbol="EURUSD",
            side=Side.SELL,
            lots=lots,
            closes_position=held[0].position_id,
        )
    )

    assert [(p.symbol, p.side, p.lots, p.price_open) for p in held] == [
        ("EURUSD", Side.BUY, lots, opened.price)
    ]
    assert state.margin > 0
    assert state.free_margin == state.equity - state.margin
    assert state.floating_profit == state.equity - state.balance - state.credit
    assert site.server.positions_of([theo]) == ()
    deals = site.server.deals_of(theo, since=_hour_ago(), until=_in_an_hour())
    trades = [deal for deal in deals if deal.is_trade]
    assert [deal.entry for deal in trades] == [DealEntry.IN, DealEntry.OUT]
    assert [deal.deal_id for deal in trades] == [opened.deal_id, closed.deal_id]
    assert (trades[1].lots_closed, trades[1].position_id) == (lots, held[0].position_id)
    assert sum(deal.result for deal in deals) == site.server.account(theo).balance
    pay(site, theo, -site.server.account(theo).balance, tag="W-9")


def test_a_trade_without_money_is_refused(site, theo):
    order = MarketOrder(login=theo, symbol="EURUSD", side=Side.BUY, lots=Decimal(1))

    with pytest.raises((ShortOfFunds, TradeRefused)):
        site.server.trade(order)


def test_deals_are_followed_by_a_cursor(site, theo):
    groups = [site.group]
    cursor = DealCursor(server_s=site.server.clock().now_server_s)
    first = pay(site, theo, "1", tag="W-1")

    page = site.server.deals_after(cursor, groups=groups)
    second = pay(site, theo, "-1", tag="W-2")
    later = site.server.deals_after(page.cursor, groups=groups)

    assert page.is_caught_up
    mine = [[d.deal_id for d in p.deals if d.login == theo] for p in (page, later)]
    assert mine[0] == [first]
    assert mine[1] == [first, second]  # windows overlap: kept by deal_id, nothing is missed


def test_accounts_of_groups_are_listed(site, theo):
    assert theo in site.server.logins_in([site.group])
    assert theo in [record.login for record in site.server.accounts_in([site.group])]
    assert site.server.positions_in([site.group]) is not None
    assert site.server.orders_of([theo]) == ()


def test_the_session_is_opened_when_needed_and_closed(site):
    site.server.ping()
    site.server.close()
    site.server.ping()

    assert site.server.capabilities.can_find_operation
    assert site.server.capabilities.max_comment_length == 31


def test_swaps_and_hours_of_symbols_are_read(site):
    pair = next(one for one in site.server.symbols() if one.name == "EURUSD")

    assert (pair.currency_base, pair.currency_profit) == ("EUR", "USD")
    assert pair.swap_triple_weekday in range(8)
    assert {hours.weekday for hours in pair.trade_sessions} <= set(range(7))
    assert site.server.symbol_for_group("EURUSD", group=site.group).lots_step > 0


def test_an_account_moves_to_another_group_of_its_currency_only(site, theo):
    own = site.server.account(theo)
    others = [group for group in site.server.groups() if group.name.lower() != own.group.lower()]
    foreign = next((one for one in others if one.currency != own.currency), None)

    if foreign is not None:
        with pytest.raises((GroupCurrencyDiffers, NotPermitted)):
            site.server.change_account(theo, AccountChanges(group=foreign.name))
    assert site.server.account(theo).group == own.group


def test_an_open_position_is_found_among_those_of_its_group(site, theo):
    pay(site, theo, "5000")
    order = MarketOrder(login=theo, symbol="EURUSD", side=Side.BUY, lots=Decimal("0.01"))
    site.server.trade(order)

    (held,) = site.server.positions_of([theo])
    assert held in site.server.positions_in([site.group])
    assert site.server.account_states([theo])[0].margin > 0

    site.server.trade(
        MarketOrder(
            login=theo,
            symbol="EURUSD",
            side=Side.SELL,
            lots=Decimal("0.01"),
            closes_position=held.position_id,
        )
    )
    assert held.position_id not in {
        one.position_id for one in site.server.positions_in([site.group])
    }
    pay(site, theo, -site.server.account(theo).balance, tag="W-9")


def test_every_method_of_the_port_is_held_to_its_contract_here():
    wanted = {name for name in vars(TradingServer) if not name.startswith("_")}
    tree = ast.parse(Path(__file__).read_text())
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "server"
    }

    assert wanted - used == set()
    assert all(
        callable(getattr(Mt5WebApi, name, None)) or name == "capabilities" for name in wanted
    )


def _hour_ago():
    return clock.now() - dt.timedelta(hours=1)


def _in_an_hour():
    return clock.now() + dt.timedelta(hours=1)
