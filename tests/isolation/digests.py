"""What the database holds of one broker, in a few bytes."""

from __future__ import annotations

import itertools
from typing import Any

from psycopg import sql

from tenants.schemas.provisioner import admin

_numbers = itertools.count()


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
        # Planned once: it is asked after every address, and there are more than a hundred tables.
        self._name = sql.Identifier(f"digests_{next(_numbers)}")
        query = sql.SQL(" UNION ALL ").join(each)
        with admin() as connection:
            connection.execute(sql.SQL("PREPARE {} AS {}").format(self._name, query))

    def take(self) -> dict[str, tuple[int, str]]:
        """Number of rows and digest of each table."""
        with admin() as connection:
            rows = connection.execute(sql.SQL("EXECUTE {}").format(self._name)).fetchall()
        return {table: (count, digest) for table, count, digest in rows}


def changed(before: dict[str, object], after: dict[str, object]) -> list[str]:
    """Names of the tables that differ."""
    return sorted(table for table in before if before[table] != after[table])
