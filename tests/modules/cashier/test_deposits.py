"""A deposit from the figures to the wallet, whatever the provider says and in whatever order."""

from __future__ import annotations

import pytest

from kernel.money import Money
from tests.modules.cashier.conftest import (
    ask,
    connect,
    get,
    hear,
    house,
    ledger_holds,
    number,
    offer,
    wallet,
)


def test_a_paid_deposit_is_in_the_wallet_and_the_ledger_once(alpha, psp, till, theo):
    deposit_id = ask(alpha, theo, till.methods["redirect"], "100")
    assert get(alpha, deposit_id).state == "paying"

    psp.control("POST act", reference=number(alpha, deposit_id), action="pay")
    # the PSP asked our validation door, which is not served here: paid behind its back
    psp.control("POST move", reference=number(alpha, deposit_id), state="approved")
    hear(alpha, psp, till.accounts["redirect"])

    assert get(alpha, deposit_id).state == "done"
    assert wallet(alpha, theo) == 100_00
    assert house(alpha) == {"psp_clearing:redirect-alpha": -97_50, "psp_fees:redirect-alpha": -2_50}
    assert ledger_holds(alpha)


@pytest.mark.parametrize("order", ["created", "reversed"])
def test_duplicate_and_reordered_callbacks_credit_once_whk_02(alpha, psp, till, theo, order):
    deposit_id = ask(alpha, theo, till.methods["redirect"], "100")
    reference = number(alpha, deposit_id)
    for state in ("pending", "authorised", "approved"):
        psp.control("POST move", reference=reference, state=state)

    first = hear(alpha, psp, till.accounts["redirect"], order=order)
    again = hear(alpha, psp, till.accounts["redirect"], order=order)

    assert (set(first), set(again)) == ({204}, {204})
    assert get(alpha, deposit_id).state == "done"
    assert wallet(alpha, theo) == 100_00
    assert ledger_holds(alpha)


def test_a_decline_told_after_the_approval_is_asked_for_and_changes_nothing(alpha, psp, till, theo):
    psp.behave(hold=True, conflict=True)
    deposit_id = ask(alpha, theo, till.methods["redirect"], "100")
    psp.control("POST move", reference=number(alpha, deposit_id), state="approved")

    hear(alpha, psp, till.accounts["redirect"])

    assert get(alpha, deposit_id).state == "done"
    assert wallet(alpha, theo) == 100_00
    with alpha.pin():
        from modules.cashier.models import News

        assert sorted(News.objects.values_list("state", flat=True)) == ["applied", "conflicting"]


def test_a_payment_whose_callback_never_came_is_found_by_the_sweep_whk_05(alpha, psp, till, theo):
    psp.behave(drop=True)
    deposit_id = ask(alpha, theo, till.methods["redirect"], "100")
    psp.control("POST move", reference=number(alpha, deposit_id), state="approved")
    with alpha.pin():
        from kernel import clock
        from modules.cashier import services
        from modules.cashier.models import Payment

        Payment.objects.update(due_at=clock.now())
        assert services.sweep() == 1

    assert get(alpha, deposit_id).state == "done"
    assert wallet(alpha, theo) == 100_00


def test_declined_for_good_is_the_end_and_nothing_is_posted(alpha, psp, till, theo):
    deposit_id = ask(alpha, theo, till.methods["redirect"], "100")
    psp.control("POST act", reference=number(alpha, deposit_id), action="decline")
    hear(alpha, psp, till.accounts["redirect"])

    row = get(alpha, deposit_id)
    assert (row.state, row.reason_code) == ("declined", "insufficient_funds")
    assert house(alpha) == {}


def test_a_technical_decline_goes_on_to_the_next_provider_csh_13(alpha, psp, theo):
    first = connect(alpha, psp, "redirect", merchant="alpha")
    second = connect(alpha, psp, "redirect", merchant="alpha-2")
    method_id = offer(alpha, "Cards", first, second)
    deposit_id = ask(alpha, theo, method_id, "100")
    reference = number(alpha, deposit_id)

    psp.control("POST act", reference=reference, action="technical")
    hear(alpha, psp, first)
    with alpha.pin():
        from modules.cashier import services
        from modules.cashier.models import Payment

        services.begin_payment(deposit_id)
        payments = list(Payment.objects.order_by("place").values_list("state", "account_id"))

    assert payments == [("declined", first), ("open", second)]
    assert get(alpha, deposit_id).state == "paying"


