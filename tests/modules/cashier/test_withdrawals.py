"""Withdrawals: planned, set aside, approved by others, paid once, returned when they fail."""

from __future__ import annotations

import datetime as dt

import pytest

from kernel import clock
from kernel.actor import Actor, ActorKind, Scope
from kernel.errors import Refused
from kernel.ids import new_id
from kernel.money import Money
from modules.cashier import services
from modules.cashier.errors import (
    AboveAllowance,
    AboveMost,
    BelowLeast,
    BeyondSource,
    CurrencyNotTaken,
    InstrumentNotReady,
    MoneyStays,
    NoSuchInstrument,
    NoSuchMove,
    NoSuchWithdrawal,
    NotFree,
    NothingArrives,
    NotYourMoney,
    OwnPayout,
    QuoteExpired,
    ReferenceNeeded,
    TooManyWithdrawals,
)
from modules.cashier.models import (
    ClientFreeze,
    Instrument,
    PassageMove,
    Payout,
    PayoutRule,
    Withdrawal,
)
from modules.cashier.queries import outgoing
from modules.cashier.types.outgoing import InstrumentWish
from modules.cashier.types.passages import PAYOUT_MOVES, TRANSFER_MOVES, WITHDRAWAL_MOVES
from modules.requests import services as requests
from modules.requests.errors import OwnRequest
from tests.modules.cashier.going_out import (
    client_of,
    decide,
    free,
    house,
    ledger_holds,
    make_instrument,
    make_method,
    make_provider,
    make_world,
    paid_in,
    usd,
    worker,
)
from tests.modules.conftest import make_client


@pytest.fixture
def world(in_alpha, theo):
    yield make_world(theo)
    assert ledger_holds()


@pytest.fixture
def finance():
    """A colleague who may decide and pay, and is not Theo."""
    grants = dict.fromkeys(
        ("requests.see_requests", "cashier.decide_withdrawals", "clients.see_clients"), Scope.ALL
    )
    return Actor(
        kind=ActorKind.PERSON, id=new_id(), name="Ada Winter", grants=grants, is_staff=True
    )


def part_of(row):
    return Payout.objects.get(withdrawal=row)


def test_a_withdrawal_is_held_approved_by_another_and_paid_by_hand_led_13(world, finance):
    row = world.ask(300_00)
    held = free(world.wallet)
    decide(row, finance)
    services.record_paid_by_hand(part_of(row).pk, reference="SEPA-77", by=finance)
    row.refresh_from_db()

    assert (held, free(world.wallet), row.state) == (700_00, 700_00, "paid")
    assert (house("payout_pending"), house("psp_clearing:house-bank")) == (0, 300_00)
    assert [m.what for m in PassageMove.objects.filter(about=row.pk).order_by("happened_at")] == [
        "asked", "approved", "paid_by_hand", "paying", "paid",
    ]  # fmt: skip


def test_whoever_asked_does_not_approve_nor_pay_himself_led_13(world):
    himself = Actor(
        kind=ActorKind.PERSON,
        id=world.theo.pk,
        name="Theo",
        grants=dict.fromkeys(("requests.see_requests", "cashier.decide_withdrawals"), Scope.ALL),
        is_staff=True,
    )
    row = world.ask(300_00)

    with pytest.raises(OwnRequest):
        requests.approve(row.request_id, by=himself)
    with pytest.raises(OwnPayout):
        services.record_paid_by_hand(part_of(row).pk, reference="X", by=himself)
    assert free(world.wallet) == 700_00


def test_a_refusal_frees_the_money_and_tells_the_client_why(world, finance):
    row = world.ask(300_00)
    requests.refuse(row.request_id, reason="The name differs.", by=finance)
    worker()
    row.refresh_from_db()

    assert (row.state, row.reason, free(world.wallet)) == (
        "refused", "The name differs.", 1_000_00,
    )  # fmt: skip
    assert part_of(row).state == "released"


