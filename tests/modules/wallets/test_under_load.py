"""Many at once: nothing below zero, nothing twice, nobody waits for ever."""

from __future__ import annotations

import random

import pytest

from kernel.pin import pin
from modules.wallets import queries, services
from modules.wallets.errors import NotEnough
from modules.wallets.models import Entry
from modules.wallets.types import EntryKind, Leg
from tests.modules.wallets.conftest import at_once, fund, new_wallet, transfer, usd
from tests.support.tenants import SYSTEM


def withdraw(wallet, n):
    legs = [Leg(wallet, usd(-100_00)), Leg("bank", usd(100_00))]
    return services.post(EntryKind.WITHDRAWAL, f"w{n}", legs, by=SYSTEM, cause="test:1")


def test_five_hundred_withdrawals_at_once_pay_exactly_what_is_there_led_04(in_alpha):
    wallet = new_wallet(usd(10_000_00))

    found = at_once(in_alpha, [lambda n=n: withdraw(wallet, n) for n in range(500)], threads=16)

    assert sum(isinstance(one, NotEnough) for one in found) == 400
    assert sum(getattr(one, "is_new", False) for one in found) == 100
    assert queries.funds(wallet).balance == usd(0)
    assert queries.check_ledger() == ()


def test_transfers_across_a_few_wallets_never_wait_for_each_other_led_05(in_alpha, beta):
    wallets = [new_wallet(usd(1_000_00)) for _ in range(8)]
    chance = random.Random(5)
    pairs = [chance.sample(wallets, 2) for _ in range(3_000)]
    jobs = [
        lambda a=a, b=b, n=n: transfer(a, b, usd(1 + n % 70), str(n))
        for n, (a, b) in enumerate(pairs)
    ]

    found = at_once(in_alpha, jobs, threads=16)

    assert [one for one in found if isinstance(one, Exception)] == []
    assert sum(queries.balance(one).minor for one in wallets) == 8 * 1_000_00
    assert queries.check_ledger() == ()


def test_deposits_delivered_three_times_in_any_order_arrive_once(in_alpha):
    wallets = [new_wallet(usd(0)) for _ in range(10)]
    orders = [(wallets[n % 10], usd(100 + n), f"d{n}") for n in range(150)] * 3
    random.Random(3).shuffle(orders)

    found = at_once(in_alpha, [lambda order=order: fund(*order) for order in orders], threads=16)

    total = sum(100 + n for n in range(150))
    assert sum(one.is_new for one in found) == 150
    assert sum(queries.balance(one).minor for one in wallets) == total
    assert queries.balance(services.house_account("psp_clearing:test", "USD")) == usd(-total)


def test_the_other_broker_never_sees_or_loses_anything(alpha, beta):
    with beta.pin():
        bens = new_wallet(usd(50_00))
    with alpha.pin():
        adas = new_wallet(usd(80_00))
        services.take_snapshots(least=1)
        assert Entry.objects.count() == 1
        with pytest.raises(Exception, match="no such account"):
            fund(bens, usd(1))
    with pin(beta.schema):
        assert queries.balance(bens) == usd(50_00)
        assert Entry.objects.count() == 1
        assert queries.funds_of([adas]) == {}
        assert queries.check_ledger() == ()
