"""Corrections by hand: ``update``, ``delete``, ``cancel``, ``reopen``, ``check`` and ``fix``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from sqlite3 import Row
from typing import Any

from provisioning.simulator import ledger, pending, render
from provisioning.simulator.booking import CANCELLED, COMMENT_LENGTH, PLACED
from provisioning.simulator.calls import Call, Route
from provisioning.simulator.ledger import Holding
from provisioning.simulator.retcodes import Retcode


@dataclass(frozen=True, slots=True)
class Desk:
    """A kind of record that can be corrected: prices and money by the name of their field."""

    table: str
    key: str
    ticket: str
    which: str
    prices: Mapping[str, str]
    money: Mapping[str, str]
    render: Callable[[Call, Row], dict[str, str]]

    def row(self, call: Call, ticket: int) -> Row:
        """A record that the manager may see.

        Raises:
            Retcode: 13, there is none.
        """
        row = call.world.store.one(
            f"select * from {self.table} where {self.key} = ? and {self.which}",  # noqa: S608 - own
            ticket,
        )
        if row is None:
            raise Retcode(13)
        call.visible(row["login"])
        return row


STOPS = {"PriceSL": "sl", "PriceTP": "tp"}
DEALS = Desk(
    "deals", "deal", "Deal", "1",
    {"Price": "price", **STOPS},
    {"Profit": "profit", "Storage": "storage", "Commission": "commission"},
    lambda _call, row: render.deal(row),
)  # fmt: skip
OPEN_ORDERS = Desk(
    "orders", "ord", "Order", "state in (0, 1, 3)",
    {"PriceOrder": "price", "PriceTrigger": "trigger", **STOPS}, {},
    lambda _call, row: render.order(row),
)  # fmt: skip
CLOSED_ORDERS = Desk(
    "orders", "ord", "Order", "state in (2, 4, 5, 6)",
    {"PriceOrder": "price", "PriceTrigger": "trigger", **STOPS}, {},
    lambda _call, row: render.order(row),
)  # fmt: skip
POSITIONS = Desk(
    "positions", "position", "Position", "1",
    {"PriceOpen": "price_open", **STOPS}, {"Storage": "storage"},
    lambda call, row: render.position(call.world, row),
)  # fmt: skip


def _update(desk: Desk) -> Callable[[Call], Mapping[str, Any]]:
    def update(call: Call) -> Mapping[str, Any]:
        """Change what is named; a deal's money moves the balance by ``check_balance`` only."""
        row = desk.row(call, call.whole(desk.ticket, "ticket"))
        changes: dict[str, object] = {}
        for name, column in desk.prices.items():
            if call.text(name):
                changes[column] = int(call.exact(name).scaleb(row["digits"]).to_integral_value())
        digits = call.world.group_of(row["login"]).digits
        for name, column in desk.money.items():
            if call.text(name):
                changes[column] = int(call.exact(name).scaleb(digits).to_integral_value())
        if "Comment" in call.values:
            changes["comment"] = call.text("Comment")[:COMMENT_LENGTH]
        for column, value in changes.items():
            call.world.store.run(
                f"update {desk.table} set {column} = ? where {desk.key} = ?",  # noqa: S608 - own
                value,
                row[desk.key],
            )
        return {"answer": desk.render(call, desk.row(call, row[desk.key]))}

    return update


def _delete(desk: Desk) -> Callable[[Call], Mapping[str, Any]]:
    def delete(call: Call) -> Mapping[str, Any]:
        """Delete records without a trace; all of them or none."""
        for row in _named(call, desk):
            call.world.store.run(
                f"delete from {desk.table} where {desk.key} = ?",  # noqa: S608 - own names
                row[desk.key],
            )
        return {}

    return delete


def cancel(call: Call) -> Mapping[str, Any]:
    """``order/cancel``: waiting orders go to the history."""
    for row in _named(call, OPEN_ORDERS):
        pending.end(call.world, row["ord"], CANCELLED)
    return {}


