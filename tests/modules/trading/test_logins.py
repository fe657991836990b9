"""Ranges of logins: given in order, never beyond their end, and apart from each other (ACC-14)."""

from __future__ import annotations

import dataclasses
import itertools

import pytest

from identity import queries as identity
from modules.trading import queries, services
from modules.trading.errors import LoginsOverlap, LoginsUsedUp, NoneAtTheMoment
from modules.trading.models import AccountType, Intent, TradingAccount
from tests.modules.trading.conftest import carry_out_all
from tests.modules.trading.test_cents import wish_of
from tests.modules.trading.test_opening import HIMSELF, on_server, open_one
from tests.support.tenants import SYSTEM

_STARTS = itertools.count(880_001, 10)


@pytest.fixture
def logins():
    """Two logins that no other test took: the server keeps what it opened."""
    first = next(_STARTS)
    return first, first + 1


@pytest.fixture
def ranged(alpha, types, logins):
    """The live type has two logins."""
    wish = wish_of(alpha, types["live"], login_from=logins[0], login_to=logins[1])
    with alpha.pin():
        services.update_type(types["live"], wish, by=SYSTEM)
    return types


def test_logins_come_out_of_the_range_until_its_end_and_are_refused_then(
    alpha, ada, theo, wired, ranged, logins
):
    first = open_one(alpha, theo, ranged["live"])
    demo = open_one(alpha, theo, ranged["demo"])
    second = open_one(alpha, theo, ranged["live"])

    with alpha.pin():
        staff = identity.actor_for(ada.pk)
        with pytest.raises(LoginsUsedUp, match=f"{logins[0]} to {logins[1]}"):
            services.open_account(theo.pk, ranged["live"], leverage=100, by=staff)
        with pytest.raises(NoneAtTheMoment, match="at the moment"):
            services.open_account(theo.pk, ranged["live"], leverage=100, by=HIMSELF)
    assert (first.login, second.login) == (logins[0], logins[1])
    assert not logins[0] <= demo.login <= logins[1]
    assert on_server(alpha, wired, logins[1]).login == logins[1]


def test_login_of_a_range_that_one_of_our_accounts_has_already_is_passed_over(
    alpha, theo, wired, ranged, logins
):
    taken = open_one(alpha, theo, ranged["demo"])
    with alpha.pin():
        TradingAccount.objects.filter(pk=taken.id).update(login=logins[0])

    assert open_one(alpha, theo, ranged["live"]).login == logins[1]


def test_opening_that_finds_no_login_fails_calmly_for_the_client_and_clearly_for_colleagues(
    alpha, theo, ranged, logins
):
    with alpha.pin():
        AccountType.objects.update(accounts_max=5)
        ids = [
            services.open_account(theo.pk, ranged["live"], leverage=100, by=HIMSELF)
            for _ in range(3)
        ]
    carry_out_all(alpha)

    with alpha.pin():
        shown = [queries.own_account(one, theo.pk) for one in ids]
        (failed,) = [one for one in shown if one.state == "failed"]
        sentence = Intent.objects.get(account_id=failed.id).sentence
    assert "at the moment" in failed.state_reason
    assert str(logins[1]) not in failed.state_reason
    assert f"{logins[0]} to {logins[1]}" in sentence


def test_ranges_of_one_server_are_the_same_or_apart(alpha, ranged, logins):
    wish = wish_of(
        alpha, ranged["live"], name="Other", login_from=logins[1], login_to=logins[1] + 5
    )
    with alpha.pin():
        with pytest.raises(LoginsOverlap, match="Standard live"):
            services.create_type(wish, by=SYSTEM)
        same = dataclasses.replace(wish, login_from=logins[0], login_to=logins[1])
        apart = dataclasses.replace(wish, name="Apart", login_from=logins[1] + 1)
        services.create_type(same, by=SYSTEM)
        services.create_type(apart, by=SYSTEM)
        assert AccountType.objects.filter(login_to__isnull=False).count() == 3


def test_form_says_what_is_wrong_with_a_range(alpha, ada, wired, types):
    browser = alpha.signed_in(ada)
    path = f"/office/trading/types/{types['live']}/"
    told = browser.get(path).context["form"].initial
    words = {
        name: value for name, value in told.items() if value is not None and value is not False
    }

    backwards = browser.post(path, words | {"login_from": "20", "login_to": "10"})
    endless = browser.post(path, words | {"login_to": "10"})
    fine = browser.post(path, words | {"login_from": "10", "login_to": "20", "cent_factor": "100"})

    assert backwards.status_code == endless.status_code == 422
    assert "comes before the first" in backwards.content.decode()
    assert "needs its first login" in endless.content.decode()
    assert fine.status_code == 302
    with alpha.pin():
        line = queries.account_type(types["live"])
    assert (line.login_from, line.login_to, line.cent_factor) == (10, 20, 100)
