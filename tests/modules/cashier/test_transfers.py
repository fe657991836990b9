"""Transfers: between wallets and trading accounts, compensated when a server refuses."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kernel import clock
from kernel.actor import Actor, ActorKind, Scope
from kernel.ids import new_id
from modules.cashier import services
from modules.cashier.errors import (
    NoSuchBeneficiary,
    NoSuchTransfer,
    NotFree,
    NothingArrives,
    NotToOthers,
    NotYourMoney,
    QuoteExpired,
    SamePlace,
)
from modules.cashier.models import PayoutRule, Transfer, Withdrawal
from modules.cashier.types.outgoing import TransferWish
from modules.requests import services as requests
from modules.trading.models import Intent, TradingAccount
from modules.wallets import services as wallets
from tests.modules.cashier.going_out import (
    client_of,
    decide,
    free,
    fund,
    house,
    ledger_holds,
    make_world,
    usd,
    worker,
)
from tests.modules.conftest import make_client
from tests.modules.trading.conftest import make_types

NOBODYS = "01a1fde3-0000-7000-8000-000000000000"
"""An id that nothing has."""


@pytest.fixture
def types(alpha, wired):
    return make_types(alpha, wired)


@pytest.fixture
def account(alpha, types, theo):
    """A live account of Theo's on the simulated server, with nothing on it."""
    return open_account(alpha, theo, types["live"])


@pytest.fixture
def finance():
    grants = dict.fromkeys(("requests.see_requests", "cashier.decide_withdrawals"), Scope.ALL)
    return Actor(
        kind=ActorKind.PERSON, id=new_id(), name="Ada Winter", grants=grants, is_staff=True
    )


def open_account(alpha, person, type_id):
    from modules.trading import services as trading

    with alpha.pin():
        found = trading.open_account(person.pk, type_id, leverage=100, by=client_of(person))
        worker()
        row = TradingAccount.objects.get(pk=found)
    assert row.state == "open", row.state_reason
    return row


def move(theo, source, target, amount, **more):
    """Plan and ask; the transfer's row, as it is once everything is quiet."""
    wish = TransferWish(source=source, target=target, amount=amount, key=str(new_id()), **more)
    found = services.plan_transfer(theo.pk, wish)
    transfer_id = services.ask_transfer(theo.pk, found.token, by=client_of(theo))
    worker()
    return Transfer.objects.get(pk=transfer_id)


def at(account):
    return f"account:{account.pk}"


def on_server(alpha, account):
    """What the server says is on the account, in cents."""
    from provisioning.servers.services import trading_server

    with trading_server(account.server_id) as server:
        found = server.account(account.login)
    return int(found.balance * 100)


def mirror(account):
    return house(f"mt_mirror:{account.server_id}:{account.login}")


def test_money_goes_to_an_account_and_back_and_the_ledger_says_what_the_server_says(
    alpha, account, theo
):
    with alpha.pin():
        wallet = fund(theo.pk, usd(500_00))
        there = move(theo, "wallet:USD", at(account), usd(300_00))
        halfway = (free(wallet), on_server(alpha, account), mirror(account))
        back = move(theo, at(account), "wallet:USD", usd(120_00))

        assert (there.state, back.state) == ("done", "done")
        assert halfway == (200_00, 300_00, 300_00)
        assert (free(wallet), on_server(alpha, account), mirror(account)) == (
            320_00, 180_00, 180_00,
        )  # fmt: skip
        assert house(f"mt_in_transit:{account.server_id}") == 0
        assert ledger_holds()


def test_account_to_account_is_two_operations_through_the_way(alpha, account, types, theo):
    other = open_account(alpha, theo, types["live"])
    with alpha.pin():
        fund(theo.pk, usd(500_00))
        move(theo, "wallet:USD", at(account), usd(300_00))
        row = move(theo, at(account), at(other), usd(100_00))

        assert row.state == "done"
        assert (on_server(alpha, account), on_server(alpha, other)) == (200_00, 100_00)
        assert (mirror(account), mirror(other)) == (200_00, 100_00)
        assert house(f"mt_in_transit:{account.server_id}") == 0
        assert ledger_holds()


def test_a_second_account_that_refuses_sends_the_money_back_to_the_first(
    alpha, account, types, theo, simulator
):
    other = open_account(alpha, theo, types["live"])
    with alpha.pin():
        fund(theo.pk, usd(500_00))
        move(theo, "wallet:USD", at(account), usd(300_00))
        wish = TransferWish(
            source=at(account), target=at(other), amount=usd(100_00), key=str(new_id())
        )
        found = services.plan_transfer(theo.pk, wish)
        transfer_id = services.ask_transfer(theo.pk, found.token, by=client_of(theo))
        # The other account is put away while the money is on its way.
        TradingAccount.objects.filter(pk=other.pk).update(state="archived")
        worker()
        row = Transfer.objects.get(pk=transfer_id)

        assert row.state == "returned"
        assert row.reason
        assert (on_server(alpha, account), mirror(account), mirror(other)) == (300_00, 300_00, 0)
        assert house(f"mt_in_transit:{account.server_id}") == 0
        assert ledger_holds()


