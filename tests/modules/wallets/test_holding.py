from __future__ import annotations

import pytest

from kernel.ids import new_id
from modules.wallets import queries, services
from modules.wallets.errors import (
    HoldIsOver,
    KeyReused,
    NoSuchAccount,
    NoSuchHold,
    NotEnough,
    NotPositive,
)
from modules.wallets.types import EntryKind, Leg
from tests.modules.wallets.conftest import at_once, fund, new_wallet, transfer, usd
from tests.support.tenants import SYSTEM


def hold(wallet, amount, key="h"):
    return services.hold(wallet, amount, key, cause="test:1", by=SYSTEM)


def pay(hold_id, wallet, amount, key="p"):
    legs = [Leg(wallet, -amount), Leg("payout_pending", amount)]
    return services.capture(hold_id, EntryKind.WITHDRAWAL, key, legs, by=SYSTEM, cause="test:1")


def test_what_is_held_is_there_and_cannot_be_spent(wallet):
    hold(wallet, usd(70_00))

    found = queries.funds(wallet)
    assert (found.balance, found.held, found.available) == (usd(100_00), usd(70_00), usd(30_00))
    with pytest.raises(NotEnough):
        transfer(wallet, new_wallet(usd(0)), usd(30_01))
    with pytest.raises(NotEnough):
        hold(wallet, usd(30_01), "other")
    transfer(wallet, new_wallet(usd(0)), usd(30_00))


def test_holding_twice_under_one_key_holds_once(wallet):
    assert hold(wallet, usd(70_00)) == hold(wallet, usd(70_00))

    assert queries.funds(wallet).held == usd(70_00)
    with pytest.raises(KeyReused):
        hold(wallet, usd(1_00))


def test_what_is_released_is_free_again_and_once(wallet):
    held = hold(wallet, usd(70_00))

    services.release(held, by=SYSTEM)

    assert queries.funds(wallet).available == usd(100_00)
    with pytest.raises(HoldIsOver):
        services.release(held, by=SYSTEM)
    with pytest.raises(HoldIsOver):
        pay(held, wallet, usd(70_00))
    assert queries.funds(wallet).available == usd(100_00)


def test_what_is_captured_is_paid_out_of_the_hold(wallet):
    held = hold(wallet, usd(100_00))

    first = pay(held, wallet, usd(60_00))
    again = pay(held, wallet, usd(60_00))

    found = queries.funds(wallet)
    assert (found.balance, found.held) == (usd(40_00), usd(0))
    assert (first.is_new, again.is_new, again.entry_id) == (True, False, first.entry_id)
    assert queries.get_hold(held).state == "captured"
    with pytest.raises(HoldIsOver):
        pay(held, wallet, usd(40_00), "other")


def test_a_capture_takes_no_more_than_was_held(wallet):
    held = hold(wallet, usd(50_00))

    with pytest.raises(NotEnough):
        pay(held, wallet, usd(50_01))

    assert queries.funds(wallet).held == usd(50_00)


def test_nothing_and_less_cannot_be_held(wallet):
    for amount in (usd(0), usd(-5)):
        with pytest.raises(NotPositive):
            hold(wallet, amount)


def test_holds_and_wallets_that_are_not_there_are_refused(wallet):
    with pytest.raises(NoSuchAccount):
        hold(new_id(), usd(1))
    with pytest.raises(NoSuchHold):
        services.release(new_id(), by=SYSTEM)
    with pytest.raises(NoSuchHold):
        queries.get_hold(new_id())


def test_holding_and_spending_at_once_never_go_below_zero_led_04(wallet, in_alpha):
    other = new_wallet(usd(0))
    jobs = [
        job
        for n in range(40)
        for job in (
            lambda n=n: hold(wallet, usd(5_00), f"h{n}"),
            lambda n=n: transfer(wallet, other, usd(5_00), f"t{n}"),
        )
    ]

    found = at_once(in_alpha, jobs)

    refused = sum(isinstance(one, NotEnough) for one in found)
    assert refused == 80 - 20
    assert queries.funds(wallet).available == usd(0)


def test_releasing_and_capturing_at_once_ends_a_hold_one_way(wallet, in_alpha):
    fund(wallet, usd(100_00))
    holds = [hold(wallet, usd(10_00), f"h{n}") for n in range(20)]
    jobs = [
        job
        for n, held in enumerate(holds)
        for job in (
            lambda held=held: services.release(held, by=SYSTEM),
            lambda n=n, held=held: pay(held, wallet, usd(10_00), f"p{n}"),
        )
    ]

    found = at_once(in_alpha, jobs)

    assert sum(isinstance(one, HoldIsOver) for one in found) == 20
    paid = sum(getattr(one, "is_new", False) for one in found)
    assert queries.funds(wallet).available == usd(200_00 - paid * 10_00)
    assert queries.open_holds(wallet) == ()
