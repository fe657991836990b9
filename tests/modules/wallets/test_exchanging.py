from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import clock
from kernel.ids import new_id
from kernel.money import CURRENCIES, Money
from modules.requests import queries as requests
from modules.requests import services as deciding
from modules.wallets import queries, services
from modules.wallets.errors import (
    NoRate,
    NoSuchQuote,
    NotEnough,
    NotPositive,
    PairClosed,
    QuoteExpired,
    SameCurrency,
    TooLittle,
    TooMuch,
)
from modules.wallets.handlers import carry_out_request, end_refused
from modules.wallets.models import Posting
from modules.wallets.types import ExchangeWish, RateLine, Terms
from tests.modules.wallets.conftest import fund, usd
from tests.support.tenants import SYSTEM

MOMENT = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)


def eur(cents):
    return Money(cents, "EUR")


def wish(amount, pay="USD", receive="EUR"):
    return ExchangeWish(pay_currency=pay, receive_currency=receive, amount=amount)


@pytest.fixture
def rich(alpha, theo):
    """Theo with 1,000.00 USD, at a rate of 0.80 EUR and a markup of 1 percent."""
    with alpha.pin():
        wallet = services.open_wallet(theo.pk, "USD")
        fund(wallet, usd(1_000_00))
        services.set_rate("USD", "EUR", Decimal("0.80"), by=SYSTEM)
        yield theo


def wallet_of(client, currency):
    return services.open_wallet(client.pk, currency)


def test_an_offer_says_everything_that_it_costs(rich, frozen):
    found = services.quote(rich.pk, wish(usd(100_00)))

    assert (found.pay, found.receive, found.spread) == (usd(100_00), eur(79_20), eur(80))
    assert (found.middle_rate, found.markup_percent) == (Decimal("0.80"), Decimal(1))
    assert (found.rate_source, found.valid_until_at) == (
        "broker",
        frozen + dt.timedelta(seconds=30),
    )


def test_taking_an_offer_moves_money_through_the_exchange_accounts_led_08(rich):
    found = services.quote(rich.pk, wish(usd(100_00)))

    done = services.accept(found.id, client_id=rich.pk, by=SYSTEM)
    again = services.accept(found.id, client_id=rich.pk, by=SYSTEM)

    assert (done.state, again.entry_id) == ("done", done.entry_id)
    assert queries.balance(wallet_of(rich, "USD")) == usd(900_00)
    assert queries.balance(wallet_of(rich, "EUR")) == eur(79_20)
    house = {
        (line.code, line.balance.currency): line.balance.minor for line in queries.house_balances()
    }
    assert house["fx", "USD"] == 100_00
    assert house["fx", "EUR"] == -80_00
    assert house["fx_result", "EUR"] == 80
    assert Posting.objects.filter(entry_id=done.entry_id).count() == 5
    assert queries.check_ledger() == ()


def test_what_is_wanted_decides_what_is_paid_rounded_up(rich):
    found = services.quote(rich.pk, wish(eur(10_00)))

    assert (found.pay, found.receive) == (usd(12_63), eur(10_00))


def test_an_offer_runs_out(rich, frozen):
    found = services.quote(rich.pk, wish(usd(100_00)))
    clock.advance(dt.timedelta(seconds=31))

    with pytest.raises(QuoteExpired):
        services.accept(found.id, client_id=rich.pk, by=SYSTEM)

    assert queries.balance(wallet_of(rich, "USD")) == usd(1_000_00)


def test_an_offer_that_nobody_took_is_forgotten_and_no_other(rich, frozen):
    taken, left = (services.quote(rich.pk, wish(usd(cents))) for cents in (1_00, 2_00))
    services.accept(taken.id, client_id=rich.pk, by=SYSTEM)
    assert services.forget_offers() == 0
    clock.advance(dt.timedelta(days=1, minutes=1))

    assert (services.forget_offers(), services.forget_offers()) == (1, 0)
    assert queries.get_quote(taken.id, rich.pk).state == "done"
    with pytest.raises(NoSuchQuote):
        queries.get_quote(left.id, rich.pk)


def test_an_offer_is_nobody_elses(rich):
    found = services.quote(rich.pk, wish(usd(100_00)))

    for other in (new_id(), SYSTEM.id):
        with pytest.raises(NoSuchQuote):
            services.accept(found.id, client_id=other, by=SYSTEM)


def test_more_than_is_available_is_not_exchanged(rich):
    found = services.quote(rich.pk, wish(usd(1_000_01)))

    with pytest.raises(NotEnough):
        services.accept(found.id, client_id=rich.pk, by=SYSTEM)

    assert queries.get_quote(found.id, rich.pk).state == "offered"


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (wish(usd(0)), NotPositive),
        (wish(usd(-1)), NotPositive),
        (wish(usd(1), "USD", "USD"), SameCurrency),
        (wish(usd(1), "USD", "BTC"), NoRate),
        (wish(Money(1, "IDR"), "IDR", "EUR"), TooLittle),
    ],
)
def test_what_cannot_be_exchanged_is_refused(rich, asked, refusal):
    with pytest.raises(refusal):
        services.quote(rich.pk, asked)


def test_a_pair_that_the_broker_closed_is_refused(rich):
    terms = Terms(
        pay="USD", receive="EUR", is_open=False, markup_percent=Decimal(1), approval_from=None
    )
    services.set_terms(terms, by=SYSTEM)

    with pytest.raises(PairClosed):
        services.quote(rich.pk, wish(usd(1_00)))


def approval_from(amount):
    terms = Terms(
        pay="USD", receive="EUR", is_open=True, markup_percent=Decimal(2), approval_from=amount
    )
    services.set_terms(terms, by=SYSTEM)


