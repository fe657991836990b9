"""Bringing every tenant schema up to date, in time that hardly grows with their number.

One query reads the state of all schemas; those that are current are skipped; for each distinct
set of missing migrations the SQL is generated once and replayed per schema as its owner, one
transaction each. What cannot be written as SQL goes through Django's executor, schema by schema.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import psycopg
from django.apps import apps
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from psycopg import Connection, sql

from tenants.backend.credentials import owner_of, role_of
from tenants.schemas import roles, script
from tenants.schemas.provisioner import admin, as_owner, run_migrations
from tenants.schemas.tables import tenant_labels

LOCK_TIMEOUT = "2s"
"""Better to fail and try again than to queue behind a report and block everyone after."""

Key: TypeAlias = tuple[str, str]


@dataclass(slots=True)
class Outcome:
    """What a migration of all tenants did."""

    current: int = 0
    migrated: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    """Schema to the sentence that PostgreSQL said."""


def migrate_all(say: Callable[[str], None] = lambda _: None) -> Outcome:
    """Migrate every tenant schema and every ready one.

    A schema that fails is listed and skipped; the old code still works with it, and running
    again retries it.
    """
    loader = MigrationLoader(None, ignore_no_migrations=True)
    labels = tenant_labels()
    wanted = frozenset(key for key in loader.disk_migrations if key[0] in labels)
    outcome = Outcome()
    groups: dict[frozenset[Key], list[str]] = defaultdict(list)
    for schema, applied in _state():
        missing = wanted - applied
        if missing:
            groups[missing].append(schema)
        else:
            outcome.current += 1
    for missing, schemas in groups.items():
        say(f"{len(schemas)} schemas lack {len(missing)} migrations")
        _migrate_group(missing, schemas, outcome)
    if groups:
        _note_shape(outcome)
    return outcome


def _schemas(connection: Connection[Any]) -> list[str]:
    rows = connection.execute(
        "SELECT schema_name FROM public.tenants_tenant WHERE state <> 'closed'"
        " UNION SELECT schema_name FROM public.tenants_readyschema ORDER BY 1"
    ).fetchall()
    return [schema for (schema,) in rows]


def _state() -> Iterable[tuple[str, frozenset[Key]]]:
    """Every schema with the migrations that it has, by one query."""
    with admin() as connection:
        schemas = _schemas(connection)
        if not schemas:
            return []
        query = sql.SQL(" UNION ALL ").join(
            sql.SQL(
                "SELECT {}, array_agg(app || chr(31) || name) FROM {}.django_migrations"
            ).format(sql.Literal(schema), sql.Identifier(schema))
            for schema in schemas
        )
        rows = connection.execute(query, prepare=False).fetchall()
    return [(schema, frozenset(_key(item) for item in applied or ())) for schema, applied in rows]


def _key(joined: str) -> Key:
    app, _, name = joined.partition("\x1f")
    return app, name


def _migrate_group(missing: frozenset[Key], schemas: list[str], outcome: Outcome) -> None:
    statements = _collect(missing, schemas[0])
    apply = _by_framework if statements is None else _by_replay(statements)
    for schema in schemas:
        try:
            apply(schema)
        except (psycopg.Error, RuntimeError) as error:
            outcome.failed[schema] = str(error).splitlines()[0]
        else:
            outcome.migrated += 1


def _collect(missing: frozenset[Key], example: str) -> str | None:
    """The SQL of the ``missing`` migrations, or ``None`` if some of it is not SQL."""
    with as_owner(example) as connection:
        executor: Any = MigrationExecutor(connection)
        plan = executor.migration_plan(sorted(missing))
        if not all(_is_plain(migration) for migration, _ in plan):
            return None
        state = executor._create_project_state(with_applied_migrations=True)  # noqa: SLF001 - Django offers no public name
        lines: list[str] = []
        for migration, _ in plan:
            with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
                state = migration.apply(state, editor, collect_sql=True)
            lines += [line for line in editor.collected_sql if not line.startswith("--")]
        lines += [_record(migration) for migration, _ in plan]
    return "\n".join([*lines, *_content_types()])


def _is_plain(migration: Migration) -> bool:
    return migration.atomic is not False and all(op.reduces_to_sql for op in migration.operations)


def _record(migration: Migration) -> str:
    values = sql.SQL("INSERT INTO django_migrations (app, name, applied) VALUES ({}, {}, now());")
    return values.format(migration.app_label, migration.name).as_string(None)


def _content_types() -> list[str]:
    """New models have their content type, as Django's own command would add it."""
    labels = tenant_labels()
    models = sorted(
        (m._meta.app_label, m._meta.model_name)
        for m in apps.get_models()
        if m._meta.app_label in labels
    )
    return [
        sql.SQL(
            "INSERT INTO django_content_type (app_label, model) VALUES ({}, {})"
            " ON CONFLICT DO NOTHING;"
        )
        .format(label, name)
        .as_string(None)
        for label, name in models
    ]


def _by_replay(statements: str) -> Callable[[str], None]:
    def apply(schema: str) -> None:
        with admin() as connection, connection.transaction():
            head = sql.SQL(
                "SET LOCAL ROLE {}; SET LOCAL search_path = {}; SET LOCAL lock_timeout = {};"
            ).format(sql.Identifier(owner_of(schema)), sql.Identifier(schema), LOCK_TIMEOUT)
            connection.execute(head + sql.SQL(statements))
            connection.execute("RESET ROLE; SET LOCAL search_path = public")
            roles.protect_rows(connection, schema=schema, role=role_of(schema))

    return apply


def _by_framework(schema: str) -> None:
    with as_owner(schema):
        run_migrations()
    with admin() as connection:
        roles.protect_rows(connection, schema=schema, role=role_of(schema))


def _note_shape(outcome: Outcome) -> None:
    """Ready schemas that were migrated are ready for today's code."""
    with admin() as connection:
        connection.execute(
            "UPDATE public.tenants_readyschema SET shape = %s WHERE NOT schema_name = ANY(%s)",
            [script.shape(), list(outcome.failed)],
        )
