"""What a payer sees: the hosted payment page, the crypto invoice, and the list of merchants."""

from __future__ import annotations

import html
from decimal import Decimal
from functools import cache
from pathlib import Path
from string import Template

from devstack.loopback import Page, style
from devstack.psp import greenfield, payments
from devstack.psp.store import Obj
from devstack.psp.world import World

TEMPLATES = Path(__file__).parent / "templates"
PLACES = {"JPY": 0, "KRW": 0, "VND": 0, "BHD": 3, "KWD": 3, "OMR": 3}
SHARES = {"full": Decimal(1), "half": Decimal("0.5"), "over": Decimal("1.1")}


def page(world: World, method: str, path: str, form: dict[str, str]) -> Page:
    """Answer a browser."""
    match path.strip("/").split("/"):
        case ["pay", payment_id]:
            return _payment(world, world.store.get("payment", payment_id), method, form)
        case ["i", invoice_id]:
            return _invoice(world, world.store.get("invoice", invoice_id), method, form)
        case ["style.css"]:
            return style()
        case [""]:
            return _merchants(world)
    return Page(status=404, body=_fill("message", title="Not here", text="No such page."))


def money(minor: int, currency: str) -> str:
    """``1,299.00 USD``; amounts are in minor units."""
    places = PLACES.get(currency, 2)
    return f"{Decimal(minor).scaleb(-places):,.{places}f} {currency}"


def _payment(world: World, payment: Obj, method: str, form: dict[str, str]) -> Page:
    if method == "POST":
        payment = payments.act(world, payment, form.get("action", ""))
    if payment["state"] in {"declined", "cancelled", "expired"}:
        return Page(status=303, location=payment["cancel_url"] or payment["return_url"])
    if method == "POST" or payment["state"] not in payments.OPEN:
        return Page(status=303, location=payment["return_url"])
    amount = money(payment["amount_minor"], payment["currency"])
    return Page(
        body=_fill("pay", title=payment["title"], amount=amount, reference=payment["reference"])
    )


def _invoice(world: World, invoice: Obj, method: str, form: dict[str, str]) -> Page:
    if method == "POST":
        greenfield.pay(world, invoice, SHARES.get(form.get("share", ""), Decimal(1)))
        back = invoice["checkout"].get("redirectURL") or f"/i/{invoice['id']}"
        return Page(status=303, location=back)
    return Page(
        body=_fill(
            "invoice",
            amount=f"{invoice['amount']} {invoice['currency']}",
            due=invoice["due"],
            address=invoice["address"],
            status=invoice["status"],
            paid=invoice["paidAmount"],
        )
    )


def _merchants(world: World) -> Page:
    rows = "".join(
        _fill(
            "merchant",
            name=one["reference"],
            merchant_id=one["merchant_id"],
            secret=one["secret"],
            store_id=one["store_id"],
            api_key=one["api_key"],
        )
        for one in world.merchants()
    )
    return Page(body=_fill("merchants", raw={"rows": rows}, base=world.base))


@cache
def _template(name: str) -> Template:
    return Template((TEMPLATES / f"{name}.html").read_text("utf-8"))


def _fill(template: str, /, *, raw: dict[str, str] | None = None, **texts: object) -> str:
    """Fill a template; everything is escaped but ``raw``, which was built from escaped parts."""
    safe = {key: html.escape(str(value)) for key, value in texts.items()}
    return _template(template).substitute(safe | (raw or {}))
