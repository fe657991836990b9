"""Hands on the tables: the application's role may not, the owner cannot unnoticed (LED-01, 02)."""

from __future__ import annotations

import datetime as dt

import psycopg
import pytest
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, router

from kernel import clock
from kernel.ids import new_id
from modules.wallets import queries, services
from modules.wallets.models import (
    Account,
    Balance,
    Entry,
    Hold,
    PayoutStop,
    Posting,
    Snapshot,
)
from tenants.schemas.provisioner import admin
from tests.modules.wallets.conftest import new_wallet, transfer, usd
from tests.support.people import letters, make_staff
from tests.support.tenants import SYSTEM

ENTRY = (
    "INSERT INTO wallets_entry (id, kind, key, request_hash, legs, actor_kind, actor_name, cause,"
    " note, occurred_at, posted_at)"
    " VALUES ('{id}', 'deposit', '{id}', '', {legs}, 'system', 'x', 'x', '', '{at}', '{at}')"
)
LEG = (
    "INSERT INTO wallets_posting (entry_id, leg, legs, account_id, currency, amount_minor, seq,"
    " balance_after_minor, posted_at)"
    " VALUES ('{id}', {leg}, {legs}, '{account}', '{currency}', {amount}, {seq}, {after}, '{at}')"
)
AT = "2026-03-02 12:00+00"


def entry(entry_id, legs=2):
    return ENTRY.format(id=entry_id, legs=legs, at=AT)


def leg(entry_id, account, amount, number=1, **more):
    values = {"legs": 2, "currency": "USD", "seq": "NULL", "after": "NULL", "at": AT} | more
    return LEG.format(id=entry_id, leg=number, account=account, amount=amount, **values)


@pytest.fixture
def bank(in_alpha):
    return services.house_account("bank", "USD")


@pytest.fixture
def fees(in_alpha):
    return services.house_account("fees", "USD")


WRITES = [
    "INSERT INTO wallets_account SELECT * FROM wallets_account",
    "INSERT INTO wallets_balance SELECT * FROM wallets_balance",
    "INSERT INTO wallets_entry SELECT * FROM wallets_entry",
    "INSERT INTO wallets_posting SELECT * FROM wallets_posting",
    "INSERT INTO wallets_hold SELECT * FROM wallets_hold",
    "INSERT INTO wallets_snapshot SELECT * FROM wallets_snapshot",
    "UPDATE wallets_account SET keeps_balance = false",
    "UPDATE wallets_balance SET posted_minor = posted_minor + 1",
    "UPDATE wallets_entry SET note = 'x'",
    "UPDATE wallets_posting SET amount_minor = 1",
    "UPDATE wallets_hold SET state = 'released'",
    "UPDATE wallets_proof SET findings = '[]'",
    "DELETE FROM wallets_account",
    "DELETE FROM wallets_balance",
    "DELETE FROM wallets_entry",
    "DELETE FROM wallets_posting",
    "DELETE FROM wallets_hold",
    "DELETE FROM wallets_proof",
    "TRUNCATE wallets_posting",
    "TRUNCATE wallets_entry CASCADE",
    "ALTER TABLE wallets_posting DISABLE TRIGGER ALL",
    "DROP TRIGGER wallets_entry_balanced ON wallets_entry",
    "CREATE OR REPLACE FUNCTION wallets_entry_holds() RETURNS trigger LANGUAGE sql AS 'SELECT 1'",
    "SET session_replication_role = replica",
]


@pytest.mark.parametrize("statement", WRITES)
def test_the_application_may_only_ask_the_functions_led_02(wallet, statement):
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()

    assert queries.check_ledger() == ()
    assert queries.balance(wallet) == usd(100_00)


POST = (
    "SELECT wallets_post(gen_random_uuid(), 'deposit', gen_random_uuid()::text, '', NULL, NULL,"
    " 'system', NULL, 'x', 'c', '', {occurred}, {now}, ARRAY[{accounts}]::uuid[],"
    " ARRAY['USD', 'USD'], ARRAY[{amounts}]::bigint[])"
)
ODD = {
    "one side": POST.replace("ARRAY['USD', 'USD']", "ARRAY['USD']"),
    "no sum": POST.replace("{amounts}", "5, -4"),
    "no amount": POST.replace("{amounts}", "5"),
    "beyond counting": POST.replace("{amounts}", f"{2**63 - 1}, {-(2**63) + 1}"),
    "at the end of time": POST.replace("{now}", "'infinity'"),
    "before all time": POST.replace("{occurred}", "'-infinity'"),
    "put off to the end": "BEGIN; SAVEPOINT s; "
    + POST.replace("{amounts}", "5, -4")
    + "; RELEASE s; SET CONSTRAINTS ALL DEFERRED; COMMIT",
    "a hold of less": "SELECT wallets_hold_funds(gen_random_uuid(), '{wallet}', 'USD', -5, 'h',"
    " 'c', 'system', NULL, 'x', now())",
    "a sum for ever": "SELECT wallets_take_snapshots('infinity', 0)",
    "nobody's wallet": "SELECT wallets_open_account(gen_random_uuid(), 'client_wallet:x', NULL,"
    " 'USD', 2, now())",
    "a path of one's own": "ALTER FUNCTION wallets_take_snapshots SET search_path = pg_temp",
}


