"""Making tenant schemas: once by migrations, then by replay, and mostly ahead of time."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from psycopg import Connection, sql

from kernel import clock
from tenants.backend.credentials import owner_of, role_of
from tenants.schemas import roles, script
from tenants.schemas.provisioner import admin, as_owner, run_migrations


def new_name() -> str:
    """An opaque schema name: catalogues are readable by every role, so it must tell nothing."""
    return f"t_{secrets.token_hex(8)}"


def build() -> str:
    """Make one schema with its roles by replaying the script, in reserve; return its name.

    Opens one transaction of its own: a crash leaves nothing behind, and nothing that nobody
    knows of.
    """
    shape, statements = script.shape(), current_script()
    schema = new_name()
    with admin() as connection, connection.transaction():
        roles.make_roles(connection, schema)
        _replay(connection, schema, statements)
        connection.execute(
            "INSERT INTO public.tenants_readyschema (schema_name, shape, made_at)"
            " VALUES (%s, %s, %s)",
            [schema, shape, clock.now()],
        )
    return schema


def build_by_migrations() -> str:
    """Make one schema with its roles by running every migration; return its name."""
    schema = new_name()
    with admin() as connection, connection.transaction():
        roles.make_roles(connection, schema)
    with as_owner(schema):
        run_migrations()
    with admin() as connection:
        roles.protect_rows(connection, schema=schema, role=role_of(schema))
    return schema


def current_script() -> str:
    """The script of today's migrations, generated when they have changed."""
    shape = script.shape()
    with admin() as connection:
        found = connection.execute(
            "SELECT statements FROM public.tenants_schemascript WHERE shape = %s", [shape]
        ).fetchone()
    return found[0] if found else _generate(shape)


def fill_pool(wanted: int | None = None) -> int:
    """Make ready schemas until ``wanted`` (default: the setting) stand ready; return how many.

    Schemas of an older shape are not counted; ``migrate`` brings them up to date.
    """
    target = settings.READY_SCHEMAS if wanted is None else wanted
    missing = max(target - _ready(script.shape()), 0)
    for _ in range(missing):
        build()
    return missing


def _ready(shape: str) -> int:
    with admin() as connection:
        row = connection.execute(
            "SELECT count(*) FROM public.tenants_readyschema WHERE shape = %s", [shape]
        ).fetchone()
    return int(row[0]) if row else 0


def _generate(shape: str) -> str:
    model = build_by_migrations()
    with admin() as connection:
        statements = script.generate(connection, model)
        connection.execute(
            "INSERT INTO public.tenants_schemascript (shape, statements, made_at)"
            " VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [shape, statements, clock.now()],
        )
        roles.drop(connection, model)
    return statements


def _replay(connection: Connection[Any], schema: str, statements: str) -> None:
    """Run ``statements`` as the owner of ``schema`` in one message; needs a transaction."""
    owner = sql.Identifier(owner_of(schema))
    head = sql.SQL("SET LOCAL ROLE {}; SET LOCAL search_path = {};").format(
        owner, sql.Identifier(schema)
    )
    connection.execute(head + sql.SQL(statements))
    connection.execute("RESET ROLE; SET LOCAL search_path = public")
    roles.protect_rows(connection, schema=schema, role=role_of(schema))