def test_more_than_the_server_has_is_refused_and_nothing_has_moved(alpha, account, theo):
    with alpha.pin():
        fund(theo.pk, usd(500_00))
        move(theo, "wallet:USD", at(account), usd(100_00))
        # Our figures are old: the server knows better, and checks the margin (SAG-07).
        TradingAccount.objects.filter(pk=account.pk).update(
            balance_minor=900_00, free_margin_minor=900_00
        )
        row = move(theo, at(account), "wallet:USD", usd(800_00))

        assert (row.state, bool(row.reason)) == ("failed", True)
        assert (on_server(alpha, account), mirror(account)) == (100_00, 100_00)
        assert ledger_holds()


def test_another_currency_is_converted_at_the_quoted_rate_house_rounding_led_08(alpha, theo):
    from modules.wallets.models import OwnRate

    with alpha.pin():
        OwnRate.objects.create(
            base="USD", quote="JPY", rate=Decimal("150.5"), set_by="Ada", set_at=clock.now()
        )
        wallet = fund(theo.pk, usd(100_00))
        row = move(theo, "wallet:USD", "wallet:JPY", usd(10_01))
        yen = wallets.open_wallet(theo.pk, "JPY")

        worth = Decimal("10.01") * Decimal("150.5")
        assert row.state == "done"
        assert free(yen) == int(worth * Decimal("0.99")) == row.arrives_minor
        assert free(wallet) == 89_99
        assert house("fx", "USD") == 10_01
        assert house("fx", "JPY") + house("fx_result", "JPY") + free(yen) == 0
        assert ledger_holds()


@pytest.mark.parametrize(
    ("source", "target", "cents", "refusal"),
    [
        ("wallet:USD", "wallet:USD", 1_00, SamePlace),
        ("wallet:USD", "wallet:EUR", 500_01, NotFree),
        ("wallet:USD", "wallet:EUR", 0, NothingArrives),
        ("wallet:USD", "wallet:EUR", -1_00, NothingArrives),
        ("wallet:EUR", "wallet:USD", 1_00, NotYourMoney),
        ("wallet:USD", "wallet:NOPE", 1_00, NotYourMoney),
        ("wallet:USD", f"account:{NOBODYS}", 1_00, NotYourMoney),
        (f"account:{NOBODYS}", "wallet:USD", 1_00, NotYourMoney),
    ],
)
def test_what_makes_no_sense_is_refused(alpha, theo, source, target, cents, refusal):
    with alpha.pin():
        wallet = fund(theo.pk, usd(500_00))
        with pytest.raises(refusal):
            move(theo, source, target, usd(cents))
        assert free(wallet) == 500_00


def test_another_clients_account_is_not_found(alpha, account, theo):
    ines = make_client(alpha, "ines@example.com", "Ines", "Karam")
    with alpha.pin():
        fund(ines.pk, usd(500_00))
        with pytest.raises(NotYourMoney):
            move(ines, "wallet:USD", at(account), usd(1_00))


def test_a_form_sent_twice_moves_once_and_a_quote_expires(alpha, theo):
    with alpha.pin():
        wallet = fund(theo.pk, usd(500_00))
        wish = TransferWish(
            source="wallet:USD", target="wallet:EUR", amount=usd(50_00), key=str(new_id())
        )
        from modules.wallets.models import OwnRate

        OwnRate.objects.create(
            base="USD", quote="EUR", rate=Decimal("0.9"), set_by="Ada", set_at=clock.now()
        )
        found = services.plan_transfer(theo.pk, wish)
        by = client_of(theo)
        ids = {services.ask_transfer(theo.pk, found.token, by=by) for _ in range(3)}
        with pytest.raises(QuoteExpired):
            services.ask_transfer(new_id(), found.token, by=by)

        assert (len(ids), free(wallet)) == (1, 450_00)


