"""The simulator's own control: plain HTTP with JSON, on loopback only.

=========================  =====================================================================
``GET /state``             figures: time, accounts, deals, positions, faults waiting
``GET /seen``              paths of the last Web API calls
``GET /accounts``          logins with group and balance
``POST /faults``           order a misfortune: kind, path, times, after, seconds, retcode, is_booked
``POST /faults/clear``     forget those that have not struck
``POST /restart``          as if the server were restarted
``POST /wipe``             forget the calls, every account and all that happened on it; numbers of
                           deals and orders go on, groups, managers and prices stay
``POST /clock``            ``skew_seconds``: let the wall clock be wrong
``POST /step``             ``seconds`` of simulated time and/or ``rounds`` at once
``POST /traders``          login, kind, history_days?, deposit?, leader?: trade and make up a past
``POST /bulk``             accounts, deals, days?, positions?: a large book at once; nothing else is
                           answered meanwhile (5 million deals take one to two minutes)
``POST /balances``         login, minor: add to a balance without a deal, as careless hands do
``POST /market``           symbol, per_cent: a jump of a price
``POST /managers``         login, and any of api_password, is_enabled, must_change, permissions,
                           groups
``POST /groups``           name, template, margin_mode? | remove: add or take away a group;
                           margin_mode 0 is netting, 2 hedging
``POST /symbols``          name, becomes: show a symbol under another name, or under none (empty);
                           its own name brings it back. Prices and positions keep the old name
=========================  =====================================================================
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from provisioning.simulator import bulk, history, rounds, traders
from provisioning.simulator.http import LONGEST_HEAD, Garbled, as_json, read_request
from provisioning.simulator.retcodes import Retcode, phrase
from provisioning.simulator.server import Server
from provisioning.simulator.world import HEDGING, NETTING

Action: TypeAlias = Callable[[Server, Mapping[str, Any]], object]


def state(server: Server, _values: Mapping[str, Any]) -> object:
    """Figures of the server."""
    store = server.world.store
    counts = {
        table: store.number(f"select count(*) from {table}")  # noqa: S608 - own names
        for table in ("users", "deals", "positions", "traders")
    }
    return {"now_ms": server.world.clock.now_ms(), "faults": len(server.faults), **counts}


def seen(server: Server, _values: Mapping[str, Any]) -> object:
    """Paths of the last calls."""
    return server.seen


def accounts(server: Server, _values: Mapping[str, Any]) -> object:
    """Logins with group and balance in minor units."""
    rows = server.world.store.all("select login, grp, balance from users order by login limit 1000")
    return [dict(row) for row in rows]


def order_fault(server: Server, values: Mapping[str, Any]) -> object:
    """Order a misfortune."""
    return asdict(server.faults.order(values))


def clear_faults(server: Server, _values: Mapping[str, Any]) -> object:
    """Forget the misfortunes that wait."""
    server.faults.clear()
    return {}


def restart(server: Server, _values: Mapping[str, Any]) -> object:
    """As if the server were restarted."""
    server.restart()
    return {}


def wipe(server: Server, values: Mapping[str, Any]) -> object:
    """Forget every account and every call, as if the server were new."""
    server.world.wipe()
    server.seen = []
    return state(server, values)


def set_clock(server: Server, values: Mapping[str, Any]) -> object:
    """Let the wall clock be wrong."""
    server.world.clock.skew(int(values["skew_seconds"]))
    return {"now_ms": server.world.clock.now_ms()}


def step(server: Server, values: Mapping[str, Any]) -> object:
    """Move time and market."""
    rounds.step(
        server.world, seconds=int(values.get("seconds", 0)), rounds=int(values.get("rounds", 0))
    )
    return state(server, values)


def add_trader(server: Server, values: Mapping[str, Any]) -> object:
    """Let a trader trade, with a made-up past if wished."""
    world, login, kind = server.world, int(values["login"]), str(values["kind"])
    days = int(values.get("history_days", 0))
    deposit = Decimal(str(values["deposit"])) if "deposit" in values else None
    leader, past = int(values.get("leader", 0)), None
    with world.transaction():
        if days:
            past = history.make_up(world, login, kind, days=days, deposit=deposit, leader=leader)
        traders.attach(world, login, kind, leader=leader)
    digits = world.group_of(login).digits
    return {
        "login": login,
        "deals": past.deals if past else 0,
        "balance": str(Decimal(world.user(login)["balance"]).scaleb(-digits)),
    }


def load_bulk(server: Server, values: Mapping[str, Any]) -> object:
    """Write a large book, beside what there is."""
    return asdict(bulk.load(server.world, bulk.wish_of(values)))


def change_balance(server: Server, values: Mapping[str, Any]) -> object:
    """Change a balance that no deal explains: the server's own check finds it uneven."""
    login, minor = int(values["login"]), int(values["minor"])
    server.world.store.run("update users set balance = balance + ? where login = ?", minor, login)
    return {"balance": server.world.user(login)["balance"]}


