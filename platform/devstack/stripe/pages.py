"""The pages people see: Checkout, the billing portal, an invoice."""

from __future__ import annotations

import datetime as dt
import html
from functools import cache
from pathlib import Path
from string import Template

from devstack.loopback import Page, style
from devstack.stripe import cards, checkout, portal
from devstack.stripe.errors import StripeError, missing
from devstack.stripe.periods import day_text
from devstack.stripe.shapes import checkout_lines, items_of
from devstack.stripe.store import Obj
from devstack.stripe.world import World

TEMPLATES = Path(__file__).parent / "templates"
SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£"}


def page(world: World, method: str, path: str, form: Obj) -> Page:
    """Answer a browser."""
    match path.strip("/").split("/"):
        case ["c", "pay", session_id]:
            return _checkout(world, session_id, method, form)
        case ["p", "session", session_id]:
            return _portal(world, session_id, method, form)
        case ["i", invoice_id, *_]:
            return _invoice_page(world, invoice_id, method)
    return _plain(world, path)


def money(amount: int, currency: str) -> str:
    """``$1,299.00``; amounts are in minor units."""
    sign = "-" if amount < 0 else ""
    symbol = SYMBOLS.get(currency, currency.upper() + " ")
    return f"{sign}{symbol}{abs(amount) / 100:,.2f}"


@cache
def _template(name: str) -> Template:
    return Template((TEMPLATES / f"{name}.html").read_text("utf-8"))


def _fill(template: str, /, *, raw: dict[str, str] | None = None, **texts: object) -> str:
    """Fill a template; everything is escaped but ``raw``, which was built from escaped parts."""
    safe = {key: html.escape(str(value)) for key, value in texts.items()}
    return _template(template).substitute(safe | (raw or {}))


def _rows(pairs: list[tuple[str, str]]) -> str:
    return "".join(_fill("row", name=name, value=value) for name, value in pairs)


def _alert(text: str) -> str:
    return _fill("alert", text=text) if text else ""


def _checkout(world: World, session_id: str, method: str, form: Obj) -> Page:
    session = world.store.get(session_id, "checkout.session")
    if session["status"] == "complete":
        return Page(status=303, location=checkout.return_url(session))
    if session["status"] == "expired":
        text = "This checkout session has expired. Go back and start again."
        return Page(body=_fill("message", title="Expired", text=text))
    problem = ""
    if method == "POST":
        try:
            session = checkout.pay(world, session, _typed_card(form), form)
        except StripeError as error:
            problem = error.message
        else:
            return Page(status=303, location=checkout.return_url(session))
    return Page(status=402 if problem else 200, body=_checkout_html(world, session, form, problem))


def _checkout_html(world: World, session: Obj, form: Obj, problem: str) -> str:
    currency = session["currency"]
    lines = list(checkout_lines(world.store, session))
    rows = _rows([(one["description"], money(one["amount_total"], currency)) for one in lines])
    code = _fill("code", value=form.get("promotionCode", ""))
    is_monthly = session["mode"] == "subscription"
    return _fill(
        "checkout",
        verb="Subscribe" if is_monthly else "Pay",
        period="per month" if is_monthly else "",
        total=money(session["amount_total"], currency),
        due=money(checkout.due_today(session), currency),
        email=session["customer_email"] or form.get("email", ""),
        name=form.get("billingName", ""),
        back=session["cancel_url"] or "#",
        raw={
            "rows": rows,
            "alert": _alert(problem),
            "code": code if session["allow_promotion_codes"] else "",
            "locked": "readonly" if session["customer_email"] else "",
        },
    )


def _typed_card(form: Obj) -> dict[str, object]:
    this_year = dt.datetime.now(dt.UTC).year  # noqa: TID251 - stands alone: it imports nothing of ours
    return cards.typed_in(
        form.get("cardNumber", ""),
        form.get("cardExpiry", ""),
        form.get("cardCvc", ""),
        this_year=this_year,
    )


def _portal(world: World, session_id: str, method: str, form: Obj) -> Page:
    session = world.store.get(session_id, "billing_portal.session")
    problem = ""
    if method == "POST":
        try:
            problem = _portal_action(world, session, form)
        except StripeError as error:
            problem = error.message
        if not problem:
            return Page(status=303, location=f"/p/session/{session_id}")
    body = _portal_html(world, session, problem)
    return Page(status=402 if problem else 200, body=body)


