"""Payouts by a provider: sent once, looked up when in doubt, never repeated, returned once."""

from __future__ import annotations

import datetime as dt

import pytest

from kernel import clock
from kernel.actor import Actor, ActorKind, Scope
from kernel.ids import new_id
from modules.cashier import services
from modules.cashier.errors import NoSuchMove
from modules.cashier.models import ClientFreeze, PassageMove, Payout, ProviderAccount, Withdrawal
from modules.cashier.providers.port import PayoutOrder
from modules.cashier.services.wiring import provider_of
from modules.trading import queries as trading
from modules.trading import services as trading_services
from modules.trading.models import DatabaseSeen
from modules.wallets.models import PayoutStop
from tests.modules.cashier.conftest import connect
from tests.modules.cashier.going_out import (
    decide,
    free,
    house,
    ledger_holds,
    make_method,
    make_world,
    paid_in,
    usd,
    worker,
)


@pytest.fixture
def finance():
    grants = dict.fromkeys(("requests.see_requests", "cashier.decide_withdrawals"), Scope.ALL)
    return Actor(
        kind=ActorKind.PERSON, id=new_id(), name="Ada Winter", grants=grants, is_staff=True
    )


@pytest.fixture
def world(alpha, theo, psp):
    """Theo has paid 500.00 in by a payment service that can pay out."""
    account_id = connect(alpha, psp, "redirect")
    with alpha.pin():
        made = make_world(theo)
        provider = ProviderAccount.objects.get(pk=account_id)
        method = make_method("Card", provider)
        paid_in(theo.pk, provider, method, usd(500_00))
        made.method, made.instrument = method, None
        yield made, provider, psp
        assert ledger_holds()


def ask(world, cents, finance):
    made, _provider, _psp = world
    wish = made.ask(cents, instrument_id=None, method_id=made.method.pk)
    decide(wish, finance)
    return wish, Payout.objects.get(withdrawal=wish)


def later(seconds):
    """Let so much time pass, as far as payouts are concerned."""
    for row in Payout.objects.exclude(due_at=None):
        row.due_at -= dt.timedelta(seconds=seconds)
        if row.sent_at:
            row.sent_at -= dt.timedelta(seconds=seconds)
        row.save(update_fields=["due_at", "sent_at"])
    worker()


def whats(row):
    found = PassageMove.objects.filter(about=row.pk).order_by("happened_at", "pk")
    return [one.what for one in found]


def test_an_approved_withdrawal_is_paid_by_the_provider_once(world, finance):
    made, provider, _psp = world
    row, payout = ask(world, 200_00, finance)
    row.refresh_from_db()

    assert (row.state, payout.state, free(made.wallet)) == ("paid", "done", 800_00)
    assert house("payout_pending") == 0
    assert house(f"psp_clearing:{provider.code}") == 200_00
    for _ in range(3):
        services.pay(payout.pk)
        services.hear(payout.reference)
    assert house(f"psp_clearing:{provider.code}") == 200_00


def test_an_answer_that_is_lost_is_looked_up_and_never_sent_again(world, finance):
    _made, _provider, psp = world
    psp.behave(hold=True, payout="error")  # done there, and 500 to us
    row, payout = ask(world, 200_00, finance)
    psp.behave(hold=True)
    waiting = payout.state
    later(30)
    row.refresh_from_db()
    payout.refresh_from_db()

    assert (waiting, payout.state, row.state) == ("unknown", "done", "paid")
    assert whats(row).count("sending") == 1


def test_a_payout_that_nobody_knows_is_left_to_a_person_who_decides_with_evidence(world, finance):
    made, _provider, psp = world
    psp.behave(hold=True, payout="error")
    row, payout = ask(world, 200_00, finance)
    psp.control("POST wipe")
    psp.behave(hold=True)
    later(30)
    payout.refresh_from_db()
    assert payout.state == "unknown"
    later(700)
    later(30)
    payout.refresh_from_db()
    assert (payout.state, free(made.wallet)) == ("manual", 800_00)

    services.record_not_paid(payout.pk, reason="It is not in their report.", by=finance)
    with pytest.raises(NoSuchMove):
        services.record_paid_by_hand(payout.pk, reference="x", by=finance)
    row.refresh_from_db()
    assert (row.state, free(made.wallet), house("payout_pending")) == ("returned", 1_000_00, 0)