def move_market(server: Server, values: Mapping[str, Any]) -> object:
    """Let a price jump, then let the server react."""
    world, symbol = server.world, str(values["symbol"])
    world.market.shock(symbol, float(values["per_cent"]), world.clock.now_ms() - 250)
    rounds.one_round(world)
    return {"bid": world.quote(symbol).bid}


def change_manager(server: Server, values: Mapping[str, Any]) -> object:
    """Change a manager; lists are comma-separated."""
    for column in ("api_password", "permissions", "groups"):
        if column in values:
            _set_manager(server, values, column, str(values[column]))
    for column in ("is_enabled", "must_change"):
        if column in values:
            _set_manager(server, values, column, str(values[column]).lower() in {"1", "true"})
    return {}


def change_group(server: Server, values: Mapping[str, Any]) -> object:
    """Add a group like another one, or take one away."""
    store, name = server.world.store, str(values["name"])
    mode = str(values.get("margin_mode", ""))
    if mode not in {"", NETTING, HEDGING}:
        raise ValueError(mode)
    if values.get("remove"):
        store.run("delete from groups where name = ?", name)
    else:
        store.run(
            "insert into groups select ?, currency, digits, settings from groups where name = ?",
            name,
            str(values["template"]),
        )
    if mode:
        store.run(
            "update groups set settings = json_set(settings, '$.margin_mode', ?) where name = ?",
            mode,
            name,
        )
    server.world.load_groups()
    return {}


def change_symbol(server: Server, values: Mapping[str, Any]) -> object:
    """Rename a symbol in the lists, or take it out of them."""
    server.world.market.relist(str(values["name"]), str(values.get("becomes", "")))
    return {}


ACTIONS: Mapping[tuple[str, str], Action] = {
    ("GET", "/state"): state,
    ("GET", "/seen"): seen,
    ("GET", "/accounts"): accounts,
    ("POST", "/faults"): order_fault,
    ("POST", "/faults/clear"): clear_faults,
    ("POST", "/restart"): restart,
    ("POST", "/wipe"): wipe,
    ("POST", "/clock"): set_clock,
    ("POST", "/step"): step,
    ("POST", "/traders"): add_trader,
    ("POST", "/bulk"): load_bulk,
    ("POST", "/balances"): change_balance,
    ("POST", "/market"): move_market,
    ("POST", "/managers"): change_manager,
    ("POST", "/groups"): change_group,
    ("POST", "/symbols"): change_symbol,
}


async def start(server: Server, port: int) -> tuple[asyncio.Server, int]:
    """Listen on loopback; returns the listener and its port."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await read_request(reader)) is not None:
                status, value = _act(server, request.method, request.path, request.values)
                writer.write(as_json(value, status).encoded())
                await writer.drain()
        except (OSError, Garbled, asyncio.IncompleteReadError):
            writer.transport.abort()
        finally:
            writer.close()

    listener = await asyncio.start_server(connected, "127.0.0.1", port, limit=LONGEST_HEAD)
    return listener, int(listener.sockets[0].getsockname()[1])


def _act(server: Server, method: str, path: str, values: Mapping[str, Any]) -> tuple[int, object]:
    action = ACTIONS.get((method, path))
    if action is None:
        return 404, {"error": "no such control"}
    try:
        return 200, action(server, values)
    except Retcode as refused:
        return 400, {"error": phrase(refused.code)}
    except (KeyError, ValueError, InvalidOperation) as error:
        return 400, {"error": f"{type(error).__name__}: {error}"}


def _set_manager(server: Server, values: Mapping[str, Any], column: str, value: object) -> None:
    server.world.store.run(
        f"update managers set {column} = ? where login = ?",  # noqa: S608 - one of five names
        value,
        int(values["login"]),
    )
