from __future__ import annotations

import datetime as dt
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction

from kernel import audit, clock, late
from kernel.actor import Actor, ActorKind
from kernel.models import AuditEntry, AuditHead
from kernel.pin import pin

pytestmark = pytest.mark.usefixtures("no_entries")

ADA = Actor(kind=ActorKind.PERSON, id=uuid.UUID(int=1), name="Ada")
NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)


def note_three(schema):
    with pin(schema):
        for number in (1, 2, 3):
            audit.note("test.happened", about=f"test.Thing:{number}", by=ADA)


def tamper(admin, schema, statement):
    """As a superuser with the triggers off would."""
    admin.execute("SET session_replication_role = replica")
    admin.execute(statement.replace("{table}", f'"{schema}".kernel_auditentry'))
    admin.execute("SET session_replication_role = DEFAULT")


def verdict(schema, *anchors):
    with pin(schema):
        return audit.verify(*anchors)


def test_an_entry_says_who_did_what_to_what_and_why(alpha):
    with pin(alpha.schema), clock.frozen(NOON):
        audit.note(
            "ib.paid", about="ib.Rebate:7", by=ADA, changes={"lots": Decimal("0.10")}, reason="due"
        )

        lines = audit.entries(about="ib.Rebate:7")

    assert lines == [
        audit.EntryLine(
            seq=1, noted_at=NOON, action="ib.paid", about="ib.Rebate:7", actor_kind="person",
            actor=f"person:{ADA.id}", actor_name="Ada", on_behalf_of=f"person:{ADA.id}",
            reason="due", changes={"lots": "0.10"},
        )
    ]  # fmt: skip


def test_who_acts_for_another_is_named_with_the_other_aud_03(alpha):
    support = Actor(kind=ActorKind.PERSON, id=uuid.UUID(int=2), name="Omar", on_behalf_of=ADA.id)

    with pin(alpha.schema):
        audit.note("test.happened", about="test.Thing:1", by=support)

        line = audit.entries()[0]

    assert (line.actor, line.on_behalf_of) == (f"person:{support.id}", f"person:{ADA.id}")


def test_an_entry_without_actor_cannot_be_stored_aud_03(alpha):
    with pin(alpha.schema), pytest.raises(IntegrityError), transaction.atomic():
        AuditEntry.objects.create(
            seq=1,
            action="a",
            about="b",
            actor_kind="system",
            actor="",
            on_behalf_of="",
            prev="",
            hash="",
        )


def test_secrets_are_blotted_out(alpha):
    with pin(alpha.schema):
        audit.note(
            "servers.wired",
            about="servers.TradingServer:1",
            by=ADA,
            changes={
                "host": "mt5.example",
                "api_password": "canary",
                "nested": {"token": "canary"},
            },
        )

        changes = audit.entries()[0].changes

    assert changes == {
        "host": "mt5.example",
        "api_password": "[redacted]",
        "nested": {"token": "[redacted]"},
    }


def test_newest_come_first_and_older_pages_follow(alpha):
    note_three(alpha.schema)

    with pin(alpha.schema):
        newest = [line.seq for line in audit.entries(limit=2)]
        older = [line.seq for line in audit.entries(limit=2, before=2)]

    assert (newest, older) == ([3, 2], [1])


def test_each_tenant_has_its_own_chain(alpha, beta):
    note_three(alpha.schema)

    with pin(beta.schema):
        audit.note("test.happened", about="test.Thing:1", by=ADA)
        assert [line.seq for line in audit.entries()] == [1]
    assert verdict(alpha.schema).checked == 3


def test_an_untouched_chain_holds_aud_01(alpha):
    note_three(alpha.schema)

    found = verdict(alpha.schema)

    assert (found.holds, found.checked) == (True, 3)


@pytest.mark.parametrize(
    ("statement", "bad_seq"),
    [
        ("UPDATE {table} SET action = 'test.other' WHERE seq = 2", 2),
        ("UPDATE {table} SET changes = '{\"a\": 1}' WHERE seq = 3", 3),
        ("UPDATE {table} SET actor_name = 'Ben' WHERE seq = 1", 1),
        ("DELETE FROM {table} WHERE seq = 2", 2),
        ("DELETE FROM {table} WHERE seq = 1", 1),
        ("DELETE FROM {table} WHERE seq = 3", 3),
    ],
)
def test_a_changed_or_missing_entry_is_named_aud_01(alpha, raw_sql, statement, bad_seq):
    note_three(alpha.schema)

    tamper(raw_sql, alpha.schema, statement)

    assert verdict(alpha.schema).bad_seq == bad_seq


def test_a_chain_cut_with_its_head_is_betrayed_by_the_anchor_aud_01(alpha, raw_sql):
    note_three(alpha.schema)
    with pin(alpha.schema):
        anchor = audit.heads()
    tamper(raw_sql, alpha.schema, "DELETE FROM {table} WHERE seq > 1")
    with pin(alpha.schema):
        left = AuditEntry.objects.get()
        AuditHead.objects.update(seq=left.seq, hash=left.hash)

    assert verdict(alpha.schema).holds
    assert verdict(alpha.schema, anchor).bad_seq == 2


