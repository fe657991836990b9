"""Changes of accounts: their guards, and how they go through the queue of requests."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction

from identity import queries as identity
from kernel import clock
from kernel.events import tell_all
from kernel.ids import new_id
from kernel.money import Money
from modules.requests import queries as requested
from modules.requests import services as requests
from modules.requests.models import Request
from modules.requests.types import Level, PolicyWish
from modules.trading import queries, services
from modules.trading.errors import (
    AlreadyAsked,
    CommentNeeded,
    CreditBelowZero,
    LeverageNotOffered,
    LeverageOfType,
    NoSuchAccount,
    NotArchivable,
    NothingToShow,
    OpenPositions,
    OperationsPending,
    SameAsNow,
    WrongGroup,
)
from modules.trading.models import AccountType, Intent, PasswordHandover, Position, TradingAccount
from provisioning.servers.services import trading_server
from provisioning.servers.types import PasswordKind
from tests.modules.trading.conftest import carry_out_all
from tests.modules.trading.test_opening import HIMSELF, on_server, open_one
from tests.support.people import letters, make_staff
from tests.support.tenants import SYSTEM


def actor(place, person):
    with place.pin():
        return identity.actor_for(person.pk)


def decide(place, kind, *, decided=True, for_staff=False):
    wish = PolicyWish(
        is_decided=decided,
        is_for_staff=for_staff,
        levels=(Level(name="Desk"),),
        rules=(),
        score_needed=0,
        expected_hours=24,
    )
    with place.pin():
        requests.set_policy(kind, wish, by=SYSTEM)


def settle(place):
    """What the teller and the worker do until nothing is left."""
    for _round in range(3):
        with place.pin():
            tell_all(frozenset())
        carry_out_all(place)
    with place.pin():
        tell_all(frozenset())


def approve_all(place, by):
    with place.pin():
        open_ids = list(Request.objects.filter(state="waiting").values_list("pk", flat=True))
        for one in open_ids:
            requests.approve(one, by=by)
    settle(place)


@pytest.fixture
def raw(alpha, types):
    """A second live type, on the same group."""
    with alpha.pin():
        row = AccountType.objects.get(pk=types["live"])
        row._state.adding = True
        row.id = new_id()
        row.name = "Raw live"
        row.save(force_insert=True)
        return row.pk


def row_of(place, account):
    with place.pin():
        return TradingAccount.objects.get(pk=account.id)


def test_leverage_changes_at_once_unless_the_broker_wants_otherwise(alpha, ada, theo, wired, types):
    account = open_one(alpha, theo, types["live"])
    by = actor(alpha, theo)
    with alpha.pin():
        now = services.change_leverage(account.id, client_id=theo.pk, leverage=200, by=by)
    settle(alpha)
    first = on_server(alpha, wired, account.login).leverage
    decide(alpha, "trading.leverage")
    with alpha.pin():
        later = services.change_leverage(account.id, client_id=theo.pk, leverage=50, by=by)
    settle(alpha)
    waiting = on_server(alpha, wired, account.login).leverage
    approve_all(alpha, actor(alpha, ada))

    assert now.operation_id is not None
    assert later.request_id is not None
    assert (first, waiting, on_server(alpha, wired, account.login).leverage) == (200, 200, 50)
    with alpha.pin():
        assert requested.own_sheet(later.request_id, theo.pk).line.outcome == "done"


def test_a_colleague_changes_at_once_unless_he_too_is_decided(alpha, ada, theo, types):
    account = open_one(alpha, theo, types["live"])
    by = actor(alpha, ada)
    decide(alpha, "trading.leverage")
    with alpha.pin():
        now = services.change_leverage(account.id, leverage=200, by=by)
    settle(alpha)
    decide(alpha, "trading.leverage", for_staff=True)
    with alpha.pin():
        later = services.change_leverage(account.id, leverage=50, by=by)

    assert (now.request_id, later.operation_id) == (None, None)


@pytest.mark.parametrize(("leverage", "refusal"), [(77, LeverageNotOffered), (100, SameAsNow)])
def test_leverage_is_one_of_the_types_and_another(alpha, theo, types, leverage, refusal):
    account = open_one(alpha, theo, types["live"])

    with alpha.pin(), pytest.raises(refusal):
        services.change_leverage(account.id, client_id=theo.pk, leverage=leverage, by=HIMSELF)


def test_the_same_is_not_asked_twice(alpha, ada, theo, types):
    account = open_one(alpha, theo, types["live"])
    decide(alpha, "trading.leverage")

    with alpha.pin():
        services.change_leverage(account.id, client_id=theo.pk, leverage=50, by=HIMSELF)
        with pytest.raises(AlreadyAsked):
            services.change_leverage(account.id, client_id=theo.pk, leverage=200, by=HIMSELF)


def test_opening_waits_in_the_queue_and_opens_when_approved(alpha, ada, theo, wired, types):
    with alpha.pin():
        AccountType.objects.update(needs_approval=True)
        account_id = services.open_account(
            theo.pk, types["live"], leverage=100, by=actor(alpha, theo)
        )
        assert Intent.objects.count() == 0
    approve_all(alpha, actor(alpha, ada))

    with alpha.pin():
        account = TradingAccount.objects.get(pk=account_id)
        (line,) = requested.asked_by_client(theo.pk)
    assert account.state == "open"
    assert on_server(alpha, wired, account.login).leverage == 100
    assert (line.state, line.outcome) == ("approved", "done")


@pytest.mark.parametrize("end", ["refused", "cancelled"])
def test_opening_that_is_not_approved_says_why(alpha, ada, theo, types, end):
    himself = actor(alpha, theo)
    with alpha.pin():
        AccountType.objects.update(needs_approval=True)
        account_id = services.open_account(theo.pk, types["live"], leverage=100, by=himself)
        waiting = Request.objects.get()
        if end == "refused":
            requests.refuse(waiting.pk, reason="Not yet.", by=actor(alpha, ada))
        else:
            requests.cancel(waiting.pk, by=himself)
    settle(alpha)

    with alpha.pin():
        account = TradingAccount.objects.get(pk=account_id)
        assert Intent.objects.count() == 0
    sentences = {"refused": "Not yet.", "cancelled": "The request was cancelled."}
    assert (account.state, account.state_reason) == ("refused", sentences[end])


def test_accounts_that_waited_before_the_queue_are_taken_into_it_once(alpha, ada, theo, types):
    asked_at = clock.now() - dt.timedelta(days=2)
    with alpha.pin():
        TradingAccount.objects.create(
            server_id=AccountType.objects.get(pk=types["live"]).server_id,
            type_id=types["live"],
            client_id=theo.pk,
            currency="USD",
            leverage=100,
            is_live=True,
            state="requested",
            asked_at=asked_at,
        )
        assert (services.adopt_waiting(), services.adopt_waiting()) == (1, 0)
        (line,) = requested.asked_by_client(theo.pk)
    assert line.asked_at == asked_at
    approve_all(alpha, actor(alpha, ada))

    with alpha.pin():
        assert TradingAccount.objects.get().state == "open"


def test_account_changes_to_another_type(alpha, ada, theo, types, raw):
    account = open_one(alpha, theo, types["live"])
    with alpha.pin():
        asked = services.change_type(
            account.id, client_id=theo.pk, type_id=raw, by=actor(alpha, theo)
        )
    approve_all(alpha, actor(alpha, ada))

    assert asked.request_id is not None
    assert row_of(alpha, account).type_id == raw


def test_type_changes_only_when_nothing_is_in_the_way(alpha, theo, types, raw):
    account = open_one(alpha, theo, types["live"])

    def change(type_id=raw):
        with alpha.pin():
            services.change_type(account.id, client_id=theo.pk, type_id=type_id, by=HIMSELF)

    with pytest.raises(WrongGroup):
        change(types["demo"])
    with alpha.pin():
        AccountType.objects.filter(pk=raw).update(currency="EUR")
    with pytest.raises(WrongGroup):
        change()
    with alpha.pin():
        AccountType.objects.filter(pk=raw).update(currency="USD", leverages=[30])
    with pytest.raises(LeverageOfType):
        change()
    with alpha.pin():
        AccountType.objects.filter(pk=raw).update(leverages=[100])
        open_position(account)
    with pytest.raises(OpenPositions):
        change()
    with alpha.pin(), transaction.atomic():
        Position.objects.all().delete()
        services.ask_balance(account.id, Money(1_00, "USD"), by=SYSTEM, cause="t", key="t")
    with pytest.raises(OperationsPending):
        change()


def open_position(account):
    moment = clock.now()
    return Position.objects.create(
        account_id=account.id, position_id=1, symbol="EURUSD", is_buy=True, digits=5, lots=1,
        price_open=1, price_current=1, price_stop_loss=0, price_take_profit=0, profit_minor=0,
        swap_minor=0, opened_at=moment, seen_at=moment,
    )  # fmt: skip


def test_type_may_take_accounts_with_open_positions(alpha, theo, types, raw):
    account = open_one(alpha, theo, types["live"])
    with alpha.pin():
        AccountType.objects.filter(pk=raw).update(takes_open_positions=True)
        open_position(account)

        asked = services.change_type(account.id, client_id=theo.pk, type_id=raw, by=HIMSELF)

    assert asked.request_id is not None


def test_archive_says_what_is_in_the_way(alpha, theo, types):
    account = open_one(alpha, theo, types["live"])
    with alpha.pin():
        TradingAccount.objects.update(balance_minor=12_50, credit_minor=5_00)
        open_position(account)

        with pytest.raises(NotArchivable) as refused:
            services.archive_account(account.id, client_id=theo.pk, by=HIMSELF)

    assert str(refused.value) == (
        "This account cannot be archived: there is a balance of 12.50 USD, credit of 5.00 USD,"
        " 1 open position."
    )


def test_what_came_between_approval_and_doing_is_told(alpha, ada, theo, types):
    account = open_one(alpha, theo, types["live"])
    with alpha.pin():
        asked = services.archive_account(account.id, client_id=theo.pk, by=actor(alpha, theo))
        TradingAccount.objects.update(balance_minor=12_50)
    approve_all(alpha, actor(alpha, ada))

    with alpha.pin():
        line = requested.own_sheet(asked.request_id, theo.pk).line
    assert (line.state, line.outcome) == ("approved", "failed")
    assert "12.50 USD" in line.outcome_sentence
    assert row_of(alpha, account).state == "open"


def test_account_is_archived_and_brought_back(alpha, ada, theo, wired, types):
    account = open_one(alpha, theo, types["live"])
    by = actor(alpha, ada)
    with alpha.pin():
        services.archive_account(account.id, reason="Unused", by=by)
    settle(alpha)
    archived = row_of(alpha, account).state, on_server(alpha, wired, account.login).is_enabled
    with alpha.pin():
        services.restore_account(account.id, by=by)
    settle(alpha)

    assert archived == ("archived", False)
    assert row_of(alpha, account).state == "open"
    assert on_server(alpha, wired, account.login).is_enabled


def test_demo_money_does_not_keep_an_account(alpha, ada, theo, types):
    account = open_one(alpha, theo, types["demo"])
    with alpha.pin():
        services.archive_account(account.id, by=actor(alpha, ada))
    settle(alpha)

    assert row_of(alpha, account).state == "archived"


def test_credit_is_given_once_per_key_and_never_taken_below_nothing(alpha, ada, theo, wired, types):
    account = open_one(alpha, theo, types["live"])
    by = actor(alpha, ada)
    give = {"amount": Money(25_00, "USD"), "comment": "Welcome", "by": by, "key": "one"}
    with alpha.pin():
        first = services.move_credit(account.id, **give)
        again = services.move_credit(account.id, **give)
        with pytest.raises(CommentNeeded):
            services.move_credit(account.id, amount=Money(1, "USD"), comment=" ", by=by)
        with pytest.raises(CreditBelowZero):
            services.move_credit(account.id, amount=Money(-1, "USD"), comment="Back", by=by)
    settle(alpha)

    assert first == again
    assert on_server(alpha, wired, account.login).credit == 25


def test_credit_above_the_limit_needs_another_person(alpha, ada, theo, wired, types):
    finn = make_staff(alpha, "finn@alpha.example")
    account = open_one(alpha, theo, types["live"])
    decide(alpha, "trading.credit")
    with alpha.pin():
        asked = services.move_credit(
            account.id, amount=Money(25_00, "USD"), comment="Welcome", by=actor(alpha, ada)
        )
        shown = requested.sheet(asked.request_id, by=actor(alpha, ada))
    approve_all(alpha, actor(alpha, finn))

    assert [str(one.value) for one in shown.facts] == ["0.00 USD", "25.00 USD", "Welcome"]
    assert shown.why_not.startswith("You asked for this")
    assert on_server(alpha, wired, account.login).credit == 25


def test_rights_reach_the_server(alpha, ada, theo, wired, types):
    account = open_one(alpha, theo, types["live"])
    with alpha.pin():
        rights = {"is_enabled": True, "may_trade": False}
        services.set_rights(account.id, rights, by=actor(alpha, ada), reason="Margin call")
    settle(alpha)

    record = on_server(alpha, wired, account.login)
    assert (record.is_enabled, record.may_trade) == (True, False)


def test_switches_are_kept_and_noted(alpha, ada, theo, types):
    account = open_one(alpha, theo, types["live"])
    with alpha.pin():
        services.set_switches(account.id, {"may_withdraw": False}, by=actor(alpha, ada))
        line = queries.own_account(account.id, theo.pk)
        with pytest.raises(ValueError, match="no switches"):
            services.set_switches(account.id, {"balance_minor": True}, by=SYSTEM)

    assert (line.may_withdraw, line.may_deposit, line.pays_partner) == (False, True, True)


def test_reset_password_is_seen_by_the_client_alone_and_once(alpha, ada, theo, wired, types):
    account = open_one(alpha, theo, types["live"])
    with alpha.pin():
        services.reset_password(account.id, is_investor=False, by=actor(alpha, ada))
        with pytest.raises(NothingToShow):
            services.show_new_password(account.id, client_id=theo.pk, by=HIMSELF)
    settle(alpha)

    with alpha.pin():
        (shown,) = services.show_new_password(account.id, client_id=theo.pk, by=HIMSELF)
        with pytest.raises(NothingToShow):
            services.show_new_password(account.id, client_id=theo.pk, by=HIMSELF)
    with alpha.pin(), trading_server(wired) as server:
        assert server.is_password(account.login, PasswordKind.MAIN, shown.password)
    (letter,) = [one for one in letters(alpha) if one.template == "trading/new_password"]
    assert shown.password not in letter.text + letter.html + repr(shown)
    assert f"/room/trading/{account.id}/new-password/" in letter.text


def test_a_reset_password_that_nobody_looked_at_is_forgotten(alpha, ada, theo, types):
    account = open_one(alpha, theo, types["live"])
    with alpha.pin():
        services.show_credentials(account.id, client_id=theo.pk, by=HIMSELF)
        services.reset_password(account.id, is_investor=True, by=actor(alpha, ada))
    settle(alpha)

    with alpha.pin(), clock.frozen(clock.now() + dt.timedelta(days=4)):
        assert services.forget_credentials() == 1
        assert PasswordHandover.objects.exclude(sealed=None).count() == 0


def test_nobody_changes_anothers_account(alpha, ada, theo, types):
    account = open_one(alpha, theo, types["live"])

    for change, wish in (
        (services.change_leverage, {"leverage": 200}),
        (services.change_type, {"type_id": types["live"]}),
        (services.archive_account, {}),
    ):
        with alpha.pin(), pytest.raises(NoSuchAccount):
            change(account.id, client_id=ada.pk, by=HIMSELF, **wish)
