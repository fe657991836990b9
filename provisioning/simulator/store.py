"""The book of a simulated server: one SQLite file.

Money is kept in whole minor units of the account's currency, prices in whole points of the
symbol, volumes in 1e-8 lots, so that sums are exact.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = """
create table if not exists meta (key text primary key, value text not null) without rowid;
create table if not exists managers (
  login integer primary key, api_password text not null, is_enabled integer not null,
  must_change integer not null, permissions text not null, groups text not null);
create table if not exists groups (
  name text primary key collate nocase, currency text not null, digits integer not null,
  settings text not null) without rowid;
create table if not exists users (
  login integer primary key, grp text not null collate nocase, rights integer not null,
  leverage integer not null, balance integer not null default 0, credit integer not null default 0,
  registered_s integer not null, accessed_s integer not null default 0,
  main text not null, investor text not null, comment text not null default '',
  details text not null);
create index if not exists users_by_group on users (grp, login);
create table if not exists deals (
  deal integer primary key autoincrement, login integer not null, dealer integer not null default 0,
  ord integer not null default 0, action integer not null, entry integer not null default 0,
  symbol text not null default '', digits integer not null default 0,
  currency_digits integer not null, contract integer not null default 0, time_ms integer not null,
  price integer not null default 0, price_position integer not null default 0,
  sl integer not null default 0, tp integer not null default 0,
  volume integer not null default 0, closed integer not null default 0,
  profit integer not null default 0, storage integer not null default 0,
  commission integer not null default 0, rate_profit text not null default '0',
  position integer not null default 0, comment text not null default '',
  external text not null default '', reason integer not null default 0);
create index if not exists deals_by_login on deals (login, time_ms);
create index if not exists deals_by_time on deals (time_ms);
drop index if exists deals_by_position;
create table if not exists orders (
  ord integer primary key autoincrement, login integer not null, symbol text not null,
  type integer not null, state integer not null, digits integer not null,
  contract integer not null, initial integer not null, remaining integer not null,
  price integer not null, trigger integer not null default 0, sl integer not null default 0,
  tp integer not null default 0, setup_ms integer not null, done_ms integer not null default 0,
  expires_s integer not null default 0, position integer not null default 0,
  comment text not null default '', reason integer not null default 0,
  fill integer not null default 0,
  until integer not null default 0, dealer integer not null default 0,
  partner integer not null default 0);
create index if not exists orders_open on orders (login, ord) where state in (0, 1, 3);
create index if not exists orders_waiting on orders (ord) where state in (0, 1, 3);
create index if not exists orders_done on orders (login, done_ms) where state in (2, 4, 5, 6);
create index if not exists orders_by_time on orders (done_ms) where state in (2, 4, 5, 6);
create table if not exists positions (
  position integer primary key, login integer not null, symbol text not null,
  side integer not null, digits integer not null, contract integer not null,
  volume integer not null, price_open integer not null, sl integer not null default 0,
  tp integer not null default 0, opened_ms integer not null, updated_ms integer not null,
  storage integer not null default 0, comment text not null default '',
  reason integer not null default 0, closes_ms integer not null default 0);
create index if not exists positions_by_login on positions (login, position);
create index if not exists positions_stopped on positions (position) where sl > 0 or tp > 0;
create index if not exists positions_due on positions (closes_ms) where closes_ms > 0;
create table if not exists alarms (
  login integer primary key, kind integer not null, time_s integer not null,
  level text not null, equity integer not null, margin integer not null);
create table if not exists archive (login integer primary key, record text not null);
create table if not exists traders (
  login integer primary key, kind text not null, leader integer not null default 0,
  next_ms integer not null, turns integer not null default 0) without rowid;
create table if not exists shocks (
  symbol text not null, time_ms integer not null, factor text not null,
  primary key (symbol, time_ms)) without rowid;
"""

LATER_COLUMNS = {
    "orders": ("fill", "until", "dealer", "partner"),
}
"""Whole numbers, 0 by default, that books made by earlier versions lack."""


class Store:
    """The SQLite file, used from one thread only."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(folder / "book.sqlite3", isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(
            "pragma journal_mode=wal; pragma synchronous=normal; pragma cache_size=-65536;"
            "pragma temp.cache_size=-65536;"
        )
        self._add_what_earlier_versions_lack()
        self._db.executescript(SCHEMA)

    def one(self, sql: str, *values: object) -> sqlite3.Row | None:
        """The first row, if there is one."""
        row: sqlite3.Row | None = self._db.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """All rows."""
        return self._db.execute(sql, values).fetchall()

    def each(self, sql: str, *values: object) -> Iterator[sqlite3.Row]:
        """The rows one after the other, not all in memory."""
        yield from self._db.execute(sql, values)

    def number(self, sql: str, *values: object) -> int:
        """The first column of the first row; nothing counts as 0."""
        row = self.one(sql, *values)
        return int(row[0] or 0) if row else 0

    def run(self, sql: str, *values: object) -> int:
        """Change something; returns the number of the last row inserted."""
        return self._db.execute(sql, values).lastrowid or 0

    def many(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Change many rows at once."""
        self._db.executemany(sql, rows)

    def insert(self, table: str, values: Mapping[str, object]) -> int:
        """Insert a row and return its number. Names come from our own code, never from a client."""
        names = ", ".join(values)
        places = ", ".join("?" * len(values))
        statement = f"insert into {table} ({names}) values ({places})"  # noqa: S608 - own names only
        return self.run(statement, *values.values())

    def begin(self) -> None:
        """Open a transaction."""
        self._db.execute("begin immediate")

    def commit(self) -> None:
        """Keep what was done since :meth:`begin`."""
        if self._db.in_transaction:
            self._db.execute("commit")

    def rollback(self) -> None:
        """Forget what was done since :meth:`begin`."""
        if self._db.in_transaction:
            self._db.execute("rollback")

    def get(self, key: str) -> str | None:
        """A remembered word."""
        row = self.one("select value from meta where key = ?", key)
        return str(row[0]) if row else None

    def put(self, key: str, value: str) -> None:
        """Remember a word."""
        self.run("insert or replace into meta (key, value) values (?, ?)", key, value)

    def script(self, statements: str) -> None:
        """Run statements one after the other, inside the transaction that is open."""
        for statement in statements.split(";"):
            if statement.strip():
                self._db.execute(statement)

    def fill(self, statement: str, values: Mapping[str, object]) -> None:
        """Run one statement with named values."""
        self._db.execute(statement, values)

    def settle(self) -> None:
        """Bring the write-ahead log home; worth it after much was written."""
        self._db.execute("pragma wal_checkpoint(truncate)")

    @contextmanager
    def watched(self) -> Iterator[list[str]]:
        """The statements that are run meanwhile, with their values in place."""
        statements: list[str] = []
        self._db.set_trace_callback(statements.append)
        try:
            yield statements
        finally:
            self._db.set_trace_callback(None)

    def _add_what_earlier_versions_lack(self) -> None:
        for table, columns in LATER_COLUMNS.items():
            held = {str(row["name"]) for row in self.all(f"pragma table_info({table})")}
            for column in columns if held else ():
                if column not in held:
                    self.run(f"alter table {table} add column {column} integer not null default 0")

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def loads(text: str) -> Any:
    """What was kept as JSON."""
    return json.loads(text)


def dumps(value: object) -> str:
    """JSON to keep."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