def test_sending_to_another_client_needs_the_brokers_leave_the_right_name_and_a_decision(
    alpha, theo, finance
):
    ines = make_client(alpha, "ines@example.com", "Ines", "Karam")
    from modules.clients import queries as clients

    with alpha.pin():
        wallet = fund(theo.pk, usd(500_00))
        number = clients.contact(ines.pk).number
        told = {"beneficiary_number": number, "beneficiary_name": " karam "}
        with pytest.raises(NotToOthers):
            move(theo, "wallet:USD", "", usd(50_00), **told)
        PayoutRule.objects.create(is_to_others_on=True)
        with pytest.raises(NoSuchBeneficiary):
            move(theo, "wallet:USD", "", usd(50_00), **(told | {"beneficiary_name": "Karim"}))
        row = move(theo, "wallet:USD", "", usd(50_00), **told)
        waiting = (row.state, free(wallet))
        decide(row, finance)
        row.refresh_from_db()
        hers = wallets.open_wallet(ines.pk, "USD")

        assert (waiting, row.state, free(hers)) == (("waiting", 450_00), "done", 50_00)
        with pytest.raises(NoSuchTransfer):
            services.cancel_transfer(row.pk, client_id=ines.pk, by=client_of(ines))


def test_what_is_turned_down_is_free_again(alpha, theo, finance):
    ines = make_client(alpha, "ines@example.com", "Ines", "Karam")
    from modules.clients import queries as clients

    with alpha.pin():
        PayoutRule.objects.create(is_to_others_on=True)
        wallet = fund(theo.pk, usd(500_00))
        told = {
            "beneficiary_number": clients.contact(ines.pk).number,
            "beneficiary_name": "Karam",
        }
        row = move(theo, "wallet:USD", "", usd(50_00), **told)
        requests.refuse(row.request_id, reason="Why?", by=finance)
        worker()
        row.refresh_from_db()

        assert (row.state, row.reason, free(wallet)) == ("refused", "Why?", 500_00)


# -- withdrawals from a trading account -----------------------------------------------------------


def test_a_withdrawal_from_an_account_debits_it_first_and_holds_what_came_sag_07(
    alpha, account, theo, finance
):
    with alpha.pin():
        world = make_world(theo)
        move(theo, "wallet:USD", at(account), usd(1_000_00))
        row = world.ask(300_00, source=at(account))
        before = (row.state, free(world.wallet))
        worker()
        row.refresh_from_db()
        held = (row.state, free(world.wallet), on_server(alpha, account), mirror(account))
        decide(row, finance)
        payout = row.payouts.get()
        services.record_paid_by_hand(payout.pk, reference="S", by=finance)
        row.refresh_from_db()

        assert (before, held) == (
            ("debiting", 0), ("waiting", 0, 700_00, 700_00),
        )  # fmt: skip
        assert (row.state, house("payout_pending")) == ("paid", 0)
        assert ledger_holds()


def test_a_debit_that_the_server_refuses_ends_the_withdrawal_with_nothing_moved(
    alpha, account, theo
):
    with alpha.pin():
        world = make_world(theo)
        TradingAccount.objects.filter(pk=account.pk).update(
            balance_minor=900_00, free_margin_minor=900_00
        )
        row = world.ask(300_00, source=at(account))
        worker()
        row.refresh_from_db()

        assert (row.state, row.reason_code) == ("failed", "servers.short_of_funds")
        assert (free(world.wallet), on_server(alpha, account)) == (1_000_00, 0)
        assert {one.state for one in row.payouts.all()} == {"released"}
        assert ledger_holds()


def test_open_positions_and_credit_keep_what_they_need(alpha, account, theo):
    with alpha.pin():
        world = make_world(theo)
        TradingAccount.objects.filter(pk=account.pk).update(
            balance_minor=900_00, credit_minor=100_00, free_margin_minor=350_00
        )
        with pytest.raises(NotFree):
            world.ask(250_01, source=at(account))


def test_an_account_whose_withdrawals_are_off_does_not_appear(alpha, account, theo):
    with alpha.pin():
        world = make_world(theo)
        TradingAccount.objects.filter(pk=account.pk).update(may_withdraw=False)
        with pytest.raises(NotYourMoney):
            world.ask(50_00, source=at(account))
        assert Withdrawal.objects.count() == Intent.objects.filter(kind="balance").count() == 0


def test_nothing_is_posted_twice_when_news_of_a_server_is_told_again(alpha, account, theo):
    with alpha.pin():
        wallet = fund(theo.pk, usd(500_00))
        row = move(theo, "wallet:USD", at(account), usd(300_00))
        cause, key = f"cashier.Transfer:{row.pk}", f"transfer:{row.pk}:give"
        for _ in range(3):
            services.follow_done(cause, key)
            services.follow_refused(cause, key, "late and wrong")

        assert (free(wallet), mirror(account)) == (200_00, 300_00)
        assert ledger_holds()


def test_operations_of_others_are_left_alone(in_alpha):
    services.follow_done("cashier.Deposit:1", "deposit:1")
    services.follow_done("trading.demo", "")
    services.follow_refused(f"cashier.Transfer:{new_id()}", f"withdrawal:{new_id()}", "x")
    services.follow_stuck("nonsense", "withdrawal:nonsense", "x")
