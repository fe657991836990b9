from __future__ import annotations

import re

import psycopg
import pytest
from django.db import connection
from django.db.migrations import AddField, CreateModel, Migration, RunPython, RunSQL
from django.db.migrations.loader import MigrationLoader
from django.db.models import BigIntegerField, CharField

from kernel import pin
from kernel.models import OutboxEvent
from tenants.models import ReadySchema, SchemaScript
from tenants.schemas import build, migrate, roles, script
from tenants.schemas.provisioner import admin


def catalogue(schema):
    """The script of a schema, which names every table, row, index, constraint and trigger."""
    with admin() as provisioner:
        statements = script.generate(provisioner, schema)
    dateless = re.sub(r"'\d{4}-\d\d-\d\d \d\d:[^']*'", "'at'", statements)
    # PostgreSQL writes the casts of an IN list in another order once they were parsed again.
    return re.sub(r"::character varying|::text(\[\])?|[()]", "", dateless)


def test_replay_and_migrations_make_the_same_schema():
    replayed = build.build()
    migrated = build.build_by_migrations()

    assert catalogue(replayed) == catalogue(migrated)


def test_a_crash_while_making_a_schema_leaves_nothing(in_public, monkeypatch):
    shape = script.shape()
    build.current_script()
    SchemaScript.objects.filter(shape=shape).update(statements="CREATE TABLE one (x int); BROKEN")
    before = names()

    with pytest.raises(psycopg.errors.SyntaxError):
        build.build()

    assert names() == before


def test_the_reserve_is_filled_once(in_public):
    ReadySchema.objects.all().delete()

    assert build.fill_pool(2) == 2
    assert build.fill_pool(2) == 0
    assert ReadySchema.objects.count() == 2


def test_the_application_role_of_a_new_schema_may_write_rows_only():
    schema = build.build()

    with pin.pin(schema):
        assert OutboxEvent.objects.count() == 0
        with pytest.raises(Exception, match="permission denied"), connection.cursor() as cursor:
            cursor.execute("CREATE TABLE mine (x int)")
        connection.close()


def names():
    with admin() as provisioner:
        found = provisioner.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\\_%'"
            " UNION ALL SELECT rolname FROM pg_roles WHERE rolname LIKE 't\\_%'"
        )
        return sorted(name for (name,) in found.fetchall())


@pytest.fixture
def a_migration(monkeypatch):
    """Make the loader see one more migration of the kernel's, as a new release would bring."""
    added = []

    def add(*operations, atomic=True):
        real = MigrationLoader.load_disk

        def load_disk(self):
            real(self)
            last = max(name for app, name in self.disk_migrations if app == "kernel")
            later = Migration("9999_test", "kernel")
            later.dependencies = [("kernel", last)]
            later.operations = list(operations)
            later.atomic = atomic
            later.__module__ = "kernel.migrations.0001_initial"
            self.disk_migrations["kernel", "9999_test"] = later

        monkeypatch.setattr(MigrationLoader, "load_disk", load_disk)
        added.append(operations)

    yield add
    with admin() as provisioner:
        for (schema,) in provisioner.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\\_%'"
        ).fetchall():
            provisioner.execute(
                f'ALTER TABLE "{schema}".kernel_outboxevent DROP COLUMN IF EXISTS colour;'
                f'DROP TABLE IF EXISTS "{schema}".kernel_lamp;'
                f"DELETE FROM \"{schema}\".django_migrations WHERE name = '9999_test';"
                f"DELETE FROM \"{schema}\".django_content_type WHERE model = 'lamp'"
            )


def colour():
    return AddField("OutboxEvent", "colour", CharField(max_length=10, default="", db_default=""))


def has_column(schema):
    with admin() as provisioner:
        return bool(
            provisioner.execute(
                "SELECT 1 FROM information_schema.columns WHERE table_schema = %s"
                " AND table_name = 'kernel_outboxevent' AND column_name = 'colour'",
                [schema],
            ).fetchone()
        )


def test_current_schemas_are_left_alone():
    outcome = migrate.migrate_all()

    assert (outcome.migrated, outcome.failed) == (0, {})
    assert outcome.current >= 2


def test_a_new_column_reaches_every_tenant_and_the_reserve(alpha, beta, in_public, a_migration):
    ready = ReadySchema.objects.first().schema_name
    a_migration(colour())

    outcome = migrate.migrate_all()

    assert (outcome.current, outcome.failed) == (0, {})
    assert [has_column(s) for s in (alpha.schema, beta.schema, ready)] == [True, True, True]
    assert migrate.migrate_all().migrated == 0
    assert set(ReadySchema.objects.values_list("shape", flat=True)) == {script.shape()}


def test_a_new_table_belongs_to_the_owner_and_is_open_to_the_application(alpha, a_migration):
    a_migration(CreateModel("Lamp", [("id", BigIntegerField(primary_key=True))]))

    migrate.migrate_all()

    with alpha.pin(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO kernel_lamp VALUES (1)")
        cursor.execute("DELETE FROM kernel_lamp")


def test_what_is_not_sql_goes_through_the_framework(alpha, beta, a_migration):
    def fill(apps, editor):
        editor.execute("UPDATE kernel_outboxevent SET name = name")

    a_migration(RunPython(fill, RunPython.noop))

    outcome = migrate.migrate_all()

    assert outcome.failed == {}
    assert migrate.migrate_all().migrated == 0


def test_a_schema_that_fails_is_listed_and_retried_and_the_others_go_on_ops_05(
    alpha, beta, a_migration
):
    a_migration(colour())
    with admin() as provisioner:
        provisioner.execute(f'ALTER TABLE "{alpha.schema}".kernel_outboxevent ADD colour int')

    outcome = migrate.migrate_all()

    assert list(outcome.failed) == [alpha.schema]
    assert "already exists" in outcome.failed[alpha.schema]
    assert has_column(beta.schema)
    with admin() as provisioner:
        provisioner.execute(f'ALTER TABLE "{alpha.schema}".kernel_outboxevent DROP colour')
    assert migrate.migrate_all().migrated == 1


def test_a_table_in_use_does_not_make_others_queue(alpha, beta, a_migration, monkeypatch):
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "200ms")
    a_migration(RunSQL("ALTER TABLE kernel_outboxevent ADD colour int"))
    settings = connection.settings_dict

    with (
        alpha.pin(),
        psycopg.connect(
            host=settings["HOST"],
            port=settings["PORT"],
            dbname=settings["NAME"],
            user=f"{alpha.schema}_app",
            password=roles.role_password(f"{alpha.schema}_app"),
        ) as report,
    ):
        report.execute("SELECT * FROM kernel_outboxevent")
        outcome = migrate.migrate_all()

    assert list(outcome.failed) == [alpha.schema]
    assert "lock timeout" in outcome.failed[alpha.schema]
