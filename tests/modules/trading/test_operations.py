"""Operations on trading servers: the table of moves, one step at a time, on a simulated server."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import transaction
from psycopg import sql

from kernel import audit, clock
from kernel.actor import Actor, ActorKind, Scope
from kernel.ids import new_id
from kernel.models import OutboxEvent
from kernel.money import Money
from modules.trading import queries, services
from modules.trading.errors import (
    CurrencyDiffers,
    EvidenceNeeded,
    KeyReused,
    MoneyFrozen,
    NotDecidable,
    NothingToMove,
    OwnOperation,
    StillBusy,
    WrongGroup,
)
from modules.trading.models import AccountType, Intent, IntentMove, TradingAccount
from modules.trading.models.intents import MOVES, IntentState
from modules.trading.types.operations import OperationFilter
from provisioning.servers.services import trading_server
from provisioning.servers.types import BalanceKind, BalanceOperation
from tests.modules.trading.conftest import carry_out_all
from tests.modules.trading.test_opening import open_one

ADA = Actor(kind=ActorKind.PERSON, id=new_id(), name="Ada")
CARL = Actor(kind=ActorKind.PERSON, id=new_id(), name="Carl")
BALANCE = "/api/trade/balance"


@pytest.fixture
def account(alpha, theo, types) -> Any:
    """Theo's open live account."""
    return open_one(alpha, theo, types["live"])


@pytest.fixture(autouse=True)
def _no_faults_left(simulator) -> Iterator[None]:
    yield
    simulator.control("/faults/clear")


def ask(alpha, account, minor, key="one", currency="USD", by=ADA):
    with alpha.pin(), transaction.atomic():
        amount = Money(minor, currency)
        return services.ask_balance(account.id, amount, by=by, cause="cashier.deposit:1", key=key)


def step(alpha, operation_id, *, minutes=0):
    """One step of a worker, so much later."""
    with alpha.pin(), clock.frozen(clock.now() + dt.timedelta(minutes=minutes)):
        return services.carry_out(operation_id)


def state(alpha, operation_id):
    with alpha.pin():
        return queries.operation_state(operation_id)


def sends(alpha, operation_id):
    with alpha.pin():
        return Intent.objects.get(pk=operation_id).sends


def story(alpha, operation_id):
    with alpha.pin():
        moves = IntentMove.objects.filter(intent_id=operation_id).order_by("happened_at", "pk")
        return list(moves.values_list("what", flat=True))


def told(alpha, name):
    with alpha.pin():
        rows = OutboxEvent.objects.filter(name=name).order_by("occurred_at")
        return list(rows.values_list("payload", flat=True))


def on_server(alpha, wired, account):
    with alpha.pin(), trading_server(wired) as server:
        return server.account(account.login)


def test_no_state_is_left_without_being_named_in_the_table():
    assert set(MOVES) == set(IntentState)
    assert {IntentState.DONE, IntentState.REFUSED} == {one for one in MOVES if not MOVES[one]}


def test_money_is_moved_once_and_told_with_the_state(alpha, wired, account):
    operation_id = ask(alpha, account, 250_00)

    carry_out_all(alpha)

    found = state(alpha, operation_id)
    assert on_server(alpha, wired, account).balance == Decimal(250)
    assert (found.is_done, found.deal_id is not None) == (True, True)
    assert story(alpha, operation_id) == ["asked", "sent", "confirmed"]
    (event,) = [one for one in told(alpha, "trading.OperationDone") if one["kind"] == "balance"]
    assert (event["key"], event["cause"]) == ("one", "cashier.deposit:1")
    assert (event["amount_minor"], event["currency"]) == (250_00, "USD")
    assert event["deal_id"] == found.deal_id


