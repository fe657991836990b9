"""Accounts of a simulated server: opening, changing, passwords."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from sqlite3 import Row

from provisioning.simulator.retcodes import Retcode
from provisioning.simulator.store import dumps, loads
from provisioning.simulator.world import World

FIRST_LOGIN, LAST_LOGIN = 500_001, 9_999_999_999
DEFAULT_RIGHTS = 0x1E3
TEXTS: Mapping[str, int] = {
    "FirstName": 63,
    "LastName": 63,
    "MiddleName": 63,
    "Company": 63,
    "Account": 63,
    "Country": 31,
    "City": 31,
    "State": 31,
    "ZIPCode": 15,
    "Address": 127,
    "Phone": 31,
    "Email": 63,
    "ID": 31,
    "Status": 15,
    "PhonePassword": 31,
    "MQID": 15,
    "LeadSource": 31,
    "LeadCampaign": 31,
}
"""Text fields of a record and how many characters they hold; the rest is cut silently."""
NUMBERS = ("Language", "Color", "Agent", "LimitOrders", "LimitPositions")


def add(world: World, wanted: Mapping[str, str]) -> int:
    """Open an account and return its login.

    Raises:
        Retcode: 3, 8, 3003, 3004 or 3006 as the protocol has it.
    """
    group = world.find_group(wanted.get("Group", ""))
    if group is None:
        raise Retcode(8)
    if not wanted.get("Name") and not wanted.get("FirstName"):
        raise Retcode(3)
    main, investor = wanted.get("PassMain", ""), wanted.get("PassInvestor", "")
    if not (is_strong(main) and is_strong(investor)):
        raise Retcode(3006)
    login = _free_login(world, wanted.get("Login", "0"))
    world.store.insert(
        "users",
        {
            "login": login,
            "grp": group.name,
            "rights": whole(wanted.get("Rights"), DEFAULT_RIGHTS),
            "leverage": _leverage(wanted.get("Leverage"), group.leverage),
            "registered_s": world.clock.now_s(),
            "main": hashed(login, main),
            "investor": hashed(login, investor),
            "comment": wanted.get("Comment", "")[:63],
            "details": dumps(details_of(wanted)),
        },
    )
    return login


def update(world: World, login: int, wanted: Mapping[str, str]) -> None:
    """Change what is named; a bad value leaves its field as it was, like the original.

    Raises:
        Retcode: 13 unknown login, 8 unknown group, 3010 group of another currency.
    """
    row = world.user(login)
    grp = _moved(world, row, wanted.get("Group"))
    details = loads(row["details"])
    details.update({key: value for key, value in details_of(wanted).items() if key in wanted})
    if "Name" in wanted:
        details.update(_split_name(wanted["Name"]))
    world.store.run(
        "update users set grp = ?, rights = ?, leverage = ?, comment = ?, details = ?"
        " where login = ?",
        grp,
        whole(wanted.get("Rights"), row["rights"]),
        _leverage(wanted.get("Leverage"), row["leverage"]),
        wanted.get("Comment", row["comment"])[:63],
        dumps(details),
        login,
    )


def delete(world: World, login: int) -> None:
    """Delete an account.

    Raises:
        Retcode: 13 unknown, 3008 while trades are open.
    """
    world.user(login)
    if world.store.number("select count(*) from positions where login = ?", login):
        raise Retcode(3008)
    for table in ("orders", "traders", "users"):
        world.store.run(f"delete from {table} where login = ?", login)  # noqa: S608 - own names
    world.awake.discard(login)


def check_password(world: World, login: int, kind: str, password: str) -> None:
    """Compare a password.

    Raises:
        Retcode: 3006 when it is another one, 13 unknown login, 3 unknown kind.
    """
    if not secrets.compare_digest(str(world.user(login)[_column(kind)]), hashed(login, password)):
        raise Retcode(3006)


def change_password(world: World, login: int, kind: str, password: str) -> None:
    """Set a password.

    Raises:
        Retcode: 3006 when it is too weak, 13 unknown login, 3 unknown kind.
    """
    world.user(login)
    column = _column(kind)
    if not is_strong(password):
        raise Retcode(3006)
    world.store.run(
        f"update users set {column} = ? where login = ?",  # noqa: S608 - one of two names
        hashed(login, password),
        login,
    )


def is_strong(password: str) -> bool:
    """Whether a password meets the rule: 8 to 16 characters of all four kinds."""
    kinds = (
        any(c.islower() for c in password),
        any(c.isupper() for c in password),
        any(c.isdigit() for c in password),
        any(not c.isalnum() for c in password),
    )
    return 8 <= len(password) <= 16 and all(kinds)  # noqa: PLR2004 - the documented lengths


def hashed(login: int, password: str) -> str:
    """What is kept of a client's password."""
    return hashlib.sha256(f"{login}:{password}".encode()).hexdigest()


def whole(text: str | None, otherwise: int) -> int:
    """A whole number, or what it was before."""
    try:
        return int(text) if text else otherwise
    except ValueError:
        return otherwise


def _column(kind: str) -> str:
    if kind not in {"main", "investor"}:
        raise Retcode(3)
    return kind


def _free_login(world: World, wanted: str) -> int:
    login = whole(wanted, 0)
    if not login:
        highest = world.store.number("select max(login) from users")
        return max(FIRST_LOGIN, highest + 1)
    if not FIRST_LOGIN <= login <= LAST_LOGIN:
        raise Retcode(3003)
    if world.store.one("select 1 from users where login = ?", login):
        raise Retcode(3004)
    return login


def _leverage(text: str | None, otherwise: int) -> int:
    leverage = whole(text, otherwise)
    return leverage if 1 <= leverage <= 3000 else otherwise  # noqa: PLR2004 - the server's range


def _moved(world: World, row: Row, wanted: str | None) -> str:
    if not wanted:
        return str(row["grp"])
    group = world.find_group(wanted)
    if group is None:
        raise Retcode(8)
    if group.currency != world.group_of(row["login"]).currency:
        raise Retcode(3010)
    return group.name


def details_of(wanted: Mapping[str, str]) -> dict[str, str]:
    """The fields of a record that are kept together, from what was asked for."""
    details = {key: wanted.get(key, "")[:length] for key, length in TEXTS.items()}
    details.update({key: str(whole(wanted.get(key), 0)) for key in NUMBERS})
    if "FirstName" not in wanted and wanted.get("Name"):
        details.update(_split_name(wanted["Name"]))
    return details


def _split_name(name: str) -> dict[str, str]:
    first, _, last = name.strip().partition(" ")
    return {"FirstName": first[:63], "LastName": last[:63]}
