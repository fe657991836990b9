"""``/api/user/...``."""

from __future__ import annotations

from collections.abc import Mapping
from sqlite3 import Row
from typing import Any

from provisioning.simulator import render, users
from provisioning.simulator.calls import Call, Route
from provisioning.simulator.margin import account_state
from provisioning.simulator.money import figures_of_deals
from provisioning.simulator.retcodes import Retcode

NAMES = {
    "login": "Login", "pass_main": "PassMain", "pass_investor": "PassInvestor",
    "rights": "Rights", "group": "Group", "name": "Name", "company": "Company",
    "language": "Language", "country": "Country", "city": "City", "state": "State",
    "zipcode": "ZIPCode", "address": "Address", "phone": "Phone", "email": "Email", "id": "ID",
    "status": "Status", "comment": "Comment", "color": "Color", "pass_phone": "PhonePassword",
    "leverage": "Leverage", "agent": "Agent", "account": "Account", "ZipCode": "ZIPCode",
}  # fmt: skip
"""Names in the query string and in the record."""


def add(call: Call) -> Mapping[str, Any]:
    """``user/add``."""
    wanted = _wanted(call)
    if not call.sees(wanted.get("Group", "")):
        raise Retcode(8)
    return _record(call, users.add(call.world, wanted))


def update(call: Call) -> Mapping[str, Any]:
    """``user/update``."""
    wanted = _wanted(call)
    login = call.whole("Login", "login")
    call.visible(login)
    if wanted.get("Group") and not call.sees(wanted["Group"]):
        raise Retcode(8)
    users.update(call.world, login, wanted)
    return _record(call, login)


def delete(call: Call) -> Mapping[str, Any]:
    """``user/delete``."""
    login = call.whole("login", "Login")
    call.visible(login)
    users.delete(call.world, login)
    return {}


def get(call: Call) -> Mapping[str, Any]:
    """``user/get``."""
    login = call.whole("login", "Login")
    call.visible(login)
    return _record(call, login)


def get_batch(call: Call) -> Mapping[str, Any]:
    """``user/get_batch``."""
    return {"answer": [_shown(call, row) for row in call.users()]}


def logins(call: Call) -> Mapping[str, Any]:
    """``user/logins``."""
    if not call.texts("group"):
        raise Retcode(3)
    return {"answer": [str(login) for login in call.logins()]}


def total(call: Call) -> Mapping[str, Any]:
    """``user/total``."""
    return {"answer": {"Total": str(call.world.store.number("select count(*) from users"))}}


def group(call: Call) -> Mapping[str, Any]:
    """``user/group``."""
    return {"answer": {"Group": call.visible(call.whole("login", "Login"))["grp"]}}


def check_password(call: Call) -> Mapping[str, Any]:
    """``user/check_password``."""
    login = call.whole("Login", "login")
    call.visible(login)
    kind = call.text("Type", "type").lower()
    users.check_password(call.world, login, kind, call.text("Password", "password"))
    return {}


def change_password(call: Call) -> Mapping[str, Any]:
    """``user/change_password``."""
    login = call.whole("Login", "login")
    call.visible(login)
    kind = call.text("Type", "type").lower()
    users.change_password(call.world, login, kind, call.text("Password", "password"))
    return {}


def account_get(call: Call) -> Mapping[str, Any]:
    """``user/account/get``: only for accounts with activity since the last restart."""
    login = call.whole("login", "Login")
    call.visible(login)
    if not _is_awake(call, login):
        raise Retcode(13)
    return {"answer": _state(call, login)}


def account_get_batch(call: Call) -> Mapping[str, Any]:
    """``user/account/get_batch``."""
    carrying = {
        int(row["login"]) for row in call.world.store.all("select distinct login from positions")
    }
    awake = [login for login in call.logins() if login in call.world.awake or login in carrying]
    return {"answer": [_state(call, login) for login in awake]}


def check_balance(call: Call) -> Mapping[str, Any]:
    """``user/check_balance``: what the record says against what the deals add up to."""
    login = call.whole("login", "Login")
    call.visible(login)
    digits = call.world.group_of(login).digits
    balance, credit = figures_of_deals(call.world, login)
    if call.text("fixflag") == "1":
        call.world.store.run(
            "update users set balance = ?, credit = ? where login = ?", balance, credit, login
        )
    row = call.world.user(login)
    six = 10 ** (6 - digits)
    return {
        "answer": {
            "Balance": {
                "User": render.decimals(row["balance"] * six, 6),
                "History": render.decimals(balance * six, 6),
            },
            "Credit": {
                "User": render.decimals(row["credit"] * six, 6),
                "History": render.decimals(credit * six, 6),
            },
        }
    }


ROUTES = {
    "/api/user/add": Route(add, "modify_accounts", is_change=True),
    "/api/user/update": Route(update, "modify_accounts", is_change=True),
    "/api/user/delete": Route(delete, "delete_accounts", is_change=True),
    "/api/user/get": Route(get, "read_accounts"),
    "/api/user/get_batch": Route(get_batch, "read_accounts"),
    "/api/user/logins": Route(logins, "read_accounts"),
    "/api/user/total": Route(total, "read_accounts"),
    "/api/user/group": Route(group, "read_accounts"),
    "/api/user/check_password": Route(check_password, "read_accounts"),
    "/api/user/change_password": Route(change_password, "modify_accounts", is_change=True),
    "/api/user/account/get": Route(account_get, "read_accounts"),
    "/api/user/account/get_batch": Route(account_get_batch, "read_accounts"),
    "/api/user/check_balance": Route(check_balance, "read_accounts"),
}


def _wanted(call: Call) -> dict[str, str]:
    """Parameters under the names of the record; those of the body win."""
    short = {NAMES[name]: call.text(name) for name in call.values if name in NAMES}
    return short | {name: call.text(name) for name in call.values if name not in NAMES}


def _record(call: Call, login: int) -> dict[str, Any]:
    return {"answer": _shown(call, call.world.user(login))}


def _shown(call: Call, row: Row) -> dict[str, Any]:
    group = call.world.groups[str(row["grp"]).lower()]
    return render.user(row, group, is_personal=call.may("personal_data"))


def _state(call: Call, login: int) -> dict[str, str]:
    alarm = call.world.store.one("select * from alarms where login = ?", login)
    return render.state(account_state(call.world, login), alarm)


def _is_awake(call: Call, login: int) -> bool:
    if login in call.world.awake:
        return True
    return call.world.store.one("select 1 from positions where login = ?", login) is not None
