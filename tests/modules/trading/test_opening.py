"""Opening accounts on a real (simulated) server: once, whatever goes wrong."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from kernel import clock
from kernel.actor import Actor
from kernel.models import OutboxEvent
from modules.trading import queries, services
from modules.trading.errors import (
    LeverageNotOffered,
    NoSuchAccount,
    NothingToShow,
    TooManyAccounts,
)
from modules.trading.models import Intent, TradingAccount
from provisioning.servers.services import trading_server
from provisioning.servers.types import PasswordKind
from tests.modules.conftest import make_client
from tests.modules.trading.conftest import carry_out_all

HIMSELF = Actor.system("theo")


def open_one(alpha, theo, type_id, leverage=100):
    with alpha.pin():
        account_id = services.open_account(theo.pk, type_id, leverage=leverage, by=HIMSELF)
    carry_out_all(alpha)
    with alpha.pin():
        return queries.own_account(account_id, theo.pk)


def on_server(alpha, server_id, login):
    with alpha.pin(), trading_server(server_id) as server:
        return server.account(login)


def test_live_account_is_opened_under_the_login_we_chose(alpha, theo, wired, types):
    account = open_one(alpha, theo, types["live"])

    record = on_server(alpha, wired, account.login)

    assert (account.state, account.leverage) == ("open", 100)
    assert (record.first_name, record.last_name, record.leverage) == ("Theo", "Adler", 100)
    assert record.balance == 0


def test_demo_account_gets_its_starting_amount_once(alpha, theo, wired, types):
    account = open_one(alpha, theo, types["demo"])

    carry_out_all(alpha)

    assert on_server(alpha, wired, account.login).balance == Decimal(10_000)
    assert account.balance.amount == Decimal(10_000)


def test_credentials_work_on_the_server_and_are_shown_once(alpha, theo, wired, types):
    account = open_one(alpha, theo, types["live"])

    with alpha.pin():
        shown = services.show_credentials(account.id, client_id=theo.pk, by=HIMSELF)

    with alpha.pin(), trading_server(wired) as server:
        assert server.is_password(account.login, PasswordKind.MAIN, shown.password)
        assert server.is_password(account.login, PasswordKind.INVESTOR, shown.password_investor)
    with alpha.pin(), pytest.raises(NothingToShow):
        services.show_credentials(account.id, client_id=theo.pk, by=HIMSELF)
    assert "password" not in repr(shown).replace("password_investor", "")


def test_passwords_nobody_looked_at_are_forgotten(alpha, theo, types):
    account = open_one(alpha, theo, types["live"])

    with alpha.pin(), clock.frozen(clock.now() + dt.timedelta(days=4)):
        assert services.forget_credentials() == 1
        with pytest.raises(NothingToShow):
            services.show_credentials(account.id, client_id=theo.pk, by=HIMSELF)


def test_opening_is_announced_and_makes_the_client_active(alpha, theo, types):
    account = open_one(alpha, theo, types["live"])

    with alpha.pin():
        from modules.clients.models import Client

        told = OutboxEvent.objects.filter(name="trading.AccountOpened").values_list("payload")
        assert [payload["login"] for (payload,) in told] == [account.login]
        assert Client.objects.get(pk=theo.pk).state == "active"


@pytest.mark.parametrize("kind", ["lost", "reset", "truncated", "html", "forbidden"])
def test_spoilt_answer_to_opening_opens_one_account(alpha, theo, wired, types, simulator, kind):
    eve = make_client(alpha, "eve@example.com", "Eve", "Weiss")
    open_one(alpha, eve, types["live"])  # on an empty server the server would choose the login
    simulator.control("/faults", kind=kind, path="/api/user/add")
    with alpha.pin():
        account_id = services.open_account(theo.pk, types["live"], leverage=100, by=HIMSELF)
        services.carry_out(services.due_intents()[0])

    with clock.frozen(clock.now() + dt.timedelta(minutes=1)):
        carry_out_all(alpha)

    with alpha.pin():
        account = queries.own_account(account_id, theo.pk)
        assert account.state == "open"
        tag = Intent.objects.get(account_id=account_id).tag
        with trading_server(wired) as server:
            booked = [
                one.login for one in server.accounts_in([account.group]) if one.comment == tag
            ]
    assert booked == [account.login]


@pytest.mark.parametrize("kind", ["lost", "reset", "truncated", "html"])
def test_spoilt_answer_to_funding_pays_once(alpha, theo, wired, types, simulator, kind):
    simulator.control("/faults", kind=kind, path="/api/trade/balance")
    with alpha.pin():
        account_id = services.open_account(theo.pk, types["demo"], leverage=100, by=HIMSELF)
    carry_out_all(alpha)

    for minutes in (1, 5, 15, 30, 60):
        with clock.frozen(clock.now() + dt.timedelta(minutes=minutes)):
            carry_out_all(alpha)

    with alpha.pin():
        account = queries.own_account(account_id, theo.pk)
        assert queries.opening(account_id, theo.pk).is_over
    assert on_server(alpha, wired, account.login).balance == Decimal(10_000)


def test_worker_killed_while_opening_is_replaced(alpha, theo, types):
    with alpha.pin():
        services.open_account(theo.pk, types["live"], leverage=100, by=HIMSELF)
        Intent.objects.update(
            state="sent", was_sent=True, attempts=1, due_at=clock.now() + dt.timedelta(minutes=2)
        )
        assert services.due_intents() == ()

    with clock.frozen(clock.now() + dt.timedelta(minutes=3)):
        carry_out_all(alpha)

    with alpha.pin():
        assert [one.state for one in queries.accounts_of(theo.pk)] == ["open"]


def test_no_more_accounts_of_a_type_than_allowed(alpha, theo, types):
    open_one(alpha, theo, types["live"])
    open_one(alpha, theo, types["live"])

    with alpha.pin(), pytest.raises(TooManyAccounts):
        services.open_account(theo.pk, types["live"], leverage=100, by=HIMSELF)

    with alpha.pin():
        assert TradingAccount.objects.filter(client_id=theo.pk).count() == 2


def test_leverage_must_be_on_offer(alpha, theo, types):
    with alpha.pin(), pytest.raises(LeverageNotOffered):
        services.open_account(theo.pk, types["live"], leverage=1000, by=HIMSELF)

    with alpha.pin():
        assert Intent.objects.count() == 0


def test_existing_login_is_bound_with_its_password(alpha, theo, wired, types):
    first = open_one(alpha, theo, types["live"])
    with alpha.pin():
        shown = services.show_credentials(first.id, client_id=theo.pk, by=HIMSELF)
        TradingAccount.objects.filter(pk=first.id).update(client_id=None)
        intent_id = services.bind_account(
            theo.pk, server_id=wired, login=first.login, password=shown.password, by=HIMSELF
        )

    carry_out_all(alpha)

    with alpha.pin():
        assert queries.progress(intent_id, theo.pk).is_over
        assert [one.login for one in queries.accounts_of(theo.pk)] == [first.login]


def test_wrong_password_binds_nothing(alpha, theo, wired, types):
    first = open_one(alpha, theo, types["live"])
    with alpha.pin():
        TradingAccount.objects.filter(pk=first.id).update(client_id=None)
        intent_id = services.bind_account(
            theo.pk, server_id=wired, login=first.login, password="Wrong-1234", by=HIMSELF
        )

    carry_out_all(alpha)

    with alpha.pin():
        assert queries.progress(intent_id, theo.pk).is_failed
        assert queries.accounts_of(theo.pk) == ()


def test_password_and_leverage_change_on_the_server(alpha, theo, wired, types):
    account = open_one(alpha, theo, types["live"])
    with alpha.pin():
        services.change_password(
            account.id, client_id=theo.pk, password="New-Pass-77", is_investor=False, by=HIMSELF
        )
        services.change_leverage(account.id, client_id=theo.pk, leverage=200, by=HIMSELF)

    carry_out_all(alpha)

    with alpha.pin(), trading_server(wired) as server:
        assert server.is_password(account.login, PasswordKind.MAIN, "New-Pass-77")
        assert server.account(account.login).leverage == 200
    with alpha.pin():
        assert queries.own_account(account.id, theo.pk).leverage == 200


def test_account_of_another_is_not_there(alpha, theo, ada, types):
    account = open_one(alpha, theo, types["live"])

    with alpha.pin(), pytest.raises(NoSuchAccount):
        queries.own_account(account.id, ada.pk)
    with alpha.pin(), pytest.raises(NoSuchAccount):
        services.change_leverage(account.id, client_id=ada.pk, leverage=200, by=HIMSELF)
