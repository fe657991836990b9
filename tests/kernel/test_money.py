from __future__ import annotations

from decimal import ROUND_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.money import CURRENCIES, CurrencyMismatchError, Money, UnknownCurrencyError

pytestmark = pytest.mark.no_database

amounts = st.integers(min_value=-(10**15), max_value=10**15)
currencies = st.sampled_from(sorted(CURRENCIES))


@given(amounts, st.lists(st.integers(0, 1000), min_size=1, max_size=9).filter(any))
def test_shares_sum_to_the_whole_led_09(minor, weights):
    shares = Money(minor, "USD").split(*weights)

    assert sum(share.minor for share in shares) == minor


@given(amounts, currencies)
def test_an_amount_survives_the_way_through_decimals_led_07(minor, currency):
    money = Money(minor, currency)

    assert Money.of(money.amount, currency) == money


@given(amounts, amounts)
def test_adding_commutes(one, other):
    assert Money(one, "EUR") + Money(other, "EUR") == Money(other, "EUR") + Money(one, "EUR")


@pytest.mark.parametrize(
    ("currency", "minor"), [("JPY", 1), ("USD", 123), ("KWD", 1235), ("BTC", 123_456_790)]
)
def test_each_currency_has_its_own_exponent_led_07(currency, minor):
    assert Money.of(Decimal("1.2345679"), currency).minor == minor


def test_half_goes_to_the_even_neighbour():
    assert [Money.of(Decimal(a), "USD").minor for a in ("0.005", "0.015", "0.025")] == [0, 2, 2]


def test_rounding_can_be_chosen():
    assert Money.of(Decimal("0.001"), "USD", rounding=ROUND_UP).minor == 1


def test_two_currencies_do_not_mix():
    with pytest.raises(CurrencyMismatchError):
        Money(1, "USD") + Money(1, "EUR")
    with pytest.raises(CurrencyMismatchError):
        _ = Money(1, "USD") < Money(1, "EUR")


def test_an_unknown_currency_is_refused():
    with pytest.raises(UnknownCurrencyError):
        Money.of(Decimal(1), "XXX")


@pytest.mark.parametrize("weights", [(0, 0), (1, -1)])
def test_weights_that_share_nothing_are_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        Money(1, "USD").split(*weights)


def test_a_debt_is_shared_like_an_asset():
    assert [m.minor for m in Money(-10, "USD").split(1, 1, 1)] == [-4, -3, -3]


def test_only_shares_with_a_weight_take_what_remains():
    assert [m.minor for m in Money(1, "USD").split(0, 1)] == [0, 1]
