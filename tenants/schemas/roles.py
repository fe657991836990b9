"""Database roles: who may touch what, decided by PostgreSQL and not by our code."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from psycopg import Connection, sql

from tenants.backend.credentials import RESOLVER, owner_of, role_of, role_password

CONNECTIONS_PER_TENANT = 60
"""So that a busy tenant cannot take every slot of the server."""

_SHARED_LOCKS_AND_LARGE_OBJECTS = """
    SELECT p.oid::regprocedure::text FROM pg_proc p
    WHERE p.pronamespace = 'pg_catalog'::regnamespace
      AND (p.proname LIKE '%advisory%' OR p.proname LIKE 'lo\\_%'
           OR p.proname IN ('loread', 'lowrite'))
      AND has_function_privilege('public', p.oid, 'EXECUTE')
"""

_RESOLVER_READS = {
    "tenants_tenant": (
        "id", "schema_name", "slug", "name", "state", "active_modules", "theme_version",
        "locale", "time_zone", "is_sandbox",
    ),
    "tenants_domain": ("id", "domain", "tenant_id", "is_primary", "state"),
}  # fmt: skip


def close_the_database(admin: Connection[Any]) -> None:
    """Take from PUBLIC what it has by default, and make the vendor's and the resolver's roles.

    Safe to repeat. Advisory locks and large objects are shared by all roles of a database, so
    nobody but the provisioner may use them.
    """
    database = sql.Identifier(admin.info.dbname)
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    admin.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    for (function,) in admin.execute(_SHARED_LOCKS_AND_LARGE_OBJECTS).fetchall():
        admin.execute(
            sql.SQL("REVOKE EXECUTE ON FUNCTION {} FROM PUBLIC").format(sql.SQL(function))
        )
    vendor = settings.VENDOR_ROLE
    for role in (vendor, RESOLVER):
        _login(admin, role, role_password(role))
        admin.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(role))
        )
        admin.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(role)))
    _let_write(admin, schema="public", role=vendor, owner=None)


def open_directory(admin: Connection[Any]) -> None:
    """After the public tables exist: let the resolver read hosts, and only those columns."""
    for table, columns in _RESOLVER_READS.items():
        admin.execute(
            sql.SQL("GRANT SELECT ({}) ON public.{} TO {}").format(
                sql.SQL(", ").join(map(sql.Identifier, columns)),
                sql.Identifier(table),
                sql.Identifier(RESOLVER),
            )
        )
    protect_rows(admin, schema="public", role=settings.VENDOR_ROLE)


def make_roles(admin: Connection[Any], schema: str) -> None:
    """Make the owner, the LOGIN role and the empty ``schema``; needs a transaction."""
    owner, role = sql.Identifier(owner_of(schema)), role_of(schema)
    admin.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(owner))
    admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(owner))
    _login(admin, role, role_password(role), connections=CONNECTIONS_PER_TENANT)
    name, login = sql.Identifier(schema), sql.Identifier(role)
    admin.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
            sql.Identifier(admin.info.dbname), login
        )
    )
    admin.execute(sql.SQL("CREATE SCHEMA {} AUTHORIZATION {}").format(name, owner))
    admin.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(name, login))
    admin.execute(sql.SQL("ALTER ROLE {} SET search_path = {}").format(login, name))
    _let_write(admin, schema=schema, role=role, owner=owner_of(schema))


def protect_rows(admin: Connection[Any], *, schema: str, role: str) -> None:
    """Take from ``role`` what it may not do to certain tables.

    UPDATE and DELETE on append-only ones, every write on those that functions of the schema's
    owner write, and writes to migration rows.
    """
    present = {
        table
        for (table,) in admin.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema]
        ).fetchall()
    }
    for table in append_only_tables() & present:
        admin.execute(
            sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {}.{} FROM {}").format(
                sql.Identifier(schema), sql.Identifier(table), sql.Identifier(role)
            )
        )
    for table in function_tables() & present:
        admin.execute(
            sql.SQL("REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {}.{} FROM {}").format(
                sql.Identifier(schema), sql.Identifier(table), sql.Identifier(role)
            )
        )
    if "django_migrations" in present:
        admin.execute(
            sql.SQL("REVOKE INSERT, UPDATE, DELETE ON {}.django_migrations FROM {}").format(
                sql.Identifier(schema), sql.Identifier(role)
            )
        )


def drop(admin: Connection[Any], schema: str) -> None:
    """Drop ``schema`` and its roles; everything in it is gone."""
    admin.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))
    for role in (role_of(schema), owner_of(schema)):
        if admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
            admin.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
            admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def append_only_tables() -> frozenset[str]:
    """Tables whose model says ``append_only = True``."""
    return _tables_that_say("append_only")


def function_tables() -> frozenset[str]:
    """Tables whose model says ``written_by_functions = True``."""
    return _tables_that_say("written_by_functions")


def _tables_that_say(word: str) -> frozenset[str]:
    return frozenset(m._meta.db_table for m in apps.get_models() if getattr(m, word, False))


def _login(admin: Connection[Any], role: str, password: str, *, connections: int = -1) -> None:
    exists = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = "ALTER" if exists else "CREATE"
    admin.execute(
        sql.SQL(verb + " ROLE {} LOGIN NOINHERIT CONNECTION LIMIT {} PASSWORD {}").format(
            sql.Identifier(role), sql.Literal(connections), sql.Literal(password)
        )
    )


def _let_write(admin: Connection[Any], *, schema: str, role: str, owner: str | None) -> None:
    """Let ``role`` read and write rows, now and in tables to come; never their definition."""
    name, login = sql.Identifier(schema), sql.Identifier(role)
    made_by = sql.SQL("FOR ROLE {} ").format(sql.Identifier(owner)) if owner else sql.SQL("")
    for privileges, things in (
        ("SELECT, INSERT, UPDATE, DELETE", "TABLES"),
        ("USAGE, SELECT", "SEQUENCES"),
    ):
        admin.execute(
            sql.SQL(
                f"ALTER DEFAULT PRIVILEGES {{}}IN SCHEMA {{}}"
                f" GRANT {privileges} ON {things} TO {{}}"
            ).format(made_by, name, login)
        )
        admin.execute(
            sql.SQL(f"GRANT {privileges} ON ALL {things} IN SCHEMA {{}} TO {{}}").format(
                name, login
            )
        )
