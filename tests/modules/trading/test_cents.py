"""Cent accounts: a hundred on the server are one of the money's currency (ACC-01)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction

from kernel.ids import new_id
from kernel.models import OutboxEvent
from kernel.money import Money
from modules.trading import queries, services
from modules.trading.errors import (
    CentsHoldMoney,
    CentsInUse,
    CentsOfGroup,
    CreditBelowZero,
    OperationsPending,
)
from modules.trading.models import AccountType, TradingAccount
from modules.trading.types import HistoryFilter, TypeWish
from tests.modules.trading.conftest import carry_out_all
from tests.modules.trading.test_accounts import settle
from tests.modules.trading.test_opening import on_server, open_one
from tests.modules.trading.test_syncing import look
from tests.support.tenants import SYSTEM


@pytest.fixture
def cents(alpha, types):
    """The live and the demo type count in cents."""
    with alpha.pin():
        AccountType.objects.update(cent_factor=100)
    return types


def move(place, account, amount, key):
    with place.pin(), transaction.atomic():
        services.ask_balance(
            account.id, Money.of(Decimal(amount), "USD"), by=SYSTEM, cause="test", key=key
        )
    carry_out_all(place)


def wish_of(place, type_id, **changes):
    with place.pin():
        row = AccountType.objects.get(pk=type_id)
    told = {
        "name": row.name, "summary": "", "environment": row.environment,
        "server_id": row.server_id, "group": row.group, "leverages": tuple(row.leverages),
        "leverage_default": row.leverage_default, "cent_factor": row.cent_factor,
    }  # fmt: skip
    return TypeWish(**{**told, **changes})


def test_real_money_is_a_hundred_times_on_the_server_and_events_tell_the_real(
    alpha, theo, wired, cents
):
    account = open_one(alpha, theo, cents["live"])

    move(alpha, account, "10.00", "in")
    after_in = on_server(alpha, wired, account.login).balance
    look(alpha, wired)
    with alpha.pin():
        shown = queries.own_account(account.id, theo.pk)
        (total,) = queries.totals([shown])
        curve = queries.curve([shown], "all")
        (line,) = queries.money_page(HistoryFilter(account_ids=(account.id,)), per_page=5).lines
    move(alpha, account, "-4.25", "out")
    look(alpha, wired)

    assert after_in == Decimal("1000.00")
    assert on_server(alpha, wired, account.login).balance == Decimal("575.00")
    assert (shown.balance.minor, shown.worth_minor, shown.cent_factor) == (1000_00, 10_00, 100)
    assert (shown.withdrawable.minor, shown.real_free_margin.minor) == (10_00, 10_00)
    assert (total.balance.minor, total.available.minor) == (10_00, 10_00)
    assert (line.kind, line.amount.minor) == ("deposit", 10_00)
    assert (curve.equity[-1], curve.result.minor) == (Decimal("10.00"), 0)
    with alpha.pin():
        told = OutboxEvent.objects.order_by("pk")
        done = [one.payload["amount_minor"] for one in told.filter(name="trading.OperationDone")]
        moved = [one.payload["amount_minor"] for one in told.filter(name="trading.MoneyMoved")]
    assert sorted(one for one in done if one) == [-4_25, 10_00]
    assert sorted(moved) == [-4_25, 10_00]


def test_api_tells_what_the_server_shows_and_what_it_is_worth(alpha, theo, wired, cents):
    account = open_one(alpha, theo, cents["live"])
    move(alpha, account, "5.75", "in")
    look(alpha, wired)

    (told,) = alpha.signed_in(theo).get("/api/v1/trading/my/accounts").json()["items"]

    assert (Decimal(told["balance"]), Decimal(told["worth"])) == (Decimal(575), Decimal("5.75"))
    assert told["cent_factor"] == 100


def test_demo_account_starts_with_the_amount_a_hundred_times(alpha, theo, wired, cents):
    account = open_one(alpha, theo, cents["demo"])

    carry_out_all(alpha)

    assert on_server(alpha, wired, account.login).balance == Decimal(1_000_000)
    assert account.worth.amount == Decimal(10_000)


def test_answer_lost_to_a_deposit_is_found_by_its_tag_and_booked_once(
    alpha, theo, wired, cents, simulator
):
    account = open_one(alpha, theo, cents["live"])
    simulator.control("/faults", kind="lost", path="/api/trade/balance")

    move(alpha, account, "10.00", "in")
    with alpha.pin():
        TradingAccount.objects.get(pk=account.id).intents.update(due_at="2020-01-01T00:00:00Z")
    carry_out_all(alpha)

    with alpha.pin():
        state = TradingAccount.objects.get(pk=account.id).intents.get(kind="balance").state
    assert state == "done"
    assert on_server(alpha, wired, account.login).balance == Decimal("1000.00")


def test_credit_is_real_money_and_never_below_nothing(alpha, theo, wired, cents):
    account = open_one(alpha, theo, cents["live"])
    with alpha.pin():
        services.move_credit(account.id, amount=Money(5_00, "USD"), comment="x", by=SYSTEM)
    carry_out_all(alpha)
    look(alpha, wired)

    with alpha.pin():
        shown = queries.own_account(account.id, theo.pk)
        with pytest.raises(CreditBelowZero, match=r"5\.00"):
            services.move_credit(account.id, amount=Money(-5_01, "USD"), comment="x", by=SYSTEM)
    assert (shown.credit.minor, shown.real_credit.minor) == (500_00, 5_00)


@pytest.fixture
def cent_type(alpha, types):
    """A second live type, that counts in cents."""
    with alpha.pin():
        row = AccountType.objects.get(pk=types["live"])
        row._state.adding = True
        row.id, row.name, row.cent_factor = new_id(), "Cent live", 100
        row.save(force_insert=True)
        return row.pk


def test_no_change_between_types_that_count_otherwise_while_something_is_there(
    alpha, theo, wired, types, cent_type
):
    account = open_one(alpha, theo, types["live"])
    with alpha.pin():
        with transaction.atomic():
            services.ask_balance(account.id, Money(1, "USD"), by=SYSTEM, cause="t", key="1")
        with pytest.raises(OperationsPending):
            services.change_type(account.id, type_id=cent_type, by=SYSTEM)
    carry_out_all(alpha)
    look(alpha, wired)
    with alpha.pin(), pytest.raises(CentsHoldMoney):
        services.change_type(account.id, type_id=cent_type, by=SYSTEM)
    move(alpha, account, "-0.01", "2")
    look(alpha, wired)
    with alpha.pin():
        with transaction.atomic():
            services.ask_group(account.id, cent_type, by=SYSTEM, cause="t", key="g")
        with pytest.raises(OperationsPending), transaction.atomic():
            services.ask_balance(account.id, Money(1, "USD"), by=SYSTEM, cause="t", key="3")
    settle(alpha)

    with alpha.pin():
        changed = TradingAccount.objects.get(pk=account.id)
    assert (changed.type_id, changed.cent_factor) == (cent_type, 100)
    move(alpha, account, "0.01", "4")
    assert on_server(alpha, wired, account.login).balance == Decimal("1.00")


def test_how_a_type_counts_is_fixed_once_accounts_exist_and_one_for_its_group(alpha, theo, types):
    with alpha.pin():
        services.update_type(
            types["live"], wish_of(alpha, types["live"], cent_factor=100), by=SYSTEM
        )
    account = open_one(alpha, theo, types["live"])

    with alpha.pin(), pytest.raises(CentsInUse):
        services.update_type(types["live"], wish_of(alpha, types["live"], cent_factor=1), by=SYSTEM)
    other = wish_of(alpha, types["live"], name="Other", cent_factor=1)
    with alpha.pin(), pytest.raises(CentsOfGroup):
        services.create_type(other, by=SYSTEM)
    assert account.cent_factor == 100


def test_pages_mark_a_cent_account_and_say_what_it_is_worth(alpha, ada, theo, wired, cents):
    account = open_one(alpha, theo, cents["live"])
    move(alpha, account, "10.00", "in")
    look(alpha, wired)

    room = alpha.signed_in(theo).get(f"/room/trading/{account.id}/").content.decode()
    history = alpha.signed_in(theo).get(f"/room/trading/{account.id}/history/").content.decode()
    dashboard = alpha.signed_in(theo).get("/room/").content.decode()
    office = alpha.signed_in(ada).get(f"/office/trading/accounts/{account.id}/").content.decode()

    assert "Cent account" in history
    assert "1,000.00" not in dashboard
    for page in (room, office):
        assert "Cent account" in page
        assert "1,000.00" in page
        assert "10.00" in page


def test_what_can_be_taken_out_is_rounded_down(alpha, theo, cents):
    account = open_one(alpha, theo, cents["live"])
    with alpha.pin():
        TradingAccount.objects.filter(pk=account.id).update(
            balance_minor=199, free_margin_minor=199, credit_minor=0
        )
        shown = queries.own_account(account.id, theo.pk)

    assert shown.withdrawable == Money(1, "USD")