def test_the_functions_take_no_odd_orders_led_01(wallet, bank):
    for name, asked in ODD.items():
        side = 1 if name == "one side" else 2
        told = {
            "occurred": "now()",
            "now": "now()",
            "accounts": ", ".join([f"'{wallet}'", f"'{bank}'"][:side]),
            "amounts": ", ".join(["5", "-5"][:side]),
            "wallet": wallet,
        }
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute(asked.format(**told))
            pytest.fail(name)
        connection.close()

    assert queries.check_ledger() == ()
    assert queries.balance(wallet) == usd(100_00)


def as_owner(schema, *statements):
    """Run statements in one transaction as the owner of the schema."""
    with admin() as connection, connection.transaction():
        connection.execute(f'SET LOCAL ROLE "{schema}_owner"; SET LOCAL search_path = "{schema}"')
        for statement in statements:
            connection.execute(statement)


def test_an_entry_with_one_side_cannot_commit_led_01(in_alpha, bank):
    one = new_id()

    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="lacks legs"):
        as_owner(in_alpha, entry(one), leg(one, bank, 5))


def test_an_entry_without_sides_cannot_commit_led_01(in_alpha):
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="lacks legs"):
        as_owner(in_alpha, entry(new_id()))


def test_an_entry_of_one_side_cannot_be_declared_led_01(in_alpha):
    with pytest.raises(psycopg.errors.CheckViolation):
        as_owner(in_alpha, entry(new_id(), legs=1))


def test_sides_that_do_not_sum_to_zero_cannot_commit_led_01(in_alpha, bank, fees):
    one = new_id()

    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="sum to zero"):
        as_owner(in_alpha, entry(one), leg(one, bank, 5), leg(one, fees, -4, 2))


def test_a_side_in_another_currency_than_its_account_cannot_commit(in_alpha, bank, fees):
    one = new_id()
    sides = [leg(one, bank, 5, currency="EUR"), leg(one, fees, -5, 2, currency="EUR")]

    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="does not fit"):
        as_owner(in_alpha, entry(one), *sides)


def test_a_side_of_a_wallet_without_its_number_cannot_commit(in_alpha, wallet, bank):
    one = new_id()

    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="does not fit"):
        as_owner(in_alpha, entry(one), leg(one, wallet, 5), leg(one, bank, -5, 2))


def test_a_pair_that_balances_cannot_be_added_later_led_02(in_alpha, wallet, bank, fees):
    posted = transfer(wallet, new_wallet(usd(0)), usd(1)).entry_id

    for legs in (2, 4):
        pair = [
            leg(posted, bank, 5, legs - 1, legs=legs),
            leg(posted, fees, -5, legs, legs=legs),
        ]
        with pytest.raises(psycopg.errors.IntegrityError):
            as_owner(in_alpha, *pair)
    with pytest.raises(psycopg.errors.CheckViolation):
        as_owner(in_alpha, leg(posted, bank, 5, 3))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE wallets_posting SET amount_minor = -amount_minor",
        "UPDATE wallets_entry SET kind = 'bonus'",
        "UPDATE wallets_account SET client_id = NULL",
        "DELETE FROM wallets_posting",
        "DELETE FROM wallets_entry",
        "DELETE FROM wallets_balance",
        "TRUNCATE wallets_posting",
        "TRUNCATE wallets_entry CASCADE",
    ],
)
def test_not_even_the_owner_changes_what_is_posted_led_02(in_alpha, wallet, statement):
    with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
        as_owner(in_alpha, statement)


def test_a_wallet_below_zero_cannot_be_written_even_by_the_owner(in_alpha, wallet):
    for statement in (
        "UPDATE wallets_balance SET posted_minor = -1",
        "UPDATE wallets_balance SET held_minor = posted_minor + 1",
        "UPDATE wallets_balance SET held_minor = -1",
    ):
        with pytest.raises(psycopg.errors.CheckViolation):
            as_owner(in_alpha, statement)


def test_the_rules_hold_when_they_are_not_put_off(wallet):
    with connection.cursor() as cursor:
        cursor.execute("BEGIN; SET CONSTRAINTS ALL IMMEDIATE")
        transfer(wallet, new_wallet(usd(0)), usd(1))
        cursor.execute("COMMIT")

    assert queries.check_ledger() == ()