def reopen(call: Call) -> Mapping[str, Any]:
    """``order/reopen``: a limit, stop or stop-limit order comes back from the history."""
    row = CLOSED_ORDERS.row(call, call.whole("ticket", "Ticket"))
    if row["type"] not in pending.KINDS:
        raise Retcode(3)
    call.world.store.run(
        "update orders set state = ?, done_ms = 0, trigger = 0, remaining = initial, position = 0"
        " where ord = ?",
        PLACED,
        row["ord"],
    )
    return {"answer": render.order(OPEN_ORDERS.row(call, row["ord"]))}


def check(call: Call) -> Mapping[str, Any]:
    """``position/check``: the open positions against those that the deals make."""
    login = call.whole("login", "Login")
    call.visible(login)
    held = _held(call, login)
    due = _due(call, login)
    shown = {number: render.position(call.world, row) for number, row in held.items()}
    return {
        "answer": list(shown.values()),
        "invalid": [
            _drawn(call, one)
            for number, one in due.items()
            if number in held and not _is_alike(held[number], one)
        ],
        "missed": [_drawn(call, one) for number, one in due.items() if number not in held],
        "nonexist": [record for number, record in shown.items() if number not in due],
    }


def fix(call: Call) -> Mapping[str, Any]:
    """``position/fix``: make the open positions what the deals make them."""
    login = call.whole("login", "Login")
    call.visible(login)
    store, held = call.world.store, _held(call, login)
    due = _due(call, login)
    for number in held:
        if number not in due:
            store.run("delete from positions where position = ?", number)
    for number, one in due.items():
        if number not in held:
            store.insert("positions", one.columns())
        elif not _is_alike(held[number], one):
            store.run(
                "update positions set side = ?, volume = ?, price_open = ? where position = ?",
                one.side,
                one.volume,
                one.price_open,
                number,
            )
    rows = _held(call, login).values()
    return {"answer": [render.position(call.world, row) for row in rows]}


ROUTES = {
    "/api/deal/update": Route(_update(DEALS), "edit_orders", is_change=True),
    "/api/deal/delete": Route(_delete(DEALS), "edit_orders", is_change=True),
    "/api/order/update": Route(_update(OPEN_ORDERS), "edit_orders", is_change=True),
    "/api/order/delete": Route(_delete(OPEN_ORDERS), "edit_orders", is_change=True),
    "/api/order/cancel": Route(cancel, "edit_orders", is_change=True),
    "/api/order/reopen": Route(reopen, "edit_orders", is_change=True),
    "/api/history/update": Route(_update(CLOSED_ORDERS), "edit_orders", is_change=True),
    "/api/history/delete": Route(_delete(CLOSED_ORDERS), "edit_orders", is_change=True),
    "/api/position/update": Route(_update(POSITIONS), "edit_orders", is_change=True),
    "/api/position/delete": Route(_delete(POSITIONS), "edit_orders", is_change=True),
    "/api/position/check": Route(check, "read_orders"),
    "/api/position/fix": Route(fix, "edit_orders", is_change=True),
}


def _named(call: Call, desk: Desk) -> list[Row]:
    tickets = call.wholes("ticket", "Ticket")
    if not tickets:
        raise Retcode(3)
    return [desk.row(call, ticket) for ticket in tickets]


def _held(call: Call, login: int) -> dict[int, Row]:
    rows = call.world.store.all("select * from positions where login = ? order by position", login)
    return {int(row["position"]): row for row in rows}


def _due(call: Call, login: int) -> dict[int, Holding]:
    deals = ledger.deals_until(call.world, login, call.world.clock.now_ms())
    return ledger.told(deals).holdings


def _is_alike(row: Row, one: Holding) -> bool:
    return all(row[name] == getattr(one, name) for name in ("side", "volume", "price_open"))


def _drawn(call: Call, one: Holding) -> dict[str, str]:
    """The record of a position that is not in the book."""
    names = one.columns()
    columns = ", ".join(f"? as {name}" for name in names)
    row = call.world.store.one(
        f"select {columns}, 0 as sl, 0 as tp, 0 as storage, '' as comment, 0 as reason",
        *names.values(),
    )
    return render.position(call.world, row) if row else {}
