"""Objects on disk: one SQLite file, one lock, JSON bodies."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

Obj = dict[str, Any]

TABLES = """
pragma journal_mode=wal;
pragma synchronous=normal;
create table if not exists object(
  seq integer primary key, id text not null, kind text not null, merchant text not null,
  reference text not null, body text not null, unique(kind, id));
create unique index if not exists object_reference on object(kind, merchant, reference)
  where reference <> '';
create table if not exists delivery(
  id integer primary key, url text not null, headers text not null, body text not null,
  state text not null, due_at real not null, attempts integer not null default 0,
  outcome text not null default '');
"""


class Refusal(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(code)
        self.status = status
        self.body: Obj = {"code": code, "message": message or code}


class Store:
    """All that one local payment service knows."""

    def __init__(self, path: Path) -> None:
        self.lock = threading.RLock()
        self.db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.db.executescript(TABLES)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Open a transaction, or join the one that is open; an error undoes all of it."""
        with self.lock:
            if self.db.in_transaction:
                yield
                return
            self.db.execute("begin immediate")
            try:
                yield
            except BaseException:
                self.db.execute("rollback")
                raise
            self.db.execute("commit")

    def new(self, kind: str, merchant: str, reference: str = "", **fields: Any) -> Obj:
        """Store a new object; ``reference`` is the merchant's own name of it."""
        made: Obj = {"id": secrets.token_hex(10), "kind": kind, "merchant": merchant, **fields}
        made["reference"] = reference
        with self.lock:
            self.db.execute(
                "insert into object(id, kind, merchant, reference, body) values(?,?,?,?,?)",
                (made["id"], kind, merchant, reference, json.dumps(made)),
            )
        return made

    def change(self, obj: Obj, **fields: Any) -> Obj:
        """Store ``obj`` with ``fields`` changed and return it."""
        made = obj | fields
        with self.lock:
            self.db.execute(
                "update object set body=? where kind=? and id=?",
                (json.dumps(made), made["kind"], made["id"]),
            )
        return made

    def find(self, kind: str, object_id: str) -> Obj | None:
        """The object of that kind and id."""
        return self._one("kind=? and id=?", (kind, object_id))

    def find_by_reference(self, kind: str, merchant: str, reference: str) -> Obj | None:
        """The object that a merchant named so."""
        if not reference:
            return None
        return self._one("kind=? and merchant=? and reference=?", (kind, merchant, reference))

    def get(self, kind: str, object_id: str) -> Obj:
        """The object of that kind and id.

        Raises:
            Refusal: 404, there is none.
        """
        found = self.find(kind, object_id)
        if found is None:
            raise Refusal(404, "not_found", f"No such {kind}.")
        return found

    def all(self, kind: str, merchant: str | None = None) -> list[Obj]:
        """Every object of a kind, oldest first."""
        with self.lock:
            rows = self.db.execute(
                "select body from object where kind=? and (?2 is null or merchant=?2) order by seq",
                (kind, merchant),
            ).fetchall()
        return [json.loads(body) for (body,) in rows]

    def wipe(self) -> None:
        """Forget everything but the merchants."""
        with self.transaction():
            self.db.execute("delete from object where kind not in ('merchant', 'webhook')")
            self.db.execute("delete from delivery")

    def _one(self, where: str, values: tuple[str, ...]) -> Obj | None:
        with self.lock:
            row = self.db.execute(f"select body from object where {where}", values).fetchone()  # noqa: S608 - `where` is ours
        return cast("Obj", json.loads(row[0])) if row else None