def test_asking_twice_with_one_key_is_asking_once(alpha, wired, account):
    first, second = ask(alpha, account, 5_00), ask(alpha, account, 5_00)
    carry_out_all(alpha)

    assert first == second
    assert on_server(alpha, wired, account).balance == Decimal(5)
    with pytest.raises(KeyReused):
        ask(alpha, account, 6_00)


def test_what_is_rolled_back_was_never_asked_for(alpha, account):
    with alpha.pin(), pytest.raises(ZeroDivisionError), transaction.atomic():
        services.ask_balance(account.id, Money(1, "USD"), by=ADA, cause="x", key="x")
        raise ZeroDivisionError

    with alpha.pin():
        assert not Intent.objects.filter(key="x").exists()


def test_asking_needs_the_transaction_that_gives_the_reason(alpha, account):
    with alpha.pin(), pytest.raises(RuntimeError):
        services.ask_balance(account.id, Money(1, "USD"), by=ADA, cause="x", key="x")


def test_nonsense_is_refused_and_leaves_nothing(alpha, account):
    for minor, currency, error in ((0, "USD", NothingToMove), (5, "EUR", CurrencyDiffers)):
        with pytest.raises(error):
            ask(alpha, account, minor, currency=currency)

    with alpha.pin():
        assert Intent.objects.filter(kind="balance").count() == 0


def test_more_than_is_free_is_refused_by_the_server_sag_07(alpha, wired, account):
    ask(alpha, account, 10_00, key="in")
    operation_id = ask(alpha, account, -10_01, key="out")
    carry_out_all(alpha)
    with clock.frozen(clock.now() + dt.timedelta(seconds=10)):
        carry_out_all(alpha)

    assert on_server(alpha, wired, account).balance == Decimal(10)
    assert state(alpha, operation_id).is_refused
    (event,) = told(alpha, "trading.OperationRefused")
    assert (event["key"], event["code"]) == ("out", "servers.short_of_funds")


def test_money_of_one_account_moves_one_at_a_time_in_order(alpha, simulator, account):
    simulator.control("/faults", kind="reset", path=BALANCE)
    first, second = ask(alpha, account, 1_00, key="1"), ask(alpha, account, 2_00, key="2")

    step(alpha, second)
    assert state(alpha, second).state == "waiting"
    step(alpha, first)
    step(alpha, second, minutes=1)

    assert (state(alpha, first).state, state(alpha, second).state) == ("unknown", "waiting")


@pytest.mark.parametrize("retcode", [2, 5, 7, 9, 11, 15, 17, 4006, 10011, 10012, 31999])
def test_only_listed_retcodes_are_refusals_sag_05(alpha, simulator, account, retcode):
    operation_id = ask(alpha, account, 1_00)
    simulator.control("/faults", kind="retcode", path=BALANCE, retcode=retcode)

    step(alpha, operation_id)

    assert state(alpha, operation_id).state == "unknown"


@pytest.mark.parametrize("retcode", [3, 8, 13, 4005, 10019])
def test_listed_retcodes_end_it_at_once_sag_05(alpha, simulator, account, retcode):
    operation_id = ask(alpha, account, 1_00)
    simulator.control("/faults", kind="retcode", path=BALANCE, retcode=retcode)

    step(alpha, operation_id)

    assert state(alpha, operation_id).state == "refused"


def test_refusal_after_doubt_counts_only_after_a_fresh_look_sag_05(alpha, simulator, account):
    operation_id = ask(alpha, account, 1_00)
    simulator.control("/faults", kind="reset", path=BALANCE)
    simulator.control("/faults", kind="retcode", path=BALANCE, retcode=10019)
    for minutes in (0, 5, 11):
        step(alpha, operation_id, minutes=minutes)
    assert state(alpha, operation_id).state == "unknown"
    assert story(alpha, operation_id)[-2:] == ["sent", "refused_later"]
    assert told(alpha, "trading.OperationRefused") == []

    step(alpha, operation_id, minutes=16)
    assert state(alpha, operation_id).state == "unknown"
    step(alpha, operation_id, minutes=25)

    assert state(alpha, operation_id).is_refused
    assert told(alpha, "trading.OperationRefused")[0]["code"] == "servers.short_of_funds"