def test_when_no_provider_takes_it_the_client_is_told_so(alpha, psp, till, theo):
    psp.behave(begin="technical_decline")

    deposit_id = ask(alpha, theo, till.methods["redirect"], "100")

    row = get(alpha, deposit_id)
    assert (row.state, row.reason_code) == ("declined", "technical")


def test_a_provider_that_is_down_is_asked_again_under_the_same_reference(alpha, psp, till, theo):
    psp.behave(begin="error", hold=True)
    deposit_id = ask(alpha, theo, till.methods["redirect"], "100")
    assert get(alpha, deposit_id).state == "asked"

    psp.behave(hold=True)
    with alpha.pin():
        from kernel import clock
        from modules.cashier import services
        from modules.cashier.models import Payment

        Payment.objects.update(due_at=clock.now())
        services.begin_payment(deposit_id)

    assert get(alpha, deposit_id).state == "paying"
    psp.control("POST move", reference=number(alpha, deposit_id), state="approved")
    hear(alpha, psp, till.accounts["redirect"])
    assert wallet(alpha, theo) == 100_00


def test_money_that_comes_after_cancelling_is_the_clients(alpha, psp, till, theo):
    deposit_id = ask(alpha, theo, till.methods["redirect"], "100")
    with alpha.pin():
        from modules.cashier import services
        from tests.support.tenants import SYSTEM

        services.cancel_deposit(deposit_id, client_id=theo.pk, by=SYSTEM)
    assert get(alpha, deposit_id).state == "cancelled"

    psp.control("POST move", reference=number(alpha, deposit_id), state="approved")
    hear(alpha, psp, till.accounts["redirect"])

    assert get(alpha, deposit_id).state == "done"
    assert wallet(alpha, theo) == 100_00


def test_another_amount_than_asked_for_is_left_to_finance(alpha, psp, till, theo):
    deposit_id = ask(alpha, theo, till.methods["crypto"], "130")
    psp.control("POST pay", order=number(alpha, deposit_id), share=0.5)
    psp.control("POST expire", order=number(alpha, deposit_id))
    _look(alpha)

    row = get(alpha, deposit_id)
    assert (row.state, row.reason_code) == ("review", "amount_differs")
    with alpha.pin():
        payment = row.payments.get()
    assert payment.received == Money(65_00, "USD")
    assert wallet(alpha, theo) == 0


@pytest.mark.parametrize(("share", "state"), [(1, "done"), (1.1, "review")])
def test_coins_count_when_the_chain_confirms_them(alpha, psp, till, theo, share, state):
    deposit_id = ask(alpha, theo, till.methods["crypto"], "130")
    psp.control("POST pay", order=number(alpha, deposit_id), share=share)
    _look(alpha)
    assert get(alpha, deposit_id).state == "paying"

    psp.control("POST pay", order=number(alpha, deposit_id), share=0, at_once=True)
    _look(alpha)

    assert get(alpha, deposit_id).state == state


def test_a_chargeback_takes_what_is_there_and_says_what_is_owed(alpha, psp, till, theo):
    deposit_id = ask(alpha, theo, till.methods["redirect"], "100")
    reference = number(alpha, deposit_id)
    psp.control("POST move", reference=reference, state="approved")
    psp.control("POST move", reference=reference, state="chargeback")
    hear(alpha, psp, till.accounts["redirect"])

    assert get(alpha, deposit_id).state == "charged_back"
    assert wallet(alpha, theo) == 0
    assert ledger_holds(alpha)


def test_beta_sees_nothing_of_it(alpha, beta, psp, till, theo, ben):
    ask(alpha, theo, till.methods["redirect"], "100")

    with beta.pin():
        from modules.cashier.models import Deposit, Method

        assert (Deposit.objects.count(), Method.objects.count()) == (0, 0)


def _look(place):
    """Ask the providers for all that is unfinished."""
    with place.pin():
        from kernel import clock
        from modules.cashier import services
        from modules.cashier.models import Payment

        Payment.objects.filter(due_at__isnull=False).update(due_at=clock.now())
        services.sweep()