def test_a_client_cancels_while_it_waits_and_not_afterwards(world, finance):
    waiting, approved = world.ask(100_00), world.ask(200_00)
    services.cancel_withdrawal(waiting.pk, client_id=world.theo.pk, by=client_of(world.theo))
    worker()
    decide(approved, finance)
    waiting.refresh_from_db()

    assert (waiting.state, free(world.wallet)) == ("cancelled", 800_00)
    with pytest.raises(NoSuchMove):
        services.cancel_withdrawal(approved.pk, client_id=world.theo.pk, by=client_of(world.theo))
    with pytest.raises(NoSuchWithdrawal):
        services.cancel_withdrawal(waiting.pk, client_id=new_id(), by=client_of(world.theo))


def test_cancelling_in_the_queue_cancels_the_withdrawal(world):
    row = world.ask(100_00)
    requests.cancel(row.request_id, by=client_of(world.theo))
    worker()
    row.refresh_from_db()

    assert (row.state, free(world.wallet)) == ("cancelled", 1_000_00)


def test_a_form_sent_twice_is_one_withdrawal(world):
    found = services.plan_withdrawal(world.theo.pk, world.wish(300_00))
    by = client_of(world.theo)
    ids = {services.ask_withdrawal(world.theo.pk, found.token, by=by) for _ in range(3)}

    assert (len(ids), free(world.wallet)) == (1, 700_00)


def test_a_plan_expires_belongs_to_one_client_and_holds_only_while_nothing_changed(
    world, alpha, frozen
):
    with clock.frozen(dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)):
        Instrument.objects.update(usable_from_at=clock.now())
        found = services.plan_withdrawal(world.theo.pk, world.wish(300_00))
        with pytest.raises(QuoteExpired):
            services.ask_withdrawal(new_id(), found.token, by=client_of(world.theo))
        with pytest.raises(QuoteExpired):
            services.ask_withdrawal(world.theo.pk, f"{found.token}x", by=client_of(world.theo))
        world.method.terms.update(broker_fixed_minor=1_00)
        with pytest.raises(QuoteExpired):
            services.ask_withdrawal(world.theo.pk, found.token, by=client_of(world.theo))
        world.method.terms.update(broker_fixed_minor=0)
        clock.advance(dt.timedelta(minutes=6))
        with pytest.raises(QuoteExpired):
            services.ask_withdrawal(world.theo.pk, found.token, by=client_of(world.theo))
    assert Withdrawal.objects.count() == 0


