from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from kernel import clock
from kernel.ids import new_id
from modules.wallets import queries, services
from modules.wallets.errors import NoSuchAccount
from modules.wallets.models import Posting, Snapshot
from modules.wallets.queries import statements
from modules.wallets.services.papers import statement_paper
from modules.wallets.types import StatementFilter
from tests.modules.wallets.conftest import fund, new_wallet, transfer, usd

MINUTE = dt.timedelta(minutes=1)


def test_what_was_on_an_account_at_any_instant(frozen, in_alpha):
    wallet, other = new_wallet(usd(0)), new_wallet(usd(0))
    bank = services.house_account("psp_clearing:test", "USD")
    moments = []
    for amount in (usd(10_00), usd(5_00), usd(1_00)):
        clock.advance(MINUTE)
        fund(wallet, amount)
        moments.append(clock.now())
    clock.advance(MINUTE)
    transfer(wallet, other, usd(16_00))

    found = [queries.balance_at(wallet, at).minor for at in (frozen, *moments, clock.now())]
    assert found == [0, 10_00, 15_00, 16_00, 0]
    house = [queries.balance_at(bank, at).minor for at in (frozen, *moments)]
    assert house == [0, -10_00, -15_00, -16_00]
    between = moments[0] + MINUTE / 2
    assert queries.balance_at(wallet, between) == usd(10_00)


def test_a_clock_that_goes_back_does_not_disorder_a_wallet(frozen, in_alpha):
    wallet = new_wallet(usd(10_00))
    with clock.frozen(frozen - MINUTE):
        fund(wallet, usd(5_00))

    times = list(Posting.objects.filter(account_id=wallet).order_by("seq").values_list("posted_at"))
    assert times == sorted(times)
    assert queries.balance_at(wallet, frozen) == usd(15_00)
    assert queries.balance_at(wallet, frozen - MINUTE / 2) == usd(0)


def test_house_accounts_read_the_same_with_and_without_sums(frozen, in_alpha):
    wallet = new_wallet(usd(0))
    bank = services.house_account("psp_clearing:test", "USD")
    for _ in range(5):
        clock.advance(MINUTE)
        fund(wallet, usd(1_00))
    middle = clock.now()
    clock.advance(dt.timedelta(hours=2))

    assert services.take_snapshots(least=1) == 1
    assert services.take_snapshots(least=1) == 0
    fund(wallet, usd(1_00))
    clock.advance(dt.timedelta(hours=2))
    assert services.take_snapshots(least=1) == 1

    assert Snapshot.objects.count() == 2
    assert queries.balance(bank) == usd(-6_00)
    assert queries.balance_at(bank, middle) == usd(-5_00)
    assert queries.balance_at(bank, middle - MINUTE) == usd(-4_00)
    assert [line.balance for line in queries.house_balances()] == [usd(-6_00)]
    assert [line.balance for line in queries.house_balances(middle)] == [usd(-5_00)]
    assert queries.check_ledger() == ()


def test_nothing_is_posted_behind_a_sum(frozen, in_alpha):
    wallet = new_wallet(usd(1_00))
    bank = services.house_account("psp_clearing:test", "USD")
    clock.advance(dt.timedelta(hours=2))
    services.take_snapshots(least=1)

    with clock.frozen(frozen - MINUTE):
        fund(wallet, usd(1_00))

    assert queries.balance(bank) == usd(-2_00)
    assert queries.check_ledger() == ()


def test_an_account_that_is_not_there_has_no_balance(in_alpha):
    for ask in (queries.balance, queries.funds):
        with pytest.raises(NoSuchAccount):
            ask(new_id())
    with pytest.raises(NoSuchAccount):
        queries.balance_at(new_id(), clock.now())


def test_a_file_has_every_line_and_a_paper_says_when_it_has_not(in_alpha, monkeypatch):
    wallet, day = new_wallet(usd(0)), clock.now().date()
    for cents in (1, 2, 3, 4, 5):
        fund(wallet, usd(cents))
    monkeypatch.setattr(statements, "LONGEST", 2)

    rows = list(queries.statement_rows(wallet, StatementFilter()))
    found = queries.statement(wallet, client_name="Theo", from_on=day, to_on=day)
    yesterday = queries.statement(
        wallet, client_name="Theo", from_on=day, to_on=day - dt.timedelta(days=1)
    )

    assert [row[5] for row in rows] == [Decimal(n) / 100 for n in (1, 3, 6, 10, 15)]
    assert (found.opening, found.closing, found.is_cut) == (usd(0), usd(3), True)
    assert (yesterday.lines, yesterday.is_cut) == ((), False)
    assert statement_paper(found).startswith(b"%PDF-")
