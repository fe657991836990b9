"""The only file that speaks to Stripe; frozen facts come out, never Stripe's own objects."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any, cast

import stripe
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from billing import stripe_shapes as shapes
from billing.errors import CardRefused, Forged, NotAtStripe
from billing.stripe_shapes import CHECKOUT, KEY
from billing.types import (
    CheckoutFact,
    EventFact,
    InvoiceFact,
    Preview,
    PriceFact,
    SubscriptionFact,
)
from kernel.errors import Unavailable
from kernel.money import Money

logging.getLogger("stripe").setLevel(logging.WARNING)  # at INFO it logs every call

SIGNATURE_LIVES = 300
"""Seconds that a webhook's signature is believed (Stripe's own default)."""
RETRIES = 2
"""Of the library, each under the same idempotency key."""


def ensure_price(*, key: str, lookup_key: str, title: str, price: Money) -> PriceFact:
    """The monthly price under ``lookup_key``, made or replaced at Stripe if it differs.

    Running subscriptions keep the price they were bought at. Repeating it is harmless.

    Raises:
        Unavailable: Stripe does not answer.
    """
    with _speaking():
        found = _plain(_client().v1.prices.list({"lookup_keys": [lookup_key], "active": True}))[
            "data"
        ]
        if found and shapes.price(found[0]).price == price:
            return shapes.price(found[0])
        product = found[0]["product"] if found else _product(key, title)
        made = _client().v1.prices.create(
            {
                "product": product,
                "currency": price.currency.lower(),
                "unit_amount": price.minor,
                "recurring": {"interval": "month"},
                "lookup_key": lookup_key,
                "transfer_lookup_key": True,
                "metadata": {KEY: key},
            },
        )
        for old in found:
            _client().v1.prices.update(old["id"], {"active": False})
    return shapes.price(_plain(made))


def open_checkout(
    checkout_id: str,
    *,
    price_ids: Collection[str],
    email: str,
    success_url: str,
    cancel_url: str,
) -> CheckoutFact:
    """A payment page for a subscription; the same ``checkout_id`` gives the same page.

    Raises:
        Unavailable: Stripe does not answer.
    """
    params = {
        "mode": "subscription",
        "line_items": [{"price": price_id, "quantity": 1} for price_id in price_ids],
        "customer_email": email,
        "success_url": success_url,
        "cancel_url": cancel_url,
        "client_reference_id": checkout_id,
        "metadata": {CHECKOUT: checkout_id},
        "subscription_data": {"metadata": {CHECKOUT: checkout_id}},
    }
    with _speaking():
        made = _client().v1.checkout.sessions.create(
            cast("Any", params), {"idempotency_key": f"checkout-{checkout_id}"}
        )
    return shapes.checkout(_plain(made))


def checkout(session_id: str) -> CheckoutFact:
    """A payment page as it stands.

    Raises:
        NotAtStripe: There is none.
        Unavailable: Stripe does not answer.
    """
    with _speaking():
        return shapes.checkout(_plain(_client().v1.checkout.sessions.retrieve(session_id)))


def expire_checkout(session_id: str) -> CheckoutFact:
    """Close a payment page so that nobody can pay there any more; one that is closed stays so.

    Raises:
        Unavailable: Stripe does not answer.
    """
    with _speaking():
        try:
            return shapes.checkout(_plain(_client().v1.checkout.sessions.expire(session_id)))
        except stripe.InvalidRequestError:  # only open ones expire: say what it is instead
            return shapes.checkout(_plain(_client().v1.checkout.sessions.retrieve(session_id)))


def subscription(subscription_id: str) -> SubscriptionFact:
    """A subscription as it stands.

    Raises:
        NotAtStripe: There is none.
        Unavailable: Stripe does not answer.
    """
    with _speaking():
        return shapes.subscription(_plain(_client().v1.subscriptions.retrieve(subscription_id)))


def invoice(invoice_id: str) -> InvoiceFact:
    """An invoice as it stands.

    Raises:
        NotAtStripe: There is none.
        Unavailable: Stripe does not answer.
    """
    with _speaking():
        return shapes.invoice(_plain(_client().v1.invoices.retrieve(invoice_id)))


def preview_change(
    subscription_id: str, *, add: Collection[str], remove: Collection[str], as_of: int
) -> Preview:
    """What adding prices and removing items would be invoiced at once.

    ``add`` are price ids, ``remove`` item ids, ``as_of`` seconds since 1970.

    Raises:
        Unavailable: Stripe does not answer.
    """
    details = {
        "items": _changes(add, remove),
        "proration_behavior": "always_invoice",
        "proration_date": as_of,
    }
    params = {"subscription": subscription_id, "subscription_details": details}
    with _speaking():
        found = _plain(_client().v1.invoices.create_preview(cast("Any", params)))
    return shapes.preview(found, as_of=as_of)


def change_items(
    subscription_id: str,
    *,
    add: Collection[str],
    remove: Collection[str],
    as_of: int,
    operation: str,
) -> SubscriptionFact:
    """Add prices and remove items, and invoice the difference at once.

    The same ``operation`` is done once. A card that refuses leaves everything as it was.

    Raises:
        CardRefused: The bank said no.
        Unavailable: Stripe does not answer; asking again with the same ``operation`` is safe.
    """
    params = {
        "items": _changes(add, remove),
        "proration_behavior": "always_invoice",
        "proration_date": as_of,
        "payment_behavior": "error_if_incomplete",
    }
    with _speaking():
        changed = _client().v1.subscriptions.update(
            subscription_id,
            cast("Any", params),
            {"idempotency_key": f"change-{operation}"},
        )
    return shapes.subscription(_plain(changed))


def end(subscription_id: str) -> None:
    """End a subscription at once and give credit for the rest; an ended one stays so.

    Raises:
        Unavailable: Stripe does not answer.
    """
    with suppress(NotAtStripe), _speaking():  # what has ended is gone for this call
        _client().v1.subscriptions.cancel(subscription_id, {"prorate": True, "invoice_now": True})


def portal_url(customer_id: str, *, return_url: str) -> str:
    """The Customer Portal: cards, invoices, cancelling; the address works for minutes only.

    Raises:
        Unavailable: Stripe does not answer.
    """
    with _speaking():
        made = _client().v1.billing_portal.sessions.create(
            {"customer": customer_id, "return_url": return_url}
        )
    return made.url


def verify(body: bytes, signature: str) -> EventFact:
    """The event that a webhook's raw ``body`` carries.

    Raises:
        Forged: The signature is wrong or older than :data:`SIGNATURE_LIVES`, or the event is
            of the other mode, live or test, than our key.
    """
    try:
        event = _client().construct_event(
            body, signature, settings.STRIPE_WEBHOOK_SECRET, tolerance=SIGNATURE_LIVES
        )
    except (stripe.SignatureVerificationError, ValueError) as error:
        raise Forged from error
    found = _plain(event)
    if found["livemode"] != _is_live():
        raise Forged
    return shapes.event(found)


def events_since(moment: dt.datetime, *, kinds: Collection[str]) -> Iterator[EventFact]:
    """Stripe's own list of the events of ``kinds`` from ``moment`` on, newest first.

    Stripe keeps them for 30 days and takes at most 20 kinds.

    Raises:
        Unavailable: Stripe does not answer.
    """
    params = {
        "created": {"gte": int(moment.timestamp())},
        "types": sorted(kinds),
        "limit": 100,
    }
    with _speaking():
        for event in _client().v1.events.list(cast("Any", params)).auto_paging_iter():
            yield shapes.event(_plain(event))


def _client() -> stripe.StripeClient:
    return _client_of(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)


@cache
def _client_of(key: str, base: str) -> stripe.StripeClient:
    if base and "_live_" in key:
        raise ImproperlyConfigured("a live key must never be sent to STRIPE_API_BASE")
    addresses = cast("Any", {"api": base} if base else {})
    return stripe.StripeClient(key, base_addresses=addresses, max_network_retries=RETRIES)


def _is_live() -> bool:
    return "_live_" in settings.STRIPE_SECRET_KEY


@contextmanager
def _speaking() -> Iterator[None]:
    """Translate Stripe's failures. What is left is a bug of ours, and is reported as one."""
    try:
        yield
    except stripe.CardError as error:
        raise CardRefused(reason=error.user_message or "") from error
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as error:
        raise Unavailable("Stripe", type(error).__name__) from error
    except stripe.InvalidRequestError as error:
        if error.code == "resource_missing":
            raise NotAtStripe(str(error)) from error
        raise


def _plain(found: stripe.StripeObject) -> dict[str, Any]:
    return found.to_dict(for_json=True)  # since version 16 a StripeObject is no mapping


def _product(key: str, title: str) -> str:
    made = _client().v1.products.create(
        {"name": title, "metadata": {KEY: key}},
    )
    return made.id


def _changes(add: Collection[str], remove: Collection[str]) -> list[dict[str, Any]]:
    removed = [{"id": item_id, "deleted": True} for item_id in remove]
    return [*removed, *({"price": price_id, "quantity": 1} for price_id in add)]