@pytest.mark.parametrize(
    ("cents", "more", "refusal"),
    [
        (0, {}, BelowLeast),
        (-5_00, {}, BelowLeast),
        (9_99, {}, BelowLeast),
        (10_001_00, {}, AboveMost),
        (1_000_01, {}, NotFree),
        (100_00, {"source": "wallet:EUR"}, NotYourMoney),
        (100_00, {"source": "wallet:XXX"}, NotYourMoney),
        (100_00, {"source": f"account:{new_id()}"}, NotYourMoney),
        (100_00, {"source": "nonsense"}, NotYourMoney),
        (100_00, {"instrument_id": None}, NoSuchInstrument),
        (100_00, {"instrument_id": new_id()}, NoSuchInstrument),
        (100_00, {"method_id": new_id()}, Refused),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_held(world, cents, more, refusal):
    with pytest.raises(refusal):
        services.plan_withdrawal(world.theo.pk, world.wish(cents, **more))
    assert free(world.wallet) == 1_000_00


def test_anothers_instrument_and_one_that_is_too_new_are_refused(world, alpha):
    other = make_client(alpha, "ines@example.com", "Ines", "Karam")
    theirs = make_instrument(other.pk)
    with pytest.raises(NoSuchInstrument):
        services.plan_withdrawal(world.theo.pk, world.wish(100_00, instrument_id=theirs.pk))
    Instrument.objects.filter(pk=world.instrument.pk).update(
        usable_from_at=clock.now() + dt.timedelta(hours=1)
    )
    with pytest.raises(InstrumentNotReady):
        services.plan_withdrawal(world.theo.pk, world.wish(100_00))


def test_a_method_without_the_currency_refuses_it(world):
    from tests.modules.cashier.going_out import fund

    fund(world.theo.pk, Money(500_00, "EUR"))
    with pytest.raises(CurrencyNotTaken):
        services.plan_withdrawal(world.theo.pk, world.wish(100_00, source="wallet:EUR"))


def test_limits_of_a_day_count_what_is_under_way_and_not_what_was_cancelled(world):
    world.method.terms.update(day_minor=400_00)
    first = world.ask(300_00)
    with pytest.raises(AboveAllowance):
        services.plan_withdrawal(world.theo.pk, world.wish(100_01))
    services.cancel_withdrawal(first.pk, by=client_of(world.theo))
    services.plan_withdrawal(world.theo.pk, world.wish(400_00))


def test_only_so_many_withdrawals_a_day(world):
    PayoutRule.objects.create(most_a_day=2)
    world.ask(10_00)
    world.ask(10_00)
    with pytest.raises(TooManyWithdrawals):
        services.plan_withdrawal(world.theo.pk, world.wish(10_00))


def test_fees_are_rounded_up_shared_by_the_parts_and_earned(world, finance):
    world.method.terms.update(broker_percent="1.5000", broker_fixed_minor=33)
    row = world.ask(100_01)
    decide(row, finance)
    services.record_paid_by_hand(part_of(row).pk, reference="S", by=finance)

    assert row.fee_minor == 151 + 33
    assert (house("fees"), house("psp_clearing:house-bank")) == (184, 100_01 - 184)


def test_a_fee_that_takes_all_of_it_is_refused(world):
    world.method.terms.update(broker_fixed_minor=10_00)
    with pytest.raises(NothingArrives):
        services.plan_withdrawal(world.theo.pk, world.wish(10_00))


def test_money_of_a_frozen_client_stays(world, finance):
    row = world.ask(100_00)
    ClientFreeze.objects.create(client_id=world.theo.pk, why="look", frozen_at=clock.now())
    decide(row, finance)

    with pytest.raises(MoneyStays):
        services.plan_withdrawal(world.theo.pk, world.wish(100_00))
    with pytest.raises(MoneyStays):
        services.record_paid_by_hand(part_of(row).pk, reference="S", by=finance)


def test_paying_by_hand_needs_a_reference_and_happens_once(world, finance):
    row = world.ask(100_00)
    decide(row, finance)
    with pytest.raises(ReferenceNeeded):
        services.record_paid_by_hand(part_of(row).pk, reference=" ", by=finance)
    services.record_paid_by_hand(part_of(row).pk, reference="S", by=finance)
    with pytest.raises(NoSuchMove):
        services.record_paid_by_hand(part_of(row).pk, reference="S", by=finance)
    assert free(world.wallet) == 900_00


def test_what_comes_back_is_put_in_the_wallet_again_once(world, finance):
    row = world.ask(100_00)
    decide(row, finance)
    services.record_paid_by_hand(part_of(row).pk, reference="S", by=finance)
    services.record_returned(part_of(row).pk, reason="The account is closed.", by=finance)
    with pytest.raises(NoSuchMove):
        services.record_returned(part_of(row).pk, reason="Again.", by=finance)
    row.refresh_from_db()

    assert (row.state, row.reason) == ("returned", "The account is closed.")
    assert (free(world.wallet), house("psp_clearing:house-bank")) == (1_000_00, 0)


# -- back to where it came from -------------------------------------------------------------------


@pytest.fixture
def card(world):
    """A card service that Theo has paid in with."""
    provider = make_provider("redirect", "cards", {"api_url": "http://127.0.0.1:9"})
    method = make_method("Card", provider)
    return provider, method


def parts(world, cents, mode, **more):
    PayoutRule.objects.update_or_create(pk=1, defaults={"split": mode})
    found = services.plan_withdrawal(world.theo.pk, world.wish(cents, **more))
    return [(one.account_name, one.gross.minor) for one in found.parts]


def test_first_paid_in_is_first_paid_back_and_the_rest_goes_to_the_bank(world, card):
    provider, method = card
    paid_in(world.theo.pk, provider, method, usd(300_00))
    paid_in(world.theo.pk, provider, method, usd(200_00))

    assert parts(world, 250_00, "fifo") == [("Cards", 250_00)]
    assert parts(world, 600_00, "fifo") == [
        ("Cards", 300_00), ("Cards", 200_00), ("Bank transfer", 100_00),
    ]  # fmt: skip
    assert parts(world, 600_00, "off") == [("Bank transfer", 600_00)]


def test_in_proportion_to_what_each_service_was_paid_no_cent_lost(world, card):
    provider, method = card
    other = make_provider("redirect", "wallets", {"api_url": "http://127.0.0.1:9"})
    paid_in(world.theo.pk, provider, method, usd(500_00))
    paid_in(world.theo.pk, other, method, usd(300_00))

    assert parts(world, 400_01, "proportional") == [("Cards", 250_01), ("Wallets", 150_00)]
    assert parts(world, 900_00, "proportional") == [
        ("Cards", 500_00), ("Wallets", 300_00), ("Bank transfer", 100_00),
    ]  # fmt: skip


def test_what_is_being_returned_is_not_returned_again(world, card):
    provider, method = card
    paid_in(world.theo.pk, provider, method, usd(300_00))
    world.ask(200_00)

    assert parts(world, 200_00, "fifo") == [("Cards", 100_00), ("Bank transfer", 100_00)]


def test_a_method_that_returns_cannot_pay_who_never_paid_in(world, card):
    with pytest.raises(BeyondSource):
        services.plan_withdrawal(
            world.theo.pk, world.wish(100_00, method_id=card[1].pk, instrument_id=None)
        )


# -- what clients are paid to ---------------------------------------------------------------------


def bank_wish(number, **more):
    told = {"kind": "bank", "currency": "USD", "holder": "Theo Adler", "bank": "Demo Bank"}
    return InstrumentWish(number=number, **(told | more))


def test_a_new_account_waits_for_approval_then_cools_down(world, finance):
    number = "GB82 WEST 1234 5698 7654 32"
    by = client_of(world.theo)
    found = services.add_instrument(world.theo.pk, bank_wish(number), by=by)
    before = outgoing.instrument(found, world.theo.pk)
    from modules.requests.models import Request

    requests.approve(Request.objects.get(kind="cashier.instrument").pk, by=finance)
    worker()
    after = outgoing.instrument(found, world.theo.pk)

    assert (before.state, after.state, after.is_usable) == ("waiting", "approved", False)
    assert after.usable_from_at > clock.now() + dt.timedelta(hours=23)
    assert number.replace(" ", "") not in str(Instrument.objects.get(pk=found).__dict__)


@pytest.mark.parametrize("number", ["GB82 WEST 1234 5698 7654 33", "", "!!", "AB"])
def test_a_number_that_cannot_be_one_is_refused(world, number):
    with pytest.raises(Refused):
        services.add_instrument(world.theo.pk, bank_wish(number), by=client_of(world.theo))


def test_the_same_account_is_added_once(world):
    by = client_of(world.theo)
    services.add_instrument(world.theo.pk, bank_wish("GB82WEST12345698765432"), by=by)
    with pytest.raises(Refused):
        services.add_instrument(world.theo.pk, bank_wish("gb82 west 12345698765432"), by=by)


def test_every_table_of_moves_leads_from_everywhere_to_an_end():
    for moves in (WITHDRAWAL_MOVES, PAYOUT_MOVES, TRANSFER_MOVES):
        ends = {state for state, after in moves.items() if not after}
        for state in moves:
            reached, todo = set(), [state]
            while todo:
                now = todo.pop()
                if now not in reached:
                    reached.add(now)
                    todo += moves[now]
            assert reached & ends, state


def test_the_other_broker_sees_nothing_of_it(alpha, beta, theo):
    with alpha.pin():
        row = make_world(theo).ask(100_00)
    with beta.pin():
        assert Withdrawal.objects.count() == 0
        with pytest.raises(NoSuchWithdrawal):
            services.cancel_withdrawal(row.pk, by=client_of(theo))
