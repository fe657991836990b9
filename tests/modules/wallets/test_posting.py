from __future__ import annotations

import pytest
from django.db import transaction

from kernel.ids import new_id
from kernel.money import Money
from modules.wallets import queries, services
from modules.wallets.errors import (
    AlreadyReversed,
    KeyReused,
    NoSuchAccount,
    NoSuchEntry,
    NotBalanced,
    NotEnough,
    WrongCurrency,
)
from modules.wallets.models import Account, Entry, Posting
from modules.wallets.types import EntryKind, Leg
from tests.modules.wallets.conftest import at_once, fund, new_wallet, transfer, usd
from tests.support.tenants import SYSTEM


def test_money_moves_from_one_account_to_another(wallet):
    other = new_wallet(usd(0))

    transfer(wallet, other, usd(30_00))

    assert (queries.balance(wallet), queries.balance(other)) == (usd(70_00), usd(30_00))
    assert queries.balance(services.house_account("psp_clearing:test", "USD")) == usd(-100_00)


def test_the_same_order_again_is_the_same_entry_led_03(wallet):
    other = new_wallet(usd(0))
    first = transfer(wallet, other, usd(30_00), "a")

    again = transfer(wallet, other, usd(30_00), "a")

    assert (first.is_new, again.is_new, again.entry_id) == (True, False, first.entry_id)
    assert queries.balance(wallet) == usd(70_00)


def test_the_same_order_again_is_the_same_entry_though_the_money_is_gone(wallet):
    other = new_wallet(usd(0))
    first = transfer(wallet, other, usd(100_00), "a")

    assert transfer(wallet, other, usd(100_00), "a").entry_id == first.entry_id


def test_the_same_key_for_another_order_is_refused_led_03(wallet):
    other = new_wallet(usd(0))
    transfer(wallet, other, usd(30_00), "a")

    with pytest.raises(KeyReused):
        transfer(wallet, other, usd(30_01), "a")

    assert queries.balance(wallet) == usd(70_00)


@pytest.mark.parametrize(
    "amounts", [[100], [100, -99], [100, -100, 0], []], ids=["one", "uneven", "empty leg", "none"]
)
def test_sides_that_do_not_balance_are_refused(wallet, amounts):
    legs = [Leg(wallet if i else "bank", usd(minor)) for i, minor in enumerate(amounts)]

    with pytest.raises(NotBalanced):
        services.post(EntryKind.DEPOSIT, "a", legs, by=SYSTEM, cause="test:1")

    assert queries.balance(wallet) == usd(100_00)


def test_each_currency_balances_by_itself(wallet):
    legs = [Leg(wallet, usd(-100)), Leg("fx", Money(100, "EUR"))]

    with pytest.raises(NotBalanced):
        services.post(EntryKind.EXCHANGE, "a", legs, by=SYSTEM, cause="test:1")


def test_a_refusal_leaves_the_callers_transaction_usable(wallet):
    other = new_wallet(usd(0))

    with transaction.atomic():
        with pytest.raises(NotEnough):
            transfer(wallet, other, usd(100_01))
        transfer(wallet, other, usd(1_00))

    assert queries.balance(wallet) == usd(99_00)


def test_what_the_caller_takes_back_was_never_posted(wallet):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        fund(wallet, usd(5_00))
        raise ZeroDivisionError

    assert queries.balance(wallet) == usd(100_00)


def test_an_account_that_is_not_there_is_refused(wallet):
    with pytest.raises(NoSuchAccount):
        transfer(wallet, new_id(), usd(1))


def test_an_amount_in_another_currency_than_the_account_is_refused(wallet):
    other = new_wallet(Money(0, "EUR"))
    legs = [Leg(wallet, Money(-1, "EUR")), Leg(other, Money(1, "EUR"))]

    with pytest.raises(WrongCurrency):
        services.post(EntryKind.TRANSFER, "a", legs, by=SYSTEM, cause="test:1")


