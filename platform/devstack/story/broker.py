"""How a broker comes to Atrium: subscribes, is provisioned, brands its room, wires its server."""

from __future__ import annotations

import re
import time
from typing import Any
from urllib.parse import urljoin, urlsplit

from devstack.story import totp
from devstack.story.cast import Broker
from devstack.story.inbox import Inbox
from devstack.story.telling import step
from devstack.story.visitor import StoryError, Visitor

CARD = {
    "cardNumber": "4242 4242 4242 4242",
    "cardExpiry": "12 / 34",
    "cardCvc": "123",
}


def subscribe(broker: Broker, vendor_url: str, inbox: Inbox) -> list[str]:
    """Compose a plan, confirm the e-mail, pay; return the keys of the modules taken."""
    person = Visitor(vendor_url)
    person.go("/start/")
    offered = [key for key, _ in person.form("slug").choices.get("modules", [])]
    taken = offered[broker.modules]
    with step(f"{broker.admin.name} composes a plan for {broker.name}", f"{vendor_url}/start/"):
        person.send(
            "slug",
            values={
                "company": broker.name,
                "slug": broker.slug,
                "email": broker.admin.email,
                "country": broker.country,
                "locale": broker.language,
                "time_zone": broker.time_zone,
                "modules": taken,
            },
        )
    with step("confirms the e-mail with the code that came"):
        code = inbox.wait_for(broker.admin.email, r"\b(\d{6})\b")
        person.send("code", values={"code": code})
    with step("pays by card at Stripe Checkout"):
        person.go(person.link("pay/"))
        person.send("cardNumber", values={**CARD, "billingName": broker.admin.name})
    status = person.url
    with step("the signed webhook starts the run; every step of it is done", status):
        _watch_run(person)
    return taken


def _watch_run(person: Visitor) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        person.go(person.url)
        if "live" in person.page.text and "mailed the invitation" in person.page.text:
            return
        time.sleep(0.3)
    raise StoryError(f"the run did not end: {person.page.text[:600]}")


def accept(broker: Broker, inbox: Inbox) -> tuple[Visitor, str]:
    """Accept the invitation with a password and an authenticator app; return browser and seed."""
    with step(f"{broker.admin.name} follows the invitation and sets a password"):
        link = inbox.wait_for(broker.admin.email, r"(https?://\S+/accounts/invitation/\S+)")
        admin = Visitor(link.partition("/accounts/")[0])
        admin.go(link)
        admin.send(
            "full_name",
            "password",
            values={"full_name": broker.admin.name, "password": broker.admin.password},
        )
    with step("sets up an authenticator app as second factor"):
        admin.go(admin.link("security/app"))
        seed = _seed_on(admin)
        admin.send("code", values={"code": totp.code(seed)})
    with step("lands on the set-up checklist", admin.base + "office/"):
        admin.go("/office/")
        admin.link("/office/provisioning/servers/connect/")
    return admin, seed


def brand(broker: Broker, admin: Visitor) -> None:
    """Upload a logo, choose colours, publish; the room looks so at once."""
    with step("uploads a logo and picks colours", admin.base + "office/themes/"):
        admin.go("/office/themes/")
        admin.send(to="/themes/preset/", button=("preset", broker.preset))
        admin.go("/office/themes/")
        picture = {"file": ("logo.svg", broker.logo.encode(), "image/svg+xml")}
        admin.send("file", to="/logo/square/", files=picture)
        admin.go("/office/themes/")
        admin.send("brand", to="/themes/publish/", values={"brand": broker.brand})
    with step("the room wears them at once", admin.base):
        guest = Visitor(admin.base)
        guest.go("/accounts/login/")
        sheet = re.search(r"/t/theme\.[0-9a-f]+\.css", guest.text)
        if sheet is None or broker.brand not in guest.look(sheet.group(0)).text:
            raise StoryError("the published colour is not in the room's style sheet")


def wire(broker: Broker, admin: Visitor, server: dict[str, Any]) -> None:
    """Connect the trading server, test it, choose groups, map account types."""
    host, _, port = str(server["url"]).partition("://")[2].rpartition(":")
    with step(f"connects the MT5 server {broker.server_name}"):
        admin.go("/office/provisioning/servers/connect/")
        admin.send(
            "host",
            "login",
            values={
                "name": broker.server_name,
                "host": host,
                "port": port,
                "login": str(server["login"]),
                "password": str(server["api_password"]),
            },
        )
    with step("the connection test passes check by check once its certificate is trusted"):
        _wait_for_form(admin, "fingerprint")
        admin.send("fingerprint", to="/trust/")
        # Of this server: clients have groups too, and their page is in the menu.
        groups = urlsplit(urljoin(admin.url, "../groups/")).path
        _wait_for_link(admin, groups)
    with step("chooses the groups of the server"):
        admin.go(admin.link(groups))
        admin.send("groups", values={"groups": [broker.live_group, broker.demo_group]})
    with step("maps two account types", admin.base + "office/trading/types/"):
        _map(admin, "Standard", broker.live_group, {"deposit_min": "100"})
        _map(admin, "Practice", broker.demo_group, {"environment": "demo", "demo_amount": "50000"})


def _map(admin: Visitor, name: str, group: str, more: dict[str, str]) -> None:
    admin.go("/office/trading/types/new/")
    places = admin.form("place").choices["place"]
    place = next(value for value, _ in places if value.endswith(f"|{group}"))
    admin.send("place", values={"name": name, "place": place, **more})
    admin.expect(name)


def _wait_for_form(person: Visitor, name: str) -> None:
    _wait(person, lambda: any(form.has(name) for form in person.page.forms), name)


def _wait_for_link(person: Visitor, part: str) -> None:
    _wait(person, lambda: any(part in address for address, _ in person.page.links), part)


def _wait(person: Visitor, holds: Any, what: str) -> None:
    end = time.monotonic() + 60
    while not holds():
        if time.monotonic() > end:
            raise StoryError(f"{person.url} never offered {what}: {person.page.text[:600]}")
        time.sleep(0.25)
        person.go(person.url)


def _seed_on(person: Visitor) -> str:
    found = re.search(r"\b([A-Z2-7]{32})\b", person.page.text)
    if found is None:
        raise StoryError(f"{person.url} shows no key for the app")
    return found.group(1)


enrolled_seed = _seed_on
