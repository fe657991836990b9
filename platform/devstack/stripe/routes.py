"""The API: which handler answers which call."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import starmap

from devstack.stripe import (
    catalogue,
    checkout,
    customers,
    invoices,
    payments,
    portal,
    renewals,
    subscriptions,
)
from devstack.stripe.errors import StripeError
from devstack.stripe.shapes import checkout_lines, show, whole_list
from devstack.stripe.store import Obj
from devstack.stripe.wire import matches, page
from devstack.stripe.world import World

Handler = Callable[[World, tuple[str, ...], Obj], Obj]


@dataclass(frozen=True, slots=True)
class Route:
    """One call of the API."""

    method: str
    path: re.Pattern[str]
    answer: Handler


def route(method: str, path: str, answer: Handler) -> Route:
    """A route; ``:id`` in the path matches an id."""
    pattern = path.replace(":id", r"([\w-]+)")
    return Route(method, re.compile(f"/v1/{pattern}"), answer)


def answer(world: World, method: str, path: str, params: Obj) -> Obj:
    """Answer one call inside one transaction.

    Raises:
        StripeError: What Stripe would refuse; nothing has changed.
    """
    for one in ROUTES:
        found = one.path.fullmatch(path)
        if found and one.method == method:
            with world.store.transaction():
                return one.answer(world, (path, *found.groups()), params)
    raise StripeError(
        404, f"Unrecognized request URL ({method}: {path}). The local Stripe does not have it."
    )


def made(make: Callable[[World, Obj], Obj]) -> Handler:
    """A handler that makes or changes an object from parameters alone."""

    def handler(world: World, _ids: tuple[str, ...], params: Obj) -> Obj:
        expand = params.pop("expand", [])
        return show(world.store, make(world, params), expand)

    return handler


def changed(change: Callable[[World, str, Obj], Obj]) -> Handler:
    """A handler that changes the object named in the path."""

    def handler(world: World, ids: tuple[str, ...], params: Obj) -> Obj:
        expand = params.pop("expand", [])
        return show(world.store, change(world, ids[1], params), expand)

    return handler


def _retrieve(kind: str) -> Handler:
    def handler(world: World, ids: tuple[str, ...], params: Obj) -> Obj:
        return show(world.store, world.store.get(ids[1], kind), params.get("expand", []))

    return handler


FILTERS = ("customer", "subscription", "product", "active", "email", "status", "type", "code")


def _list(kind: str) -> Handler:
    def handler(world: World, ids: tuple[str, ...], params: Obj) -> Obj:
        expand = params.get("expand", [])
        return page(
            ids[0], _found(world, kind, params), params, lambda obj: show(world.store, obj, expand)
        )

    return handler


def _found(world: World, kind: str, params: Obj) -> Iterable[Obj]:
    names = [name for name in FILTERS if name in params]
    if kind == "subscription" and params.get("status") == "all":
        names.remove("status")
    elif kind == "subscription" and "status" not in params:
        running = (one for one in _all(world, kind, params) if one["status"] != "canceled")
        return (one for one in running if matches(one, params, names))
    return (
        one
        for one in _all(world, kind, params)
        if matches(one, params, names) and _listed(one, params)
    )


def _all(world: World, kind: str, params: Obj) -> Iterable[Obj]:
    return world.store.all(
        kind,
        customer=params.get("customer"),
        subscription=params.get("subscription"),
        newest_first=kind != "subscription_item",
    )


def _listed(obj: Obj, params: Obj) -> bool:
    keys, kinds, ids = params.get("lookup_keys"), params.get("types"), params.get("ids")
    return (
        (not keys or obj.get("lookup_key") in keys)
        and (not kinds or obj.get("type") in kinds)
        and (not ids or obj["id"] in ids)
    )


def _update(kind: str) -> Handler:
    def handler(world: World, ids: tuple[str, ...], params: Obj) -> Obj:
        obj = world.store.get(ids[1], kind)
        expand = params.pop("expand", [])
        wanted = {name: None if value == "" else value for name, value in params.items()}
        for name in ("metadata", "invoice_settings", "recurring"):
            if isinstance(wanted.get(name), dict):
                wanted[name] = subscriptions.merged(obj.get(name) or {}, wanted[name] or {})
        previous = {name: obj.get(name) for name in wanted}
        obj = world.store.change(obj, **wanted)
        world.emit(f"{kind}.updated", obj, previous)
        return show(world.store, obj, expand)

    return handler


def _delete(kind: str) -> Handler:
    def handler(world: World, ids: tuple[str, ...], _params: Obj) -> Obj:
        obj = world.store.get(ids[1], kind)
        if kind == "customer":
            for one in portal.subscriptions_of(world, obj["id"]):
                subscriptions.cancel(world, one["id"])
        world.store.delete(obj["id"])
        world.emit(f"{kind}.deleted", obj)
        return {"id": obj["id"], "object": kind, "deleted": True}

    return handler


def _invoice_lines(world: World, ids: tuple[str, ...], params: Obj) -> Obj:
    found = world.store.get(ids[1], "invoice")["_lines"]
    return page(ids[0], found, params, dict)


def _session_lines(world: World, ids: tuple[str, ...], _params: Obj) -> Obj:
    session = world.store.get(ids[1], "checkout.session")
    return whole_list(checkout_lines(world.store, session), ids[0])


def _finalize(world: World, invoice_id: str, _params: Obj) -> Obj:
    invoice = world.store.get(invoice_id, "invoice")
    return invoices.finalize(world, invoice, world.now(invoice["customer"]))


def _pay(world: World, invoice_id: str, _params: Obj) -> Obj:
    refusal = portal.pay_invoice(world, invoice_id)
    if refusal:
        refusal.keeps = True  # a failed attempt counts
        raise refusal
    return world.store.get(invoice_id, "invoice")


SPECIAL = (
    ("POST", "products", made(catalogue.create_product)),
    ("POST", "prices", made(catalogue.create_price)),
    ("POST", "coupons", made(catalogue.create_coupon)),
    ("POST", "promotion_codes", made(catalogue.create_promotion_code)),
    ("POST", "customers", made(customers.create_customer)),
    ("POST", "payment_methods", made(customers.create_payment_method)),
    ("POST", "payment_methods/:id/attach", changed(customers.attach)),
    ("POST", "payment_methods/:id/detach", changed(lambda w, i, _p: customers.detach(w, i))),
    ("POST", "setup_intents", made(customers.create_setup_intent)),
    ("POST", "subscriptions", made(subscriptions.create)),
    ("POST", "subscriptions/:id", changed(subscriptions.update)),
    ("DELETE", "subscriptions/:id", changed(subscriptions.cancel)),
    ("POST", "subscription_items", made(subscriptions.create_item)),
    ("POST", "subscription_items/:id", changed(subscriptions.update_item)),
    ("DELETE", "subscription_items/:id", changed(subscriptions.delete_item)),
    ("POST", "invoices", made(invoices.create)),
    ("POST", "invoices/create_preview", made(invoices.preview)),
    ("POST", "invoices/:id/finalize", changed(_finalize)),
    ("POST", "invoices/:id/pay", changed(_pay)),
    ("POST", "invoices/:id/void", changed(lambda w, i, _p: invoices.void(w, i))),
    ("GET", "invoices/:id/lines", _invoice_lines),
    ("POST", "invoiceitems", made(invoices.create_item)),
    ("POST", "refunds", made(payments.refund)),
    ("GET", "balance", lambda _w, _ids, _p: payments.balance()),
    ("POST", "webhook_endpoints", made(payments.create_endpoint)),
    ("POST", "checkout/sessions", made(checkout.create)),
    ("POST", "checkout/sessions/:id/expire", changed(lambda w, i, _p: checkout.expire(w, i))),
    ("GET", "checkout/sessions/:id/line_items", _session_lines),
    ("POST", "billing_portal/sessions", made(portal.create)),
    ("POST", "test_helpers/test_clocks", made(renewals.create_clock)),
    ("POST", "test_helpers/test_clocks/:id/advance", changed(renewals.advance_clock)),
)

# path -> kind, may be updated, may be deleted
COLLECTIONS = (
    ("products", "product", True, True),
    ("prices", "price", True, False),
    ("coupons", "coupon", True, True),
    ("promotion_codes", "promotion_code", True, False),
    ("customers", "customer", True, True),
    ("payment_methods", "payment_method", True, False),
    ("payment_intents", "payment_intent", False, False),
    ("setup_intents", "setup_intent", False, False),
    ("subscriptions", "subscription", False, False),
    ("subscription_items", "subscription_item", False, False),
    ("invoices", "invoice", True, False),
    ("invoiceitems", "invoiceitem", True, True),
    ("refunds", "refund", False, False),
    ("charges", "charge", False, False),
    ("disputes", "dispute", False, False),
    ("webhook_endpoints", "webhook_endpoint", False, True),
    ("checkout/sessions", "checkout.session", True, False),
    ("events", "event", False, False),
    ("test_helpers/test_clocks", "test_helpers.test_clock", False, True),
)


def _collection(path: str, kind: str, *, updated: bool, deleted: bool) -> Iterable[Route]:
    yield route("GET", path, _list(kind))
    yield route("GET", f"{path}/:id", _retrieve(kind))
    if updated:
        yield route("POST", f"{path}/:id", _update(kind))
    if deleted:
        yield route("DELETE", f"{path}/:id", _delete(kind))


ROUTES: tuple[Route, ...] = (
    *starmap(route, SPECIAL),
    *(
        one
        for path, kind, updated, deleted in COLLECTIONS
        for one in _collection(path, kind, updated=updated, deleted=deleted)
    ),
)