def test_nothing_is_sent_again_before_the_settle_window_is_over_sag_03(alpha, simulator, account):
    operation_id = ask(alpha, account, 1_00)
    simulator.control("/faults", kind="reset", path=BALANCE)
    step(alpha, operation_id)

    for minutes in (1, 3, 6, 9):
        step(alpha, operation_id, minutes=minutes)
    assert sends(alpha, operation_id) == 1
    step(alpha, operation_id, minutes=14)

    assert sends(alpha, operation_id) == 2
    assert state(alpha, operation_id).is_done


def test_look_that_fails_decides_nothing_until_a_person_has_to_sag_03_sag_08(
    alpha, simulator, account
):
    operation_id = ask(alpha, account, 1_00)
    simulator.control("/faults", kind="reset", path=BALANCE)
    step(alpha, operation_id)
    simulator.control("/faults", kind="retcode", path="/api/deal/", retcode=11, times=50)

    for minutes in (12, 30, 45):
        step(alpha, operation_id, minutes=minutes)
    assert state(alpha, operation_id).state == "unknown"
    step(alpha, operation_id, minutes=59)

    assert state(alpha, operation_id).state == "manual"
    assert [one["key"] for one in told(alpha, "trading.OperationStuck")] == ["one"]


def test_large_amount_is_not_sent_again_without_a_person(alpha, wired, simulator, account):
    operation_id = ask(alpha, account, 1_000_01)
    simulator.control("/faults", kind="reset", path=BALANCE)

    for minutes in (0, 5, 11):
        step(alpha, operation_id, minutes=minutes)

    assert state(alpha, operation_id).state == "manual"
    assert on_server(alpha, wired, account).balance == 0
    with alpha.pin():
        services.limit_resends(Decimal(2000), by=CARL)
        services.look_again(operation_id, by=CARL)
    step(alpha, operation_id, minutes=20)
    assert state(alpha, operation_id).is_done


def test_money_is_sent_three_times_at_most(alpha, simulator, account):
    operation_id = ask(alpha, account, 1_00)
    simulator.control("/faults", kind="reset", path=BALANCE, times=9)

    for minutes in range(0, 60, 6):
        step(alpha, operation_id, minutes=minutes)

    assert state(alpha, operation_id).state == "manual"
    assert sends(alpha, operation_id) == 3
    assert simulator.control("/state")["faults"] == 1, "three of nine times struck; the rest waits"


def double(alpha, wired, account, simulator, key="one"):
    """An operation whose answer is lost, and which somebody books once more."""
    operation_id = ask(alpha, account, 7_00, key=key)
    simulator.control("/faults", kind="lost", path=BALANCE)
    step(alpha, operation_id)
    with alpha.pin(), trading_server(wired) as server:
        tag = Intent.objects.get(pk=operation_id).tag
        server.change_balance(
            BalanceOperation(
                login=account.login, kind=BalanceKind.BALANCE, amount=Decimal(7), tag=tag
            )
        )
    step(alpha, operation_id, minutes=1)
    return operation_id


def test_found_twice_freezes_the_money_and_waits_for_a_person_sag_06(
    alpha, wired, simulator, account
):
    operation_id = double(alpha, wired, account, simulator)

    assert state(alpha, operation_id).state == "manual"
    assert "doubled" in story(alpha, operation_id)
    with pytest.raises(MoneyFrozen):
        ask(alpha, account, 1_00, key="next")
    with alpha.pin():
        assert queries.is_money_frozen(account.id)
        actions = [one.action for one in audit.entries(limit=5)]
        assert {"trading.operation_doubled", "trading.operation_stuck"} <= set(actions)
        services.decide_operation(
            operation_id, booked=True, evidence="two deals", by=CARL, reason="one is taken back"
        )
        services.lift_freeze(account.id, by=CARL, reason="taken back by hand")
    ask(alpha, account, 1_00, key="next")


