"""``/api/user/archive/...``, ``restore`` and the backups, of which this server has none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioning.simulator import render
from provisioning.simulator.calls import Call, Route
from provisioning.simulator.retcodes import Retcode
from provisioning.simulator.store import dumps, loads


def add(call: Call) -> Mapping[str, Any]:
    """``user/archive/add``: the account leaves the server; its deals stay."""
    login = call.whole("login", "Login")
    row = call.visible(login)
    store = call.world.store
    if store.one("select 1 from positions where login = ?", login):
        raise Retcode(3008)
    store.run(
        "insert or replace into archive (login, record) values (?, ?)", login, dumps(dict(row))
    )
    store.run("delete from users where login = ?", login)
    call.world.awake.discard(login)
    return {}


def get(call: Call) -> Mapping[str, Any]:
    """``user/archive/get``."""
    return {"answer": _record(call, call.whole("login", "Login"))}


def get_batch(call: Call) -> Mapping[str, Any]:
    """``user/archive/get_batch``: by logins."""
    found = []
    for login in call.wholes("login", "Login"):
        try:
            found.append(_record(call, login))
        except Retcode:
            continue
    return {"answer": found}


def restore(call: Call) -> Mapping[str, Any]:
    """``user/restore``: back from the archive, where it stays too."""
    login = call.whole("Login", "login")
    kept = _kept(call, login)
    if call.world.store.one("select 1 from users where login = ?", login):
        raise Retcode(3004)
    call.world.store.insert("users", kept)
    return {"answer": _record(call, login)}


def no_backups(_call: Call) -> Mapping[str, Any]:
    """``.../backup/list``: there is no backup server."""
    return {"answer": []}


def backup(call: Call) -> Mapping[str, Any]:
    """``user/backup/get``: backup 0 is the archive; there is no other."""
    if call.text("backup") != "0":
        raise Retcode(13)
    return get(call)


def no_backup(_call: Call) -> Mapping[str, Any]:
    """``.../backup/get`` and ``restore``, and accounts at gateways: there are none."""
    raise Retcode(13)


ROUTES = {
    "/api/user/archive/add": Route(add, "modify_accounts", is_change=True),
    "/api/user/archive/get": Route(get, "read_accounts"),
    "/api/user/archive/get_batch": Route(get_batch, "read_accounts"),
    "/api/user/restore": Route(restore, "modify_accounts", is_change=True),
    "/api/user/backup/list": Route(no_backups, "read_accounts"),
    "/api/user/backup/get": Route(backup, "read_accounts"),
    "/api/user/get_external": Route(no_backup, "read_accounts"),
    **{
        f"/api/{kind}/backup/{act}": Route(
            no_backups if act == "list" else no_backup, "read_orders"
        )
        for kind in ("deal", "order", "position")
        for act in ("list", "get", "restore")
    },
}


def _kept(call: Call, login: int) -> dict[str, Any]:
    row = call.world.store.one("select record from archive where login = ?", login)
    if row is None:
        raise Retcode(13)
    kept: dict[str, Any] = loads(row["record"])
    if not call.sees(kept["grp"]):
        raise Retcode(13)
    return kept


def _record(call: Call, login: int) -> dict[str, str]:
    kept = _kept(call, login)
    names = ", ".join(f"? as {name}" for name in kept)
    row = call.world.store.one(f"select {names}", *kept.values())
    if row is None:
        raise Retcode(13)
    group = call.world.groups[str(kept["grp"]).lower()]
    return render.user(row, group, is_personal=call.may("personal_data"))