DAMAGE = {
    "balance": "UPDATE wallets_balance SET posted_minor = posted_minor + 1",
    "history": "UPDATE wallets_posting SET balance_after_minor = 7 WHERE seq = 1",
    "numbers": "UPDATE wallets_posting SET seq = seq + 10 WHERE seq IS NOT NULL",
    "entries": "DELETE FROM wallets_posting WHERE seq IS NULL",
    "zero": "UPDATE wallets_posting SET amount_minor = amount_minor - 1 WHERE seq IS NULL",
    "currencies": "UPDATE wallets_account SET exponent = 3",
    "floor": "ALTER TABLE wallets_balance DROP CONSTRAINT wallets_balance_covered;"
    " UPDATE wallets_balance SET held_minor = 1 + posted_minor",
}


def damage(schema, statement):
    """What only someone with the whole database in hand can do: all triggers asleep."""
    with admin() as connection, connection.transaction():
        connection.execute(
            f'SET LOCAL session_replication_role = replica; SET LOCAL search_path = "{schema}"'
        )
        connection.execute(statement)


@pytest.mark.breaks_the_ledger
@pytest.mark.parametrize("rule", sorted(DAMAGE))
def test_damage_is_found_and_stops_payouts_led_10(in_alpha, wallet, rule):
    assert services.prove_ledger(by=SYSTEM).holds
    assert queries.payouts_allowed()

    damage(in_alpha, DAMAGE[rule])
    try:
        proof = services.prove_ledger(by=SYSTEM)
    finally:
        if rule == "floor":
            damage(
                in_alpha,
                "UPDATE wallets_balance SET held_minor = 1; ALTER TABLE wallets_balance"
                " ADD CONSTRAINT wallets_balance_covered"
                " CHECK (held_minor >= 0 AND posted_minor >= held_minor)",
            )

    assert rule in {one.rule for one in proof.findings}
    assert not queries.payouts_allowed()
    assert not queries.last_proof().holds


@pytest.mark.breaks_the_ledger
@pytest.mark.parametrize("rule", sorted(DAMAGE.keys() - {"floor"}))
def test_damage_is_found_among_what_is_new_led_10(in_alpha, wallet, rule):
    services.prove_ledger(by=SYSTEM)
    transfer(wallet, new_wallet(usd(0)), usd(1))
    assert services.prove_recent(by=SYSTEM).holds

    damage(in_alpha, DAMAGE[rule])
    proof = services.prove_recent(by=SYSTEM)

    assert not proof.is_full
    assert proof.findings
    assert not queries.payouts_allowed()


def test_a_role_whose_commits_may_be_lost_is_found_led_14(wallet):
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        usual = cursor.fetchone()
        cursor.execute("SET synchronous_commit = off")
    found = queries.check_ledger()
    connection.close()

    assert usual == ("on",)
    assert [(one.rule, one.subject, one.detail) for one in found] == [
        ("durable", "synchronous_commit", "off")
    ]
    assert queries.check_ledger() == ()


def test_what_money_is_read_from_is_what_it_was_written_to_led_12(wallet):
    for model in (Account, Balance, Entry, Hold, Posting, Snapshot):
        assert router.db_for_read(model) == router.db_for_write(model) == DEFAULT_DB_ALIAS


def test_every_posting_is_counted_once_a_day(frozen, in_alpha, wallet):
    first = services.prove_recent(by=SYSTEM)
    second = services.prove_recent(by=SYSTEM)

    assert (first.is_full, second.is_full) == (True, False)
    assert not services.is_full_proof_due()
    clock.advance(dt.timedelta(days=1))
    assert services.is_full_proof_due()


@pytest.mark.breaks_the_ledger
def test_a_second_finding_is_no_second_stop(in_alpha, wallet):
    damage(in_alpha, DAMAGE["balance"])

    services.prove_ledger(by=SYSTEM)
    services.prove_ledger(by=SYSTEM)

    assert PayoutStop.objects.count() == 1


@pytest.mark.breaks_the_ledger
def test_whoever_may_let_payouts_go_on_is_written_to(alpha):
    make_staff(alpha, "ada@alpha.example")
    with alpha.pin():
        new_wallet(usd(1))
    damage(alpha.schema, DAMAGE["balance"])

    with alpha.pin():
        services.prove_ledger(by=SYSTEM)

    assert [(one.template, one.to) for one in letters(alpha)] == [
        ("wallets/payouts_stopped", "ada@alpha.example")
    ]


@pytest.mark.breaks_the_ledger
def test_damage_at_one_broker_stops_nothing_at_the_other(alpha, beta):
    with alpha.pin():
        new_wallet(usd(1))
    damage(alpha.schema, DAMAGE["balance"])

    with beta.pin():
        assert services.prove_ledger(by=SYSTEM).holds
        assert queries.payouts_allowed()
        assert queries.counts() == (0, 0)