def test_a_house_account_nobody_knows_is_a_mistake(wallet):
    for code in ("pocket", "psp_clearing", "bank:mine", "client_wallet:x"):
        with pytest.raises(ValueError, match="no house account"):
            services.post(
                EntryKind.FEE, "a", [Leg(wallet, usd(-1)), Leg(code, usd(1))], by=SYSTEM, cause="t"
            )


def test_an_entry_is_reversed_once_led_11(wallet):
    other = new_wallet(usd(0))
    entry = transfer(wallet, other, usd(30_00)).entry_id

    undone = services.reverse(entry, "r1", by=SYSTEM, cause="test:3")
    again = services.reverse(entry, "r1", by=SYSTEM, cause="test:3")

    assert (queries.balance(wallet), queries.balance(other)) == (usd(100_00), usd(0))
    assert (again.entry_id, again.is_new) == (undone.entry_id, False)
    with pytest.raises(AlreadyReversed):
        services.reverse(entry, "r2", by=SYSTEM, cause="test:3")
    assert Entry.objects.get(pk=undone.entry_id).reverses_id == entry


def test_what_was_spent_cannot_be_reversed(wallet):
    other = new_wallet(usd(0))
    entry = transfer(wallet, other, usd(30_00)).entry_id
    transfer(other, wallet, usd(1))

    with pytest.raises(NotEnough):
        services.reverse(entry, "r", by=SYSTEM, cause="test:3")


def test_nothing_reverses_an_entry_that_is_not_there(wallet):
    with pytest.raises(NoSuchEntry):
        services.reverse(new_id(), "r", by=SYSTEM, cause="test:3")


def test_an_entry_says_who_why_and_when(wallet, frozen):
    entry = Entry.objects.get(pk=transfer(wallet, new_wallet(usd(0)), usd(1)).entry_id)

    assert (entry.actor_kind, entry.actor_name, entry.cause) == ("system", "tests", "test:2")
    assert entry.occurred_at == frozen


def test_postings_of_a_wallet_are_numbered_and_carry_the_balance(wallet):
    transfer(wallet, new_wallet(usd(0)), usd(30_00))
    rows = Posting.objects.filter(account_id=wallet).order_by("seq")

    assert list(rows.values_list("seq", "balance_after_minor")) == [(1, 100_00), (2, 70_00)]


def test_two_legs_on_one_wallet_are_taken_together(wallet):
    legs = [
        Leg(wallet, usd(-100_00)),
        Leg(wallet, usd(5_00)),
        Leg("fees", usd(5_00)),
        Leg("bank", usd(90_00)),
    ]

    services.post(EntryKind.WITHDRAWAL, "a", legs, by=SYSTEM, cause="test:1")

    rows = Posting.objects.filter(account_id=wallet).order_by("seq")
    assert [row.balance_after_minor for row in rows] == [100_00, 105_00, 5_00]


def test_a_wallet_is_opened_once_however_many_ask(in_alpha):
    client = new_id()

    found = at_once(in_alpha, [lambda: services.open_wallet(client, "USD")] * 16)

    assert len(set(found)) == 1
    assert Account.objects.count() == 1


def test_one_order_delivered_by_many_at_once_is_posted_once_led_03(wallet, in_alpha):
    other = new_wallet(usd(0))

    found = at_once(in_alpha, [lambda: transfer(wallet, other, usd(60_00), "a")] * 24)

    assert sum(posted.is_new for posted in found) == 1
    assert len({posted.entry_id for posted in found}) == 1
    assert queries.balance(wallet) == usd(40_00)


def test_other_orders_under_one_key_at_once_are_refused_led_03(wallet, in_alpha):
    other = new_wallet(usd(0))
    jobs = [lambda n=n: transfer(wallet, other, usd(n), "a") for n in range(1, 13)]

    found = at_once(in_alpha, jobs)

    assert sum(isinstance(one, KeyReused) for one in found) == 11
    assert Entry.objects.filter(kind="transfer").count() == 1
