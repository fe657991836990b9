"""``/api/deal/...``, ``/api/position/...``, ``/api/order/...`` and ``/api/history/...``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from sqlite3 import Row
from typing import Any

from provisioning.simulator import render
from provisioning.simulator.calls import Call, Route
from provisioning.simulator.clock import MS
from provisioning.simulator.retcodes import Retcode

MOST_ROWS = 20_000
"""Rows of a batch answer that fit its 16 MB; more is answered with retcode 14 and cut."""
CHUNK = 400
FEW_LOGINS = 400
"""Groups with no more accounts are read account by account, larger ones along the time."""


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of record: its table, its key, which rows, and the column of its time.

    ``which`` is worded like the condition of the partial index that serves it.
    """

    table: str
    key: str
    which: str = "1"
    time: str | None = None

    def where(self, call: Call) -> tuple[str, list[Any]]:
        """Condition and values for the window and symbols that a call asks for."""
        condition, values = self.which, list[Any]()
        if self.time:
            since, until = call.whole("from", "From"), call.whole("to", "To")
            condition += f" and {self.time} between ? and ?"
            values += [since * MS, until * MS + MS - 1]
        symbols = call.texts("symbol", "Symbol")
        if symbols:
            condition += f" and symbol in ({','.join('?' * len(symbols))})"
            values += symbols
        return condition, values

    @property
    def sort(self) -> str:
        """Columns of the order."""
        return f"{self.time}, {self.key}" if self.time else self.key

    @property
    def after(self) -> str:
        """What comes after a row, in that order."""
        return f"({self.time}, {self.key}) > (?, ?)" if self.time else f"{self.key} > ?"

    def place(self, row: Row) -> tuple[int, ...]:
        """Where a row stands in that order."""
        return (row[self.time], row[self.key]) if self.time else (row[self.key],)


DEALS = Family("deals", "deal", time="time_ms")
POSITIONS = Family("positions", "position")
ORDERS = Family("orders", "ord", which="state in (0, 1, 3)")
HISTORY = Family("orders", "ord", which="state in (2, 4, 5, 6)", time="done_ms")


def _render(call: Call, family: Family, row: Row) -> dict[str, str]:
    if family.table == "positions":
        return render.position(call.world, row)
    return render.deal(row) if family.table == "deals" else render.order(row)


def _total(family: Family) -> Callable[[Call], Mapping[str, Any]]:
    def total(call: Call) -> Mapping[str, Any]:
        login = call.whole("login", "Login")
        call.visible(login)
        where, values = family.where(call)
        count = call.world.store.number(
            f"select count(*) from {family.table} where login = ? and {where}",  # noqa: S608 - own
            login,
            *values,
        )
        return {"answer": {"Total": str(count)}}

    return total


def _page(family: Family) -> Callable[[Call], Mapping[str, Any]]:
    def page(call: Call) -> Mapping[str, Any]:
        login = call.whole("login", "Login")
        call.visible(login)
        rows = _next_rows(call, family, login)
        return {"answer": [_render(call, family, row) for row in rows]}

    return page


def _next_rows(call: Call, family: Family, login: int) -> list[Row]:
    """A page. Who asks for the one after the last continues where that ended, at any depth."""
    offset, count = call.page()
    where, values = family.where(call)
    window = (family.table, family.which, login, *values)
    place = call.session.places.get(window) if offset else None
    if place and place[0] == offset:
        where, values, skipped = f"{where} and {family.after}", [*values, *place[1]], 0
    else:
        skipped = offset
    rows = call.world.store.all(
        f"select * from {family.table} where login = ? and {where}"  # noqa: S608 - own names
        f" order by {family.sort} limit ? offset ?",
        login,
        *values,
        count,
        skipped,
    )
    if rows:
        call.session.keep_place(window, offset + len(rows), family.place(rows[-1]))
    return rows