def _portal_action(world: World, session: Obj, form: Obj) -> str:
    """Do what a button of the portal says; return a sentence when it failed."""
    customer = world.store.get(session["customer"], "customer")
    target = form.get("id", "")
    owned = world.store.find(target) if target else None
    if target and (owned is None or owned.get("customer") != customer["id"]):
        raise missing("object", target)
    match form.get("action"):
        case "card":
            portal.change_card(world, customer, _typed_card(form))
        case "pay":
            refusal = portal.pay_invoice(world, target)
            return refusal.message if refusal else ""
        case "cancel":
            portal.end_at_period_end(world, target, ends=True)
        case "renew":
            portal.end_at_period_end(world, target, ends=False)
    return ""


def _portal_html(world: World, session: Obj, problem: str) -> str:
    customer = world.store.get(session["customer"], "customer")
    running = portal.subscriptions_of(world, customer["id"])
    invoices = list(world.store.all("invoice", customer=customer["id"], newest_first=True))
    return _fill(
        "portal",
        email=customer["email"] or customer["id"],
        back=session["return_url"] or "#",
        card=_card_text(world, customer, running),
        raw={
            "alert": _alert(problem),
            "plans": "".join(_plan_html(world, one) for one in running)
            or "<p>There is no running plan.</p>",
            "invoices": "".join(_invoice_row(one) for one in invoices if one["number"]),
        },
    )


def _card_text(world: World, customer: Obj, running: list[Obj]) -> str:
    chosen = [one["default_payment_method"] for one in running]
    chosen.append(customer["invoice_settings"].get("default_payment_method"))
    found = next((world.store.find(one) for one in chosen if one), None)
    if found is None:
        return "none"
    card = found["card"]
    return (
        f"{card['brand'].title()} •••• {card['last4']}, {card['exp_month']:02}/{card['exp_year']}"
    )


def _plan_html(world: World, subscription: Obj) -> str:
    currency = subscription["currency"]
    pairs = []
    ends = 0
    for item in items_of(world.store, subscription["id"]):
        price = world.store.get(item["price"], "price")
        name = world.store.get(price["product"], "product")["name"]
        pairs.append((name, money(price["unit_amount"] * item["quantity"], currency)))
        ends = item["current_period_end"]
    leaving = subscription["cancel_at_period_end"]
    return _fill(
        "plan",
        id=subscription["id"],
        status=subscription["status"].replace("_", " "),
        when=f"{'Ends' if leaving else 'Renews'} on {day_text(ends)}",
        action="renew" if leaving else "cancel",
        label="Keep the plan" if leaving else "Cancel plan",
        raw={"rows": _rows(pairs)},
    )


def _invoice_row(invoice: Obj) -> str:
    pay = _fill("pay", id=invoice["id"]) if invoice["status"] == "open" else ""
    return _fill(
        "invoice_row",
        id=invoice["id"],
        number=invoice["number"],
        day=day_text(invoice["created"]),
        total=money(invoice["total"], invoice["currency"]),
        status=invoice["status"],
        raw={"pay": pay},
    )


def _invoice_page(world: World, invoice_id: str, method: str) -> Page:
    invoice = world.store.get(invoice_id, "invoice")
    problem = ""
    if method == "POST" and invoice["status"] == "open":
        refusal = portal.pay_invoice(world, invoice_id)
        if refusal is None:
            return Page(status=303, location=f"/i/{invoice_id}")
        problem = refusal.message
        invoice = world.store.get(invoice_id, "invoice")
    currency = invoice["currency"]
    pairs = [(one["description"], money(one["amount"], currency)) for one in invoice["_lines"]]
    body = _fill(
        "invoice",
        number=invoice["number"] or "Draft",
        day=day_text(invoice["created"]),
        status=invoice["status"],
        total=money(invoice["total"], currency),
        due=money(invoice["amount_remaining"], currency),
        raw={
            "rows": _rows(pairs),
            "alert": _alert(problem),
            "pay": _fill("pay", id=invoice["id"]) if invoice["status"] == "open" else "",
        },
    )
    return Page(status=402 if problem else 200, body=body)


def _plain(world: World, path: str) -> Page:
    if path == "/style.css":
        return style()
    if path != "/":
        return Page(status=404, body=_fill("message", title="Not here", text="No such page."))
    customers = sum(1 for _ in world.store.all("customer"))
    text = f"It is running. Customers: {customers}. Events go to {world.endpoint.url}."
    return Page(body=_fill("message", title="Local Stripe", text=text))
