"""How money comes in: the broker offers a way to pay, its client pays, the server has it."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import httpx

from devstack.story import standing
from devstack.story.cast import Broker
from devstack.story.telling import step
from devstack.story.visitor import StoryError, Visitor

AMOUNT = Decimal(500)
SECONDS = 60
LEDGER = "/office/wallets/ledger/check/"
AGREES = '<span class="badge ok">'
"""How the page marks a server that agrees, in every language."""


def offer(broker: Broker, admin: Visitor, payments: dict[str, str], currency: str) -> None:
    """Connect the payment service that runs at home, and let clients pay by it."""
    merchant = _merchant(broker, payments)
    with step("connects a payment service; the test proves that it calls back"):
        admin.go("/office/cashier/providers/new/?kind=redirect")
        told = {
            "name": "Card service",
            "api_url": f"{payments['psp_url']}/psp",
            "merchant_id": merchant["merchant_id"],
            "secret": merchant["secret"],
        }
        admin.send("api_url", "secret", values=told)
        admin.form(to="/test/")
    with step("offers it to clients", admin.base + "office/cashier/methods/"):
        admin.go("/office/cashier/methods/new/")
        names = {"title_en": "Bank card", "title_ar": "بطاقة مصرفية"}
        admin.send(
            "icon",
            "title_en",
            values={"name": "Cards", "icon": "credit-card", "place": "10", **names},
        )
        admin.send("account", to="/routes/")
        limits = {"direction": "in", "currency": currency, "least": "10", "most": "5000"}
        admin.send("least", "most", to="/terms/", values=limits)
        admin.send(to="/switch/")
    standing.show_logo(admin)
    standing.offer_bank_transfer(broker, admin, currency)


def pay_in(
    client: Visitor, account: dict[str, Any], payments: dict[str, str], control_url: str
) -> None:
    """Pay into the live account on the service's own page; the server has it, to the cent."""
    login = str(account["login"])
    before = _on_server(control_url, login)
    with step(f"pays {AMOUNT} {account['currency']} into the live account by card"):
        client.go("/room/cashier/pay/")
        wish = {"target": f"account:{account['id']}", "amount": str(AMOUNT)}
        client.send("amount", "target", values=wish | {"currency": str(account["currency"])})
        client.send("token")
        tracker = client.url
        client.go(client.link(f"{payments['psp_url']}/pay/"))
        client.send(button=("action", "pay"))
    with step("the signed callback is booked once, and the money is on the server", tracker):
        end = time.monotonic() + SECONDS
        while _on_server(control_url, login) != before + AMOUNT:
            if time.monotonic() > end:
                client.go(tracker)
                raise StoryError(f"the money did not arrive: {client.page.text[:600]}")
            time.sleep(0.3)


def prove(admin: Visitor) -> None:
    """The ledger adds up, and the trading server agrees with what is here."""
    with step("the ledger holds: every entry sums to zero", admin.base + LEDGER.lstrip("/")):
        admin.go(LEDGER)
        admin.send(to="/check/now/")
        if any(form.action.endswith("/lift/") for form in admin.page.forms):
            raise StoryError(f"the ledger does not hold: {admin.page.text[:600]}")
    with step("every account, deal and balance agrees with the server", admin.base + "office/"):
        admin.go("/office/trading/servers/")
        admin.go(admin.link("/office/trading/servers/0"))
        place = admin.url
        end = time.monotonic() + SECONDS
        # His past was made up a moment ago, behind what had been read: it is read meanwhile.
        while AGREES not in admin.text:
            if time.monotonic() > end:
                raise StoryError(f"the server does not agree: {admin.page.text[:600]}")
            if any("/compare/" in form.action for form in admin.page.forms):
                admin.send(to="/compare/")
            time.sleep(1)
            admin.go(place)


def _merchant(broker: Broker, payments: dict[str, str]) -> dict[str, str]:
    answer = httpx.post(
        f"{payments['psp_url']}/control/merchants",
        json={"merchant": broker.slug},
        headers={"Authorization": f"Bearer {payments['psp_control_key']}"},
        timeout=30,
    )
    answer.raise_for_status()
    found: dict[str, str] = answer.json()
    return found


def _on_server(control_url: str, login: str) -> Decimal:
    """The balance as the server has it, in units."""
    listed = httpx.get(f"{control_url}/accounts", timeout=30).json()
    lines = listed["accounts"] if isinstance(listed, dict) else listed
    found = next(line for line in lines if str(line["login"]) == login)
    return Decimal(str(found["balance"])) / 100
