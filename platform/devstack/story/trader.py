"""How a trader comes to a broker: registers, opens accounts, sees what he trades."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import httpx

from devstack.story.cast import Broker
from devstack.story.inbox import Inbox
from devstack.story.telling import step
from devstack.story.visitor import StoryError, Visitor

OPEN_SECONDS = 60


def register(broker: Broker, base: str, inbox: Inbox) -> Visitor:
    """Register, confirm the mail, tell name and country; return the signed-in browser."""
    person = broker.client
    client = Visitor(base, language=broker.language)
    with step(f"{person.name} registers at {broker.name}", base + "accounts/register/"):
        client.go("/accounts/register/")
        client.send(
            "email",
            "password1",
            values={
                "full_name": person.name,
                "email": person.email,
                "password1": person.password,
            },
        )
        code = inbox.wait_for(person.email, r"\b(\d{6})\b")
        client.send("code", values={"code": code})
    with step("completes the profile"):
        client.go("/room/clients/")
        first, _, last = person.name.partition(" ")
        client.send(
            "first_name",
            "country",
            values={"first_name": first, "last_name": last, "country": broker.client_country},
        )
    return client


def open_accounts(client: Visitor) -> dict[str, str]:
    """Open one account of each kind; return their logins on the server by kind."""
    logins = {}
    for kind in ("live", "demo"):
        with step(f"opens a {kind} account; a real login appears on the server"):
            logins[kind] = _open(client, kind)
    return logins


def _open(client: Visitor, kind: str) -> str:
    before = set(_accounts(client))
    client.go(f"/room/trading/open/?kind={kind}")
    types = [
        a for a, _ in client.page.links if a.startswith("/room/trading/open/") and "?" not in a
    ]
    wanted = types[0] if kind == "live" else types[-1]
    client.go(wanted)
    client.send("leverage")
    end = time.monotonic() + OPEN_SECONDS
    while time.monotonic() < end:
        new = {i: line for i, line in _accounts(client).items() if i not in before}
        if new and next(iter(new.values()))["state"] == "open":
            return str(next(iter(new.values()))["login"])
        time.sleep(0.3)
    raise StoryError(f"the {kind} account did not open: {client.page.text[:400]}")


def account(client: Visitor, login: str) -> dict[str, Any]:
    """The account with that login, as the API tells it to its owner."""
    return next(one for one in _accounts(client).values() if str(one["login"]) == login)


def _accounts(client: Visitor) -> dict[str, dict[str, Any]]:
    answer = client.look("/api/v1/trading/my/accounts")
    if answer.status_code != httpx.codes.OK:
        raise StoryError(f"the API answered {answer.status_code}: {answer.text[:300]}")
    return {str(line["id"]): line for line in answer.json()["items"]}


def trade(broker: Broker, logins: dict[str, str], control_url: str) -> None:
    """Let the simulator trade on both accounts, with a past of some weeks."""
    with step("the market moves and trades are made for him"):
        for kind, login in logins.items():
            wish = {"login": int(login), "kind": broker.trader, "history_days": 45}
            if kind == "live":
                wish["deposit"] = 10_000
            answer = httpx.post(f"{control_url}/traders", json=wish, timeout=30)
            if answer.is_error:
                raise StoryError(f"the simulator refused {wish}: {answer.text[:300]}")


def see(client: Visitor, logins: dict[str, str], control_url: str) -> None:
    """The room shows what the server knows: balance, history, positions, curve."""
    with step("his room shows balance, positions, history and the equity curve", client.base):
        balances = _settled(client, logins, control_url)
        client.go("/room/traders_room/")
        client.expect(logins["live"])
        client.go("/room/traders_room/trades/")
        if not client.page.text or not balances:
            raise StoryError("the room shows no history")


def _settled(client: Visitor, logins: dict[str, str], control_url: str) -> dict[str, str]:
    """Balances by login, once the room says the same as the server."""
    end = time.monotonic() + OPEN_SECONDS
    ours: dict[str, str] = {}
    theirs: dict[str, str] = {}
    while time.monotonic() < end:
        listed = httpx.get(f"{control_url}/accounts", timeout=30).json()
        lines = listed["accounts"] if isinstance(listed, dict) else listed
        theirs = {str(a["login"]): str(a["balance"]) for a in lines}
        ours = {str(a["login"]): str(a["balance"]) for a in _accounts(client).values()}
        if all(_same(ours.get(login), theirs.get(login)) for login in logins.values()):
            return ours
        time.sleep(0.5)
    raise StoryError(f"the room says {ours}, the server says {theirs}")


def _same(ours: str | None, theirs: str | None) -> bool:
    """Whether a balance in units is the server's in cents, and not nothing."""
    return ours is not None and Decimal(ours) * 100 == Decimal(theirs or 0) != 0
