"""Putting every schema back to how the session found it, after each test.

Tests commit for real, as users do; one function in the database removes what they left. It
lives outside every tenant's reach and bypasses triggers, so append-only tables too.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from psycopg import Connection, sql

from tenants.schemas import roles
from tenants.schemas.provisioner import admin

_EMPTY = """
  IF EXISTS (SELECT FROM {table}) THEN
    DELETE FROM {table};
    IF pg_relation_size({name}) > {much} THEN grown := array_append(grown, {name}); END IF;
  END IF;"""
_KEPT = """
  IF EXISTS ((TABLE {table} EXCEPT ALL TABLE {copy}) UNION ALL
             (TABLE {copy} EXCEPT ALL TABLE {table})) THEN
    DELETE FROM {table};
    INSERT INTO {table} TABLE {copy};
    IF pg_relation_size({name}) > {much} THEN grown := array_append(grown, {name}); END IF;
  END IF;"""
_RESET = """
CREATE FUNCTION {name}() RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE grown text[] := '{{}}';
BEGIN
{body}
  RETURN grown;
END $$
"""
# A function for each schema that names every table: PostgreSQL plans it once per session, and
# keeps the plans as long as session_replication_role stays what it is. Looking at 250 tables by
# statements made up on the spot takes ten times as long.

_MUCH = 128 * 1024
"""Bytes of a table that is swept after its rows have been removed. Nobody else does it in the
tests' PostgreSQL, and looking for a row among thousands of dead ones takes its time."""


@dataclass(slots=True)
class Baseline:
    """What the schemas held when the session began."""

    schemas: frozenset[str]
    always: tuple[str, ...]
    line: Connection
    """A session of its own, which no trigger and no foreign key disturbs."""

    @classmethod
    def take(cls, *always: str) -> Baseline:
        """Keep a copy of every row; ``always`` are the schemas that every test may touch."""
        with admin() as connection:
            connection.execute("DROP SCHEMA IF EXISTS baseline CASCADE; CREATE SCHEMA baseline")
            schemas = _schemas(connection)
            for schema in ("public", *schemas):
                _keep(connection, schema)
        line = Connection.connect(os.environ["DATABASE_ADMIN_URL"], autocommit=True)
        line.execute("SET session_replication_role = replica")
        return cls(frozenset(schemas), ("public", *always), line)

    def close(self) -> None:
        """End the session in which schemas are put back."""
        self.line.close()

    def restore(self) -> None:
        """Remove what the test left, and the schemas that it made."""
        used = (*self.always, *self._taken_from_reserve(self.line))
        resets = (sql.SQL("{}()").format(sql.Identifier("baseline", f"reset_{s}")) for s in used)
        answer = self.line.execute(sql.SQL("SELECT {}").format(sql.SQL(" || ").join(resets)))
        (grown,) = answer.fetchone() or ([],)
        if grown:
            self.line.execute(sql.SQL("VACUUM {}").format(sql.SQL(", ").join(map(sql.SQL, grown))))
        with admin() as connection:
            for schema in set(_schemas(connection)) - self.schemas:
                roles.drop(connection, schema)

    def touched(self) -> list[str]:
        """The tenants' schemas that a test may have written to: every one but the reserve's."""
        untouched = self.schemas - {*self.always, *self._taken_from_reserve(self.line)}
        return sorted(set(_schemas(self.line)) - untouched)

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


def _keep(connection: Connection, schema: str) -> None:
    """Copy what ``schema`` holds, and make the function that brings it back."""
    body = []
    for (name,) in connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = %s"
        " AND tablename <> 'django_migrations' ORDER BY 1",
        [schema],
    ).fetchall():
        table = sql.Identifier(schema, name)
        place = sql.Literal(table.as_string())
        copy = sql.Identifier("baseline", f"{schema}__{name}")
        filled = connection.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(table)).fetchone()
        if filled is not None:
            connection.execute(sql.SQL("CREATE TABLE {} AS TABLE {}").format(copy, table))
        body.append(
            sql.SQL(_EMPTY if filled is None else _KEPT).format(
                table=table, copy=copy, name=place, much=_MUCH
            )
        )
    connection.execute(
        sql.SQL(_RESET).format(
            name=sql.Identifier("baseline", f"reset_{schema}"), body=sql.SQL("\n").join(body)
        )
    )
