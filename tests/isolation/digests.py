"""What a whole schema holds, in a few bytes."""

from __future__ import annotations

from psycopg import sql

from tenants.schemas.provisioner import admin


class Digests:
    """Reads every row of a schema past the product's own code, and says which tables changed."""

    def __init__(self, schema: str) -> None:
        with admin() as connection:
            tables = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [schema]
            ).fetchall()
        each = [
            sql.SQL(
                "SELECT {}, count(*), md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
                " FROM {}.{} t"
            ).format(sql.Literal(table), sql.Identifier(schema), sql.Identifier(table))
            for (table,) in tables
        ]
        self._query = sql.SQL(" UNION ALL ").join(each)

    def take(self) -> dict[str, tuple[int, str]]:
        """Number of rows and digest of each table."""
        with admin() as connection:
            rows = connection.execute(self._query).fetchall()
        return {table: (count, digest) for table, count, digest in rows}


def changed(before: dict[str, object], after: dict[str, object]) -> list[str]:
    """Names of the tables that differ."""
    return sorted(table for table in before if before[table] != after[table])
