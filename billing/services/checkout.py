"""Sending a sign-up to pay, once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

from django.db import IntegrityError, transaction

from billing import catalogue, stripe_gateway
from billing.errors import AlreadyPaid
from billing.models import CheckoutState, SignUpCheckout
from billing.types import BASE
from kernel import clock

PAGE_LIVES = dt.timedelta(hours=23)
"""An hour less than Stripe keeps a payment page, and an idempotency key."""


def start_checkout(
    *,
    sign_up_id: uuid.UUID,
    email: str,
    modules: Collection[str],
    success_url: str,
    cancel_url: str,
    company: str = "",
) -> str:
    """The address of the page where a sign-up pays for its plan.

    A sign-up has one page at a time: asking again gives the same page, asking for another
    plan closes the old page first, so nobody pays twice. Speaks to Stripe outside any
    transaction.

    Raises:
        UnknownModule: One of ``modules`` is not on the menu.
        AlreadyPaid: The sign-up has been paid for.
        Unavailable: Stripe does not answer; nothing was charged.
    """
    plan = catalogue.quote(modules)
    wanted = SignUpCheckout(
        sign_up_id=sign_up_id,
        modules=sorted(plan.modules),
        email=email,
        company=company,
        success_url=success_url,
        cancel_url=cancel_url,
    )
    page = _current(sign_up_id)
    if page is not None and _still_fits(page, wanted) and (url := _url_of(page)):
        return url
    if page is not None:
        _close(page)
    return _url_of(_intend(wanted))


def _current(sign_up_id: uuid.UUID) -> SignUpCheckout | None:
    pages = SignUpCheckout.objects.filter(sign_up_id=sign_up_id)
    if pages.filter(state=CheckoutState.PAID).exists():
        raise AlreadyPaid
    return pages.filter(state=CheckoutState.OPEN).first()


def _still_fits(page: SignUpCheckout, wanted: SignUpCheckout) -> bool:
    fields = ("modules", "email", "success_url", "cancel_url")
    same = all(getattr(page, name) == getattr(wanted, name) for name in fields)
    return same and page.created_at > clock.now() - PAGE_LIVES


def _close(page: SignUpCheckout) -> None:
    """Make sure that nobody can pay on an old page any more.

    Raises:
        AlreadyPaid: Somebody just did.
    """
    if page.session_id is None and page.created_at > clock.now() - PAGE_LIVES:
        _open(page)  # it may exist without our knowing: the same key finds it
    if page.session_id is not None:
        fact = stripe_gateway.expire_checkout(page.session_id)
        if fact.status == "complete":
            raise AlreadyPaid
    with transaction.atomic():
        locked = SignUpCheckout.objects.locked().get(pk=page.pk)
        if locked.state == CheckoutState.OPEN:
            locked.move_to(CheckoutState.CLOSED)


def _intend(wanted: SignUpCheckout) -> SignUpCheckout:
    """Write down the page that will be opened; of two at once, one wins and both use it."""
    try:
        with transaction.atomic():
            wanted.save(force_insert=True)
    except IntegrityError:
        return SignUpCheckout.objects.get(sign_up_id=wanted.sign_up_id, state=CheckoutState.OPEN)
    return wanted


def _url_of(page: SignUpCheckout) -> str:
    """The page's address; empty when it has expired."""
    if page.session_id is None:
        return _open(page)
    fact = stripe_gateway.checkout(page.session_id)
    if fact.status == "complete":
        raise AlreadyPaid
    return fact.url


def _open(page: SignUpCheckout) -> str:
    prices = catalogue.price_ids([BASE, *page.modules])
    fact = stripe_gateway.open_checkout(
        str(page.pk),
        price_ids=list(prices.values()),
        email=page.email,
        success_url=page.success_url,
        cancel_url=page.cancel_url,
    )
    page.session_id = fact.id
    page.save(update_fields=["session_id"])
    return fact.url