def test_a_provider_that_calls_about_what_waits_for_a_person_is_asked_again(world, finance):
    made, provider, psp = world
    psp.behave(hold=True, payout="error")
    row, payout = ask(world, 200_00, finance)
    psp.control("POST wipe")
    psp.behave(hold=True)
    for seconds in (30, 700, 30):
        later(seconds)
    services.hear(payout.reference)
    worker()
    payout.refresh_from_db()
    known_by_nobody = (payout.state, payout.due_at)

    order = PayoutOrder(reference=payout.reference, amount=payout.net, title=row.number)
    provider_of(provider).pay_out(order)  # it comes to light there
    services.hear(payout.reference)
    worker()
    payout.refresh_from_db()

    assert known_by_nobody == ("manual", None)
    assert (payout.state, free(made.wallet), house("payout_pending")) == ("done", 800_00, 0)
    assert whats(row).count("sending") == 1


def test_a_provider_that_does_not_hear_us_is_tried_again_later(world, finance):
    made, provider, psp = world
    psp.behave(hold=True, down=True)
    row, payout = ask(world, 200_00, finance)
    psp.behave(hold=True)
    state = payout.state
    later(90)
    later(90)
    payout.refresh_from_db()
    row.refresh_from_db()

    assert state in {"ready", "unknown"}
    assert payout.state == "done" or state == "unknown"
    assert free(made.wallet) == 800_00
    assert provider.code


def test_what_the_provider_cannot_is_left_to_a_colleague(world, finance):
    made, _provider, psp = world
    psp.behave(hold=True, payout="technical_decline")
    row, payout = ask(world, 200_00, finance)
    left = payout.state
    services.record_paid_by_hand(payout.pk, reference="SEPA-9", by=finance)
    row.refresh_from_db()

    assert (left, row.state, free(made.wallet)) == ("by_hand", "paid", 800_00)
    assert house("payout_pending") == 0


def test_a_refusal_puts_the_money_back_and_says_why(world, finance):
    made, _provider, psp = world
    psp.behave(hold=True, payout="rejected")
    row, payout = ask(world, 200_00, finance)
    row.refresh_from_db()

    assert (payout.state, row.state, free(made.wallet)) == ("refused", "returned", 1_000_00)
    assert house("payout_pending") == 0


def test_a_worker_that_dies_after_the_attempt_is_found_out_by_looking(world, finance, monkeypatch):
    made, _provider, _psp = world
    wish = made.ask(200_00, instrument_id=None, method_id=made.method.pk)

    class Killed(BaseException):
        pass

    def dies(_order):
        raise Killed

    adapter = "modules.cashier.providers.redirect_psp.RedirectPsp.pay_out"
    with monkeypatch.context() as patched:
        patched.setattr(adapter, lambda _self, order: dies(order))
        with pytest.raises(Killed):
            decide(wish, finance)
    payout = Payout.objects.get(withdrawal=wish)
    before = (payout.state, free(made.wallet), house("payout_pending"))
    later(90)
    payout.refresh_from_db()

    assert before == ("sending", 800_00, 200_00)
    assert payout.state == "unknown"  # looked up, not known, and not sent again


def test_nothing_leaves_while_payouts_are_stopped_or_the_client_is_frozen(world, finance):
    made, _provider, _psp = world
    stop = PayoutStop.objects.create(began_at=clock.now(), why="look")
    row, payout = ask(world, 200_00, finance)
    stopped = (payout.state, payout.code, house("payout_pending"))
    stop.ended_at, stop.ended_by = clock.now(), "Ada"
    stop.save()
    freeze = ClientFreeze.objects.create(client_id=made.theo.pk, why="look", frozen_at=clock.now())
    later(90)
    payout.refresh_from_db()
    frozen_state = (payout.state, payout.code)
    freeze.delete()
    later(90)
    row.refresh_from_db()

    assert stopped == ("ready", "payouts_stopped", 0)
    assert frozen_state == ("ready", "client_frozen")
    assert row.state == "paid"


def test_what_a_restore_forgot_is_looked_up_and_not_paid_twice_sag_09(world, finance):
    made, provider, _psp = world
    row, payout = ask(world, 200_00, finance)
    Payout.objects.update(
        state="ready", sent_at=None, ended_at=None, provider_reference="", due_at=clock.now()
    )
    Withdrawal.objects.update(state="approved")
    DatabaseSeen.objects.update(life="7000000000000000000:00000001")

    later(0)
    payout.refresh_from_db()
    paused = (payout.state, payout.code)
    (pause,) = trading.pauses()
    trading_services.release_sending(pause.id, reason="Looked into.", by=finance)
    later(90)
    payout.refresh_from_db()
    row.refresh_from_db()

    assert paused == ("ready", "restored")
    assert (payout.state, row.state, free(made.wallet)) == ("done", "paid", 800_00)
    assert whats(row).count("sending") == 1
    assert house(f"psp_clearing:{provider.code}") == 200_00
