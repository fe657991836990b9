"""How a broker tells its clients apart: verification levels, the group VIP, and what they open."""

from __future__ import annotations

import json
import re
from typing import Any

from devstack.story.cast import Broker
from devstack.story.telling import step
from devstack.story.visitor import StoryError, Visitor

METHODS = "/office/cashier/methods/"
CARD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">'
    '<rect x="3" y="9" width="42" height="30" rx="5" fill="#24518f"/>'
    '<rect x="3" y="16" width="42" height="6" fill="#122b4f"/>'
    '<rect x="9" y="29" width="14" height="4" rx="1" fill="#f2c45a"/></svg>'
)
BASIC = "1"
"""The first verification level above nothing proven."""


def show_logo(admin: Visitor) -> None:
    """Give the method that the page is about a logo of its own."""
    with step("shows clients a logo of the method"):
        picture = {"logo": ("card.svg", CARD.encode(), "image/svg+xml")}
        admin.send("logo", to="/logo/", files=picture)


def offer_bank_transfer(broker: Broker, admin: Visitor, currency: str) -> None:
    """Let verified clients pay in and be paid by bank transfer, more of it the higher they are."""
    with step("offers bank transfers to verified clients only", admin.base + METHODS.lstrip("/")):
        admin.go("/office/cashier/providers/new/?kind=bank")
        told = {
            "name": "House bank",
            "beneficiary": broker.name,
            "account": "DE02 1203 0000 0000 2020 51",
            "bank": "Demo Bank",
        }
        admin.send("beneficiary", "account", values=told)
        bank = _id(admin, "/office/cashier/providers/")
        admin.go("/office/cashier/methods/new/")
        names = {"title_en": "Bank transfer", "title_ar": "تحويل مصرفي"}
        admin.send("icon", "title_en", values={"name": "Bank", **names})
        admin.send("account", to="/routes/", values={"account": bank})
        for direction, most in (("in", "2000"), ("out", "1000")):
            limits = {"direction": direction, "currency": currency, "least": "50", "most": most}
            admin.send("least", "most", to="/terms/", values=limits)
        for terms, _ in admin.form("terms", to="/levels/").choices["terms"]:
            more = {"terms": terms, "level": "2", "most": "50000"}
            admin.send("terms", "level", to="/levels/", values=more)
        admin.send("level_in", to="/access/", values={"level_in": BASIC, "level_out": BASIC})
        admin.send(to="/switch/")
        admin.send(to="/switch-out/")


def verify(admin: Visitor, client: Visitor) -> None:
    """See the client's papers: he rises a level, joins VIP, and the method opens to him."""
    with step("the client sees the method, and that he has to be verified for it"):
        if _locked(client) != 1:
            raise StoryError(f"bank transfers are open to everybody: {client.text[:400]}")
    with step("makes the group VIP", admin.base + "office/clients/groups/"):
        admin.go("/office/clients/groups/")
        admin.send("name", values={"name": "VIP"})
        vip = _id(admin, "/office/clients/groups/")
    with step("verifies the client, and puts him into it"):
        admin.go("/office/clients/")
        admin.go(f"/office/clients/{_id(admin, '/office/clients/')}/")
        proof = {"level": BASIC, "reason": "Passport and proof of address seen"}
        admin.send("level", "reason", to="/level/", values=proof)
        admin.send("groups", to="/groups/", values={"groups": [vip]})
        admin.expect("VIP")
    with step("bank transfers are open to him"):
        if _locked(client):
            raise StoryError(f"bank transfers are shut: {client.text[:400]}")


def _id(person: Visitor, place: str) -> str:
    """The first id behind ``place`` on the page."""
    found = re.search(re.escape(place) + r"([0-9a-f-]{36})/", person.url + person.text)
    if found is None:
        raise StoryError(f"nothing of {place} on {person.url}: {person.page.text[:400]}")
    return found[1]


def _locked(client: Visitor) -> int:
    """How many of the methods on offer want a higher level of the client."""
    client.go("/api/v1/cashier/my/methods")
    found: list[dict[str, Any]] = json.loads(client.text)
    return sum(bool(one["level_needed"]) for one in found)