def _batch(family: Family) -> Callable[[Call], Mapping[str, Any]]:
    def batch(call: Call) -> Mapping[str, Any]:
        tickets = call.wholes("ticket", "Ticket")
        if tickets and (call.texts("login") or call.texts("group")):
            raise Retcode(3)
        if tickets:
            rows = [row for ticket in tickets if (row := _one(call, family, ticket))]
        elif call.texts("group") and not call.texts("login"):
            rows = _by_group(call, family)
        else:
            rows = _by_login(call, family, call.logins())
        return _capped(call, family, rows)

    return batch


def _capped(call: Call, family: Family, rows: list[Row]) -> Mapping[str, Any]:
    answer = [_render(call, family, row) for row in rows[:MOST_ROWS]]
    return {"answer": answer} | ({"retcode": 14} if len(rows) > MOST_ROWS else {})


def _by_group(call: Call, family: Family) -> list[Row]:
    """Rows of whole groups: along the time, or the open ones, with the groups as a sieve."""
    names = call.groups_like(",".join(call.texts("group")))
    marks = ",".join("?" * len(names))
    few = call.world.store.all(
        f"select login from users where grp in ({marks}) limit ?",  # noqa: S608 - marks only
        *names,
        FEW_LOGINS + 1,
    )
    if len(few) <= FEW_LOGINS:
        return _by_login(call, family, sorted(int(row["login"]) for row in few))
    where, values = family.where(call)
    return call.world.store.all(
        f"select d.* from {family.table} d cross join users u on u.login = d.login"  # noqa: S608
        f" where {where.replace('symbol', 'd.symbol')} and u.grp in ({marks})"
        f" order by {family.sort} limit ?",
        *values,
        *names,
        MOST_ROWS + 1,
    )


def _by_login(call: Call, family: Family, logins: list[int]) -> list[Row]:
    where, values = family.where(call)
    rows: list[Row] = []
    for start in range(0, len(logins), CHUNK):
        part = logins[start : start + CHUNK]
        marks = ",".join("?" * len(part))
        rows += call.world.store.all(
            f"select * from {family.table} where login in ({marks}) and {where}"  # noqa: S608 - own
            f" order by {family.sort} limit ?",
            *part,
            *values,
            MOST_ROWS + 1 - len(rows),
        )
        if len(rows) > MOST_ROWS:
            break
    return rows


def _one(call: Call, family: Family, ticket: int) -> Row | None:
    row = call.world.store.one(
        f"select * from {family.table} where {family.key} = ? and {family.which}",  # noqa: S608
        ticket,
    )
    if row is None:
        return None
    try:
        call.visible(row["login"])
    except Retcode:
        return None
    return row


def _get(family: Family) -> Callable[[Call], Mapping[str, Any]]:
    def get(call: Call) -> Mapping[str, Any]:
        row = _one(call, family, call.whole("ticket", "Ticket"))
        if row is None:
            raise Retcode(13)
        return {"answer": _render(call, family, row)}

    return get


def get_position(call: Call) -> Mapping[str, Any]:
    """``position/get``: on hedging accounts one of several, like the original."""
    login = call.whole("login", "Login")
    call.visible(login)
    row = call.world.store.one(
        "select * from positions where login = ? and symbol = ? order by position limit 1",
        login,
        call.text("symbol", "Symbol"),
    )
    if row is None:
        raise Retcode(13)
    return {"answer": render.position(call.world, row)}


def _routes(name: str, family: Family) -> dict[str, Route]:
    return {
        f"/api/{name}/get": Route(_get(family), "read_orders"),
        f"/api/{name}/get_total": Route(_total(family), "read_orders"),
        f"/api/{name}/get_page": Route(_page(family), "read_orders"),
        f"/api/{name}/get_batch": Route(_batch(family), "read_orders"),
    }


ROUTES = {
    **_routes("deal", DEALS),
    **_routes("order", ORDERS),
    **_routes("history", HISTORY),
    **_routes("position", POSITIONS),
    "/api/position/get": Route(get_position, "read_orders"),
}
