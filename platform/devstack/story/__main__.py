"""`python -m devstack.story --state FILE`: play the story against running services."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from devstack import state
from devstack.story import again, broker, fence, money, standing, trader, vendor
from devstack.story.cast import BROKERS, Broker
from devstack.story.inbox import Inbox
from devstack.story.telling import chapter
from devstack.story.visitor import StoryError, Visitor


def main() -> int:
    """Play the story, or revisit it when it was played before; 0 only if every step held."""
    parser = argparse.ArgumentParser(prog="devstack.story", description=__doc__)
    parser.add_argument("--state", type=Path, required=True)
    file: Path = parser.parse_args().state
    began = time.monotonic()
    try:
        known = state.read(file)
        if known.get("story_told"):
            again.revisit(known)
        else:
            _play(file, known)
    except (StoryError, httpx.HTTPError, subprocess.CalledProcessError, KeyError) as problem:
        print(f"\nThe story stopped: {type(problem).__name__}: {problem}", file=sys.stderr)
        print("To begin it anew: make demo-reset, then make demo.", file=sys.stderr)
        return 1
    print(f"\nEvery step held, in {time.monotonic() - began:.0f} s.", flush=True)
    _invite(state.read(file))
    return 0


def _play(file: Path, known: dict[str, Any]) -> None:
    url = known["vendor"]["url"]
    inbox = Inbox(known["mail_url"])
    with chapter("The vendor opens"):
        owner = vendor.hire(url)
        state.update(file, {"vendor": owner})
    told: list[dict[str, Any]] = []
    clients: list[Visitor] = []
    for one in BROKERS:
        server = known["trading_servers"][one.server]
        line, client = _bring(one, url, inbox, server, known["payments"])
        told.append(line)
        clients.append(client)
        state.update(file, {"brokers": told})
    with chapter("Between the two stands a wall"):
        fence.try_to_cross(*clients)
    with chapter("The vendor looks"):
        vendor.look(vendor.sign_in(owner), told)
    state.update(file, {"story_told": True})


def _bring(
    one: Broker, url: str, inbox: Inbox, server: dict[str, Any], payments: dict[str, str]
) -> tuple[dict[str, Any], Visitor]:
    with chapter(f"{one.name}: from the menu to a live room"):
        modules = broker.subscribe(one, url, inbox)
        admin, seed = broker.accept(one, inbox)
        broker.brand(one, admin)
        broker.wire(one, admin, server)
        client = trader.register(one, admin.base, inbox)
        logins = trader.open_accounts(client)
        trader.trade(one, logins, server["control_url"])
        trader.see(client, logins, server["control_url"])
        live = trader.account(client, logins["live"])
        money.offer(one, admin, payments, live["currency"])
        standing.verify(admin, client)
        money.pay_in(client, live, payments, server["control_url"])
        money.prove(admin)
    line = {
        "name": one.name,
        "url": admin.base.rstrip("/"),
        "admin": {
            "email": one.admin.email,
            "password": one.admin.password,
            "totp_secret": seed,
        },
        "modules": modules,
        "client": {
            "email": one.client.email,
            "password": one.client.password,
            "logins": logins,
        },
    }
    return line, client


def _invite(known: dict[str, Any]) -> None:
    print("\nLook around:")
    for line in known["brokers"]:
        print(f"  {line['name']}")
        _say("room", f"{line['url']}/", line["client"])
        _say("office", f"{line['url']}/office/", line["admin"])
    owner = known["vendor"]
    print("  The vendor")
    _say("console", f"{owner['url']}/console/", owner)
    print(f"  Mail {known['mail_url']}   Stripe {known['stripe_url']}")


def _say(what: str, url: str, person: dict[str, str]) -> None:
    print(f"    {what:8} {url}  {person['email']} / {person['password']}")


if __name__ == "__main__":
    sys.exit(main())