def test_a_chain_hashed_anew_is_betrayed_by_the_anchor_aud_01(alpha, raw_sql):
    note_three(alpha.schema)
    with pin(alpha.schema):
        anchor = audit.heads()
        rows = list(AuditEntry.objects.all())
    rows[0].action, last = "test.forged", audit.GENESIS
    for row in rows:
        row.prev = last
        row.hash = last = audit.digest(row)
        tamper(
            raw_sql,
            alpha.schema,
            f"UPDATE {{table}} SET action = '{row.action}', prev = '{row.prev}',"
            f" hash = '{row.hash}' WHERE seq = {row.seq}",
        )
    with pin(alpha.schema):
        AuditHead.objects.update(hash=last)

    assert verdict(alpha.schema).holds
    assert verdict(alpha.schema, anchor).bad_seq == 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kernel_auditentry SET reason = 'x'",
        "DELETE FROM kernel_auditentry",
        "TRUNCATE kernel_auditentry",
        "DROP TABLE kernel_auditentry",
        "ALTER TABLE kernel_auditentry DISABLE TRIGGER ALL",
    ],
)
def test_the_application_cannot_change_the_record(alpha, statement):
    note_three(alpha.schema)

    with pin(alpha.schema):
        with pytest.raises(ProgrammingError), connection.cursor() as cursor:
            cursor.execute(statement)
        assert AuditEntry.objects.count() == 3


@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET reason = 'x'", "DELETE FROM {}", "TRUNCATE {}"]
)
def test_triggers_refuse_even_the_owner(alpha, raw_sql, statement):
    note_three(alpha.schema)

    with pytest.raises(Exception, match="is append-only"):
        raw_sql.execute(statement.format(f'"{alpha.schema}".kernel_auditentry'))


def test_a_note_falls_with_the_transaction_it_was_written_in(alpha):
    with pin(alpha.schema):
        with transaction.atomic():
            audit.note("test.happened", about="test.Thing:1", by=ADA)
            transaction.set_rollback(True)
        audit.note("test.happened", about="test.Thing:2", by=ADA)

        lines = [(line.seq, line.about) for line in audit.entries()]

    assert lines == [(1, "test.Thing:2")]
    assert verdict(alpha.schema).holds


def test_a_note_falls_with_the_savepoint_it_was_written_in(alpha):
    with pin(alpha.schema):
        with transaction.atomic():
            audit.note("test.happened", about="test.Thing:1", by=ADA)
            with suppress(ZeroDivisionError), transaction.atomic():
                audit.note("test.happened", about="test.Thing:2", by=ADA)
                raise ZeroDivisionError
            audit.note("test.happened", about="test.Thing:3", by=ADA)

        lines = [(line.seq, line.about) for line in audit.entries()]

    assert lines == [(2, "test.Thing:3"), (1, "test.Thing:1")]


def test_a_deed_noted_early_in_a_long_transaction_holds_nobody_up(alpha):
    def note_meanwhile():
        with pin(alpha.schema):
            audit.note("test.happened", about="test.Thing:2", by=ADA)
        connection.close()

    with ThreadPoolExecutor(1) as other:
        with pin(alpha.schema), transaction.atomic():
            audit.note("test.happened", about="test.Thing:1", by=ADA)
            other.submit(note_meanwhile).result(timeout=20)

        with pin(alpha.schema):
            lines = [(line.seq, line.about) for line in audit.entries()]

    assert lines == [(2, "test.Thing:1"), (1, "test.Thing:2")]
    assert verdict(alpha.schema).holds


def test_what_fails_at_the_end_of_a_transaction_undoes_it(alpha):
    def fail():
        raise ZeroDivisionError

    with pin(alpha.schema):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            audit.note("test.happened", about="test.Thing:1", by=ADA)
            late.before_commit(fail)
        with pytest.raises(RuntimeError, match="no transaction"):
            late.before_commit(fail)

        assert (audit.entries(), connection.get_autocommit()) == ([], True)


@pytest.mark.parametrize(
    "value",
    [
        1.1,
        float("inf"),
        10**30,
        "\x00",
        "\ud800",
        "é",
        {"b": 1, "a": None},
        {3, 1},
        NOON,
        uuid.UUID(int=5),
    ],
)
def test_every_value_is_kept_as_it_was_hashed(alpha, value):
    with pin(alpha.schema):
        audit.note("test.happened", about="test.Thing:1", by=ADA, changes={"value": value})

    assert verdict(alpha.schema).holds


def test_the_command_names_the_first_bad_entry_and_fails(alpha, raw_sql, tmp_path, capsys):
    note_three(alpha.schema)
    anchor = tmp_path / "anchor.jsonl"
    call_command("audit_verify", tenant=alpha.info.slug, write_anchor=anchor)
    assert json.loads(anchor.read_text())["seq"] == 3

    tamper(raw_sql, alpha.schema, "UPDATE {table} SET about = 'x' WHERE seq = 2")

    with pytest.raises(CommandError, match="entry 2: its words were changed") as failure:
        call_command("audit_verify", tenant=alpha.info.slug, anchor=anchor)
    assert failure.value.returncode == 1
