"""Putting every schema back to how the session found it, after each test.

Tests commit for real, as users do; one function in the database removes what they left. It
lives outside every tenant's reach and bypasses triggers, so append-only tables too.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import Connection, sql

from tenants.schemas import roles
from tenants.schemas.provisioner import admin

_RESET = """
CREATE OR REPLACE FUNCTION baseline.reset(schemas text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE t record; dirty boolean; kept text; same boolean;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR t IN SELECT schemaname s, tablename n FROM pg_tables
           WHERE schemaname = ANY(schemas) AND tablename <> 'django_migrations' LOOP
    kept := t.s || '__' || t.n;
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.%I)', t.s, t.n) INTO dirty;
    IF to_regclass(format('baseline.%I', kept)) IS NOT NULL THEN
      EXECUTE format('SELECT NOT EXISTS ((TABLE %1$I.%2$I EXCEPT ALL TABLE baseline.%3$I) UNION ALL
                      (TABLE baseline.%3$I EXCEPT ALL TABLE %1$I.%2$I))', t.s, t.n, kept) INTO same;
      IF NOT same THEN
        EXECUTE format('DELETE FROM %I.%I', t.s, t.n);
        EXECUTE format('INSERT INTO %I.%I TABLE baseline.%I', t.s, t.n, kept);
      END IF;
    ELSIF dirty THEN
      EXECUTE format('DELETE FROM %I.%I', t.s, t.n);
    END IF;
  END LOOP;
END $$
"""


@dataclass(slots=True)
class Baseline:
    """What the schemas held when the session began."""

    schemas: frozenset[str]
    always: tuple[str, ...]

    @classmethod
    def take(cls, *always: str) -> Baseline:
        """Keep a copy of every row; ``always`` are the schemas that every test may touch."""
        with admin() as connection:
            connection.execute("DROP SCHEMA IF EXISTS baseline CASCADE; CREATE SCHEMA baseline")
            schemas = _schemas(connection)
            for schema, table in _filled(connection, ["public", *schemas]):
                connection.execute(
                    sql.SQL("CREATE TABLE baseline.{} AS TABLE {}.{}").format(
                        sql.Identifier(f"{schema}__{table}"),
                        sql.Identifier(schema),
                        sql.Identifier(table),
                    )
                )
            connection.execute(_RESET)
        return cls(frozenset(schemas), ("public", *always))

    def restore(self) -> None:
        """Remove what the test left, and the schemas that it made."""
        with admin() as connection:
            used = self._taken_from_reserve(connection)
            connection.execute("SELECT baseline.reset(%s)", [[*self.always, *used]])
            for schema in set(_schemas(connection)) - self.schemas:
                roles.drop(connection, schema)

    def _taken_from_reserve(self, connection: Connection) -> list[str]:
        rows = connection.execute(
            "SELECT b.schema_name FROM baseline.public__tenants_readyschema b"
            " WHERE NOT EXISTS (SELECT 1 FROM public.tenants_readyschema r"
            " WHERE r.schema_name = b.schema_name)"
        )
        return [schema for (schema,) in rows.fetchall()]


def _schemas(connection: Connection) -> list[str]:
    rows = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\\_%'")
    return [schema for (schema,) in rows.fetchall()]


def _filled(connection: Connection, schemas: list[str]) -> list[tuple[str, str]]:
    tables = connection.execute(
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY(%s)"
        " AND tablename <> 'django_migrations'",
        [schemas],
    ).fetchall()
    return [
        (schema, table)
        for schema, table in tables
        if connection.execute(
            sql.SQL("SELECT 1 FROM {}.{} LIMIT 1").format(
                sql.Identifier(schema), sql.Identifier(table)
            )
        ).fetchone()
    ]