def test_a_large_exchange_waits_with_its_money_held_until_it_is_approved(rich, alpha, ada):
    approval_from(usd(500_00))
    found = services.quote(rich.pk, wish(usd(500_00)))

    waiting = services.accept(found.id, client_id=rich.pk, by=actor_in(rich))

    assert waiting.state == "waiting"
    assert queries.funds(wallet_of(rich, "USD")).available == usd(500_00)
    line = requests.of_subject(f"wallets.Quote:{found.id}")[0]
    deciding.approve(line.id, by=actor_in(ada))
    carry_out_request(event(line, found.id))
    carry_out_request(event(line, found.id))
    assert queries.get_quote(found.id, rich.pk).state == "done"
    assert queries.funds(wallet_of(rich, "USD")).balance == usd(500_00)
    assert queries.funds(wallet_of(rich, "USD")).held == usd(0)
    assert queries.balance(wallet_of(rich, "EUR")) == eur(392_00)


def test_a_limit_of_nothing_lets_everything_wait(rich):
    approval_from(usd(0))

    assert services.needs_approval(usd(1), "EUR")


def test_a_refused_exchange_gives_the_money_back(rich, ada):
    approval_from(usd(500_00))
    found = services.quote(rich.pk, wish(usd(500_00)))
    services.accept(found.id, client_id=rich.pk, by=actor_in(rich))
    line = requests.of_subject(f"wallets.Quote:{found.id}")[0]

    deciding.refuse(line.id, reason="Not today", by=actor_in(ada))
    end_refused(event(line, found.id, reason="Not today"))

    assert queries.get_quote(found.id, rich.pk).reason == "Not today"
    assert queries.funds(wallet_of(rich, "USD")).available == usd(1_000_00)


def actor_in(person):
    from identity.queries import actor_for

    return actor_for(person.pk)


def event(line, quote_id, **more):
    from modules.requests.events import RequestApproved, RequestRefused

    kind = RequestRefused if more else RequestApproved
    return kind(
        request_id=line.id,
        kind="wallets.exchange",
        client_id=line.client_id,
        subject=f"wallets.Quote:{quote_id}",
        **more,
    )


def test_the_reference_rates_hold_where_the_broker_sets_none(in_alpha):
    found = queries.rate("EUR", "USD")

    assert found.source == "ecb"
    assert Decimal("0.5") < found.rate < Decimal(2)
    assert queries.rate("USD", "EUR").rate * found.rate == pytest.approx(
        Decimal(1), rel=Decimal("1e-9")
    )


def test_a_rate_of_the_brokers_own_goes_first_and_both_ways(in_alpha):
    services.set_rate("BTC", "USD", Decimal(50_000), by=SYSTEM)

    assert queries.rate("BTC", "USD").rate == 50_000
    assert queries.rate("USD", "BTC").rate == Decimal("0.00002")
    by_way = queries.rate("BTC", "EUR")
    assert (by_way.source, round(by_way.rate / queries.rate("USD", "EUR").rate)) == (
        "broker, ecb",
        50_000,
    )
    assert "BTC" in queries.currencies()

    services.set_rate("BTC", "USD", None, by=SYSTEM)
    with pytest.raises(NoRate):
        queries.rate("BTC", "USD")


def test_nobody_gains_by_going_there_and_back_led_08(in_alpha):
    services.set_rate("EUR", "USD", Decimal("1.10"), by=SYSTEM)
    services.set_rate("USD", "EUR", Decimal("0.95"), by=SYSTEM)
    services.set_rate("BTC", "VND", Decimal("2600000123.456"), by=SYSTEM)

    for one, other in (("EUR", "USD"), ("BTC", "VND"), ("BTC", "IDR"), ("JPY", "KWD")):
        services.set_rate("USD", "BTC", Decimal("0.000015999999"), by=SYSTEM)
        services.set_rate("KWD", "USD", Decimal("3.27"), by=SYSTEM)
        assert queries.rate(one, other).rate * queries.rate(other, one).rate <= 1, (one, other)
    assert queries.rate("EUR", "USD").rate == Decimal("1.052631578947")
    assert [line.base for line in queries.own_rates()] == ["BTC", "KWD", "USD", "USD"]

    services.set_rate("EUR", "USD", None, by=SYSTEM)
    assert queries.rate("USD", "EUR").source == "ecb"


def test_reference_rates_that_are_old_are_none(in_alpha):
    with clock.frozen(dt.datetime(2036, 1, 1, tzinfo=dt.UTC)), pytest.raises(NoRate):
        queries.rate("EUR", "USD")


CODES = st.sampled_from(sorted(CURRENCIES))


@pytest.mark.no_database
@given(
    pay=CODES,
    receive=CODES,
    minor=st.integers(1, 10**12),
    rate=st.decimals("0.000001", "1000000", places=12, allow_nan=False, allow_infinity=False),
    markup=st.decimals("0", "20", places=4, allow_nan=False, allow_infinity=False),
    pays=st.booleans(),
)
def test_the_house_never_loses_to_rounding_led_08(pay, receive, minor, rate, markup, pays):
    line = RateLine(base=pay, quote=receive, rate=rate, source="broker", at=MOMENT)
    asked = ExchangeWish(
        pay_currency=pay,
        receive_currency=receive,
        amount=Money(minor, pay if pays else receive),
    )
    try:
        sides = services.work_out(asked, line, markup)
    except (TooLittle, TooMuch):
        return

    worth = sides.pay.amount * rate
    step = Money(1, receive).amount
    assert sides.receive.amount <= worth * (1 - markup / 100) * (1 + Decimal("1e-20"))
    assert sides.spread.minor >= 0
    assert abs(sides.receive.amount + sides.spread.amount - worth) <= step / 2
