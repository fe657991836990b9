"""What clients and colleagues are written about money: once each, in their language, or not."""

from __future__ import annotations

import pytest
from django.db import transaction

from identity.models import User
from kernel.events import publish
from modules.cashier import handlers, services
from modules.cashier.events import DepositDone, DepositFailed, DepositReceived, WithdrawalEnded
from modules.cashier.models import Deposit, Payout, PayoutRule, Told
from modules.clients import queries as clients
from modules.requests import services as requests
from tests.modules.cashier.going_out import (
    client_of,
    decide,
    finance_actor,
    make_provider,
    make_world,
    paid_in,
    usd,
    worker,
)
from tests.modules.cashier.test_transfers import move
from tests.modules.conftest import make_client
from tests.support.people import letters


@pytest.fixture
def world(in_alpha, theo):
    return make_world(theo)


def subjects(place, address):
    return [one.subject for one in letters(place) if one.to == address]


def last(place, address):
    return next(one for one in reversed(letters(place)) if one.to == address)


def test_a_withdrawal_is_told_when_asked_approved_and_paid_and_never_twice(alpha, world, theo, ada):
    row = world.ask(300_00)
    worker()
    assert subjects(alpha, ada.email) == [
        "Waits for your decision: Pay out 300.00 USD by Bank transfer"
    ]
    decide(row, finance_actor())
    approved = last(alpha, theo.email)
    payout = Payout.objects.get(withdrawal=row)
    services.record_paid_by_hand(payout.pk, reference="S", by=finance_actor())
    worker()
    event = WithdrawalEnded(
        withdrawal_id=row.pk, client_id=theo.pk, number=row.number, state="paid",
        paid_minor=300_00, currency="USD",
    )  # fmt: skip
    handlers.write_ended(event)

    assert subjects(alpha, theo.email) == [
        "We have your withdrawal of $300.00",
        "Your withdrawal of $300.00 is approved",
        "Your withdrawal of $300.00 was paid",
    ]
    assert "Expected by" in approved.text
    assert "Demo Bank ··3000" in approved.html
    assert f"/room/cashier/withdrawals/{row.pk}/" in approved.text


def test_a_refusal_says_why_and_where_the_money_is_in_the_clients_language(alpha, world, theo):
    User.objects.filter(pk=theo.pk).update(language="de", time_zone="Asia/Tokyo")
    row = world.ask(300_00)
    requests.refuse(row.request_id, reason="The name <b>differs</b>.", by=finance_actor())
    worker()
    letter = last(alpha, theo.email)

    assert len(subjects(alpha, theo.email)) == 2, "asked and refused; the queue adds nothing"
    assert 'lang="de"' in letter.html
    assert "The name <b>differs</b>." in letter.text
    assert "The name &lt;b&gt;differs" in letter.html
    assert "$300.00" in letter.subject


def test_what_comes_back_is_told_and_what_a_client_cancels_from_a_wallet_is_not(alpha, world, theo):
    cancelled, returned = world.ask(100_00), world.ask(200_00)
    services.cancel_withdrawal(cancelled.pk, by=client_of(theo))
    decide(returned, finance_actor())
    payout = Payout.objects.get(withdrawal=returned)
    services.record_paid_by_hand(payout.pk, reference="S", by=finance_actor())
    services.record_returned(payout.pk, reason="The account is closed.", by=finance_actor())
    worker()

    assert "cancelled" not in " ".join(subjects(alpha, theo.email))
    assert last(alpha, theo.email).subject == "Your withdrawal of $200.00 could not be paid"
    assert "The reason: The account is closed." in last(alpha, theo.email).text


def test_whoever_waits_for_nothing_is_told_and_then_left_alone_for_an_hour(alpha, world, ada):
    for cents in (10_00, 20_00):
        world.ask(cents)
    worker()
    world.ask(30_00)
    worker()

    assert [one.partition(": ")[2] for one in subjects(alpha, ada.email)] == [
        "Pay out 10.00 USD by Bank transfer"
    ]


def test_both_clients_of_a_transfer_are_told_and_one_without_an_address_is_not(alpha, world, theo):
    ines = make_client(alpha, "ines@example.com", "Ines", "Karam")
    PayoutRule.objects.create(is_to_others_on=True)
    told = {"beneficiary_number": clients.contact(ines.pk).number, "beneficiary_name": "Karam"}
    decide(move(theo, "wallet:USD", "", usd(50_00), **told), finance_actor())
    assert subjects(alpha, theo.email)[-1] == "You sent $50.00"
    assert subjects(alpha, ines.email) == ["You received $50.00"]
    assert "Theo Adler" in last(alpha, ines.email).text

    User.objects.filter(pk=ines.pk).update(is_active=False)
    before = Told.objects.count()
    decide(move(theo, "wallet:USD", "", usd(60_00), **told), finance_actor())
    assert len(subjects(alpha, ines.email)) == 1
    assert Told.objects.count() == before + 1, "the sender is told, and nobody else"


def news(deposit, account_id, **more):
    """What the ledger and the trading server make known of a deposit."""
    told = {"deposit_id": deposit.pk, "client_id": deposit.client_id}
    if "state" in more:
        return DepositFailed(**told, **more)
    if "was_kept" in more:
        return DepositDone(**told, account_id=account_id, **more)
    figures = {"paid_minor": 1, "paid_currency": "USD", "arrives_minor": 1}
    return DepositReceived(
        **told, account_id=account_id, number=deposit.number, method_id=deposit.method_id,
        arrives_currency="USD", is_first=True, **figures,
    )  # fmt: skip


def test_a_deposit_is_told_when_it_came_arrived_stayed_in_the_wallet_or_failed(alpha, world, theo):
    card = make_provider("redirect", "cards", {"api_url": "http://127.0.0.1:9"})
    first = paid_in(theo.pk, card, world.method, usd(70_00)).deposit
    second = paid_in(theo.pk, card, world.method, usd(80_00)).deposit
    Deposit.objects.filter(pk=second.pk).update(login=500_001, reason="The card was declined.")
    with transaction.atomic():
        for event in (
            news(first, None), news(first, None, was_kept=False),
            news(second, first.pk), news(second, first.pk, was_kept=False),
            news(second, first.pk, was_kept=True), news(second, None, state="declined", code="x"),
            news(first, None, state="cancelled", code="x"),
        ):  # fmt: skip
            publish(event)
            publish(event)
    worker()

    assert subjects(alpha, theo.email) == [
        "Your deposit of $70.00 has arrived",
        "We received your $80.00",
        "Your deposit of $80.00 has arrived",
        "Your deposit of $80.00 is in your wallet",
        "Your deposit of $80.00 did not work",
    ]
    assert "The card was declined." in last(alpha, theo.email).text
    assert "500001" in letters(alpha)[1].text
