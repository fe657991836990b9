"""What the database holds of one broker, in a few bytes."""

from __future__ import annotations

from typing import Any

from psycopg import sql

from tenants.schemas.provisioner import admin


class Digests:
    """Reads every row of a broker's past the product's own code, and says which tables changed.

    Its rows are those of its schema, and those of the vendor's that mention it.
    """

    def __init__(self, place: Any) -> None:
        named = f"%{place.info.id}%"
        with admin() as connection:
            tables = connection.execute(
                "SELECT schemaname, tablename FROM pg_tables"
                " WHERE schemaname IN ('public', %s) ORDER BY 1, 2",
                [place.schema],
            ).fetchall()
        each = [
            sql.SQL(
                "SELECT {}, count(*), md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
                " FROM {}.{} t WHERE t::text LIKE {}"
            ).format(
                sql.Literal(f"{schema}.{table}"),
                sql.Identifier(schema),
                sql.Identifier(table),
                sql.Literal(named if schema == "public" else "%"),
            )
            for schema, table in tables
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