def stuck(alpha, simulator, account, minor=5_000_00):
    operation_id = ask(alpha, account, minor)
    simulator.control("/faults", kind="reset", path=BALANCE)
    for minutes in (0, 5, 11):
        step(alpha, operation_id, minutes=minutes)
    assert state(alpha, operation_id).state == "manual"
    return operation_id


def decide(alpha, operation_id, *, booked, by=CARL, evidence="deal 4711", deal_id=None):
    with alpha.pin():
        services.decide_operation(
            operation_id, booked=booked, evidence=evidence, by=by, reason="seen", deal_id=deal_id
        )


@pytest.mark.parametrize(("booked", "ends"), [(True, "done"), (False, "refused")])
def test_person_decides_with_evidence(alpha, simulator, account, booked, ends):
    operation_id = stuck(alpha, simulator, account)

    decide(alpha, operation_id, booked=booked, deal_id=4711 if booked else None)

    found = state(alpha, operation_id)
    assert (found.state, found.deal_id) == (ends, 4711 if booked else None)
    name = "trading.OperationDone" if booked else "trading.OperationRefused"
    assert [one["key"] for one in told(alpha, name) if one["kind"] == "balance"] == ["one"]
    with alpha.pin():
        shown = queries.operation(operation_id, by=_sees(CARL))
        (decided,) = [one for one in shown.moves if one.what == "decided"]
        assert (decided.who, decided.facts["evidence"]) == ("Carl", "deal 4711")
    with pytest.raises(NotDecidable):
        decide(alpha, operation_id, booked=True)


def _sees(actor):
    return replace(actor, grants={"trading.see_operations": Scope.ALL})


def test_asker_does_not_decide_and_nobody_without_evidence(alpha, simulator, account):
    operation_id = stuck(alpha, simulator, account)

    with pytest.raises(OwnOperation):
        decide(alpha, operation_id, booked=True, by=ADA)
    with pytest.raises(EvidenceNeeded):
        decide(alpha, operation_id, booked=True, evidence=" ")

    assert state(alpha, operation_id).state == "manual"


def test_what_a_worker_still_looks_after_is_not_decided(alpha, account):
    operation_id = ask(alpha, account, 1_00)

    with pytest.raises(NotDecidable):
        decide(alpha, operation_id, booked=True)

    with alpha.pin():
        services.call_off(operation_id, by=CARL, reason="asked by mistake")
    assert state(alpha, operation_id).is_refused
    assert step(alpha, operation_id) is False


def as_owner(alpha, statement, *values):
    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"], autocommit=True) as admin:
        admin.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(alpha.schema)))
        admin.execute(statement, values)


@pytest.mark.parametrize(("column", "value"), [("state", "settling"), ("kind", "teleport")])
def test_states_and_kinds_of_a_newer_release_are_left_alone_sag_11(alpha, account, column, value):
    operation_id = ask(alpha, account, 1_00)
    known = "state IN ('waiting','sent','unknown','manual','done','refused')"
    as_owner(alpha, "ALTER TABLE trading_intent DROP CONSTRAINT intent_state_known")
    try:
        as_owner(alpha, f"UPDATE trading_intent SET {column} = %s WHERE id = %s",
                 value, operation_id)  # fmt: skip

        with alpha.pin():
            assert services.due_intents() == ()
        assert step(alpha, operation_id, minutes=60) is False
        with alpha.pin():
            (line,) = queries.operations_page(_all(), by=_sees(CARL)).lines[:1]
            assert value in {line.state, line.kind}
    finally:
        as_owner(alpha, "UPDATE trading_intent SET state = 'done' WHERE id = %s", operation_id)
        as_owner(
            alpha, f"ALTER TABLE trading_intent ADD CONSTRAINT intent_state_known CHECK ({known})"
        )


def _all():
    return OperationFilter(show="all")


def other_type(alpha, types, group_of="real"):
    with alpha.pin():
        first = AccountType.objects.get(pk=types["live"])
        with trading_server(first.server_id) as server:
            names = [one.name for one in server.groups() if one.currency == "USD"]
        name = next(one for one in names if one != first.group and one.startswith(group_of))
        return AccountType.objects.create(
            name="Other", environment="live", server_id=first.server_id, group=name,
            currency="USD", leverages=[100], leverage_default=100, created_at=first.created_at,
        ).pk  # fmt: skip


def do(alpha, verb, *args, key, **more):
    with alpha.pin(), transaction.atomic():
        operation_id = verb(*args, by=ADA, cause="test", key=key, **more)
    carry_out_all(alpha)
    assert state(alpha, operation_id).is_done
    return operation_id


def test_group_rights_leverage_and_credit_are_set_on_the_server(alpha, wired, types, account):
    other = other_type(alpha, types)

    do(alpha, services.ask_group, account.id, other, key="group")
    do(alpha, services.ask_rights, account.id, {"may_trade": False}, key="rights")
    do(alpha, services.ask_leverage, account.id, 50, key="leverage")
    do(alpha, services.ask_credit, account.id, Money(30_00, "USD"), key="credit")

    record = on_server(alpha, wired, account)
    with alpha.pin():
        row = TradingAccount.objects.select_related("type").get(pk=account.id)
        assert (row.type_id, row.may_trade, row.is_enabled, row.leverage) == (
            other,
            False,
            True,
            50,
        )
        assert (record.group, record.may_trade, record.leverage) == (row.type.group, False, 50)
    assert (record.balance, record.credit) == (0, Decimal(30))


def test_group_of_another_kind_is_refused(alpha, types, account):
    with alpha.pin(), pytest.raises(WrongGroup), transaction.atomic():
        services.ask_group(account.id, types["demo"], by=ADA, cause="x", key="x")


def test_same_change_is_not_asked_for_twice_at_once(alpha, account):
    with alpha.pin(), transaction.atomic():
        services.ask_rights(account.id, {"may_trade": False}, by=ADA, cause="x", key="1")

    with alpha.pin(), pytest.raises(StillBusy), transaction.atomic():
        services.ask_rights(account.id, {"may_trade": True}, by=ADA, cause="x", key="2")


def test_account_is_archived_brought_back_and_deleted(alpha, wired, account):
    do(alpha, services.ask_archive, account.id, key="archive", reason="asked by the client")
    archived = on_server(alpha, wired, account)
    do(alpha, services.ask_restore, account.id, key="restore")
    restored = on_server(alpha, wired, account)
    do(alpha, services.ask_deletion, account.id, key="delete")

    assert (archived.is_enabled, archived.may_trade) == (False, False)
    assert (restored.is_enabled, restored.may_trade) == (True, True)
    with alpha.pin(), trading_server(wired) as server:
        assert server.find_account(account.login) is None
        assert TradingAccount.objects.get(pk=account.id).state == "archived"


def test_account_with_money_is_not_deleted(alpha, wired, account):
    ask(alpha, account, 1_00)
    carry_out_all(alpha)
    with alpha.pin(), transaction.atomic():
        operation_id = services.ask_deletion(account.id, by=ADA, cause="x", key="x")

    carry_out_all(alpha)

    assert state(alpha, operation_id).is_refused
    assert on_server(alpha, wired, account).balance == Decimal(1)


def test_stories_cannot_be_changed_by_the_application(alpha, account):
    operation_id = ask(alpha, account, 1_00)

    with alpha.pin(), pytest.raises(Exception, match="permission denied"), transaction.atomic():
        IntentMove.objects.filter(intent_id=operation_id).update(why="nothing happened")
