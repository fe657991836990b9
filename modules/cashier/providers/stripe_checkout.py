"""A broker's own Stripe account: Checkout pages, signed webhooks, refunds; facts come out."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import stripe
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from kernel.errors import OutcomeUnknown, Refused, Unavailable
from kernel.money import CURRENCIES, Money
from modules.cashier.errors import FinallyDeclined, Forged, TechnicallyDeclined
from modules.cashier.providers.port import (
    Begun,
    Capabilities,
    Check,
    News,
    PaymentKey,
    PaymentOrder,
    PayoutFact,
    PayoutOrder,
    ProviderFact,
    RawCallback,
    Setting,
    Tested,
    Validation,
    Wiring,
)
from modules.cashier.providers.signatures import prove_age
from modules.cashier.types.states import PaymentState

logging.getLogger("stripe").setLevel(logging.WARNING)  # at INFO it logs every call

SETTINGS = (
    Setting(
        key="api_key",
        title=_("Secret key"),
        is_secret=True,
        hint=_("Restricted or secret key of your own account: rk_... or sk_..."),
    ),
)
NOT_AT_STRIPE = frozenset({"BTC", "ETH", "USC", "USDC", "USDT"})
REFERENCE = "atrium_payment"
WHO = "Stripe"
HEARD = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "charge.dispute.created",
)
DISPUTED = "charge.dispute.created"
INTENT = "pi_"
"""How the ids of payments behind a page begin."""
STATES = {"open": PaymentState.OPEN, "expired": PaymentState.EXPIRED}


class StripeCheckout:
    """One Stripe account."""

    capabilities = Capabilities(
        redirects=True,
        calls_back=True,
        pays_out=True,
        refunds_only=True,
        currencies=frozenset(CURRENCIES) - NOT_AT_STRIPE,
    )

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        key, base = wiring.secrets.get("api_key", ""), settings.CASHIER_STRIPE_API_BASE
        if base and "_live_" in key:
            raise ImproperlyConfigured("a live key must never be sent to CASHIER_STRIPE_API_BASE")
        self._is_live = "_live_" in key
        addresses = cast("Any", {"api": base} if base else {})
        self._client = stripe.StripeClient(
            key or "missing", base_addresses=addresses, max_network_retries=1
        )

    def test(self) -> Tested:
        """Ask for the balance, and have the account call us back."""
        title = _("It knows the secret key")
        try:
            with _speaking("test"):
                self._client.v1.balance.retrieve()
                made = {} if self._wiring.secrets.get("webhook_secret") else self._hook()
        except (Unavailable, OutcomeUnknown, Refused) as error:
            return Tested(checks=(Check(title=title, is_passed=False, note=str(error)),))
        hook = Check(title=_("It calls us back when something is paid"), is_passed=True)
        return Tested(checks=(Check(title=title, is_passed=True), hook), secrets=made)

    def begin(self, order: PaymentOrder) -> Begun:
        """A Checkout page; the same reference gives the same page for 24 hours."""
        price = {
            "currency": order.amount.currency.lower(),
            "unit_amount": order.amount.minor,
            "product_data": {"name": order.title},
        }
        params: dict[str, Any] = {
            "mode": "payment",
            "line_items": [{"price_data": price, "quantity": 1}],
            "customer_email": order.payer_email,
            "client_reference_id": order.reference,
            "metadata": {REFERENCE: order.reference},
            "payment_intent_data": {"metadata": {REFERENCE: order.reference}},
            "success_url": order.return_url,
            "cancel_url": order.cancel_url,
        }
        if order.expires_at:
            params["expires_at"] = int(order.expires_at.timestamp())
        options = {"idempotency_key": f"payment-{order.reference}"}
        with _speaking(order.reference, changes=True):
            made = self._client.v1.checkout.sessions.create(
                cast("Any", params), cast("Any", options)
            )
        return Begun(provider_reference=made.id, redirect_url=made.url or "")

    def payment(self, key: PaymentKey) -> ProviderFact | None:
        """A Checkout page as it stands, or what became of the charge behind it."""
        if not key.provider_reference:
            return None
        if key.provider_reference.startswith(INTENT):
            with _speaking(key.reference):
                expanded = cast("Any", {"expand": ["latest_charge"]})
                intent = self._client.v1.payment_intents.retrieve(key.provider_reference, expanded)
            return _charge_fact(_plain(intent))
        with _speaking(key.reference):
            found = self._client.v1.checkout.sessions.retrieve(key.provider_reference)
        return _fact(_plain(found))

    def pay_out(self, order: PayoutOrder) -> PayoutFact:
        """Return a payment, or part of it, to the card that it came from."""
        if order.source is None:
            raise FinallyDeclined(code="no_source")
        with _speaking(order.reference):
            session = self._client.v1.checkout.sessions.retrieve(order.source.provider_reference)
        params = {
            "payment_intent": _id(_plain(session).get("payment_intent")),
            "amount": order.amount.minor,
            "metadata": {REFERENCE: order.reference},
        }
        options = {"idempotency_key": f"refund-{order.reference}"}
        with _speaking(order.reference, changes=True):
            made = self._client.v1.refunds.create(cast("Any", params), cast("Any", options))
        return _refund(_plain(made), order.reference)

    def payout(self, key: PaymentKey) -> PayoutFact | None:
        """A refund, by its id or by our reference in its metadata."""
        with _speaking(key.reference):
            if key.provider_reference:
                found = self._client.v1.refunds.retrieve(key.provider_reference)
                return _refund(_plain(found), key.reference)
            recent = self._client.v1.refunds.list(cast("Any", {"limit": 100}))
            for one in recent.auto_paging_iter():
                plain = _plain(one)
                if (plain.get("metadata") or {}).get(REFERENCE) == key.reference:
                    return _refund(plain, key.reference)
        return None

    def read_callback(self, raw: RawCallback) -> News:
        """What an event says, proven by the library on the raw body."""
        secret = self._wiring.secrets.get("webhook_secret", "")
        if not secret:
            raise Forged(why="no secret")
        header = raw.headers.get("stripe-signature", "")
        try:
            event = self._client.construct_event(raw.body, header, secret, tolerance=0)
        except (stripe.SignatureVerificationError, ValueError) as error:
            raise Forged(why="signature") from error
        # The library would compare with its own clock, and later than it came. It has proven the
        # first time that the header names: a second one would make an old call young.
        parts = [part.partition("=") for part in header.split(",")]
        times = [value for name, _equals, value in parts if name.strip() == "t"]
        if len(times) != 1:
            raise Forged(why="signature")
        prove_age(times[0], now=raw.received_at)
        told = _plain(event)
        if told["livemode"] != self._is_live:
            raise Forged(why="not ours")
        return _news(told)

    def read_validation(self, raw: RawCallback) -> Validation:
        """Stripe asks nobody before it captures.

        Raises:
            Forged: Always.
        """
        raise Forged(size=len(raw.body))

    def _hook(self) -> dict[str, str]:
        params = {"url": self._wiring.callback_url, "enabled_events": list(HEARD)}
        made = _plain(self._client.v1.webhook_endpoints.create(cast("Any", params)))
        return {"webhook_secret": str(made["secret"])}


@contextmanager
def _speaking(operation: str, *, changes: bool = False) -> Iterator[None]:
    """Translate Stripe's failures. What is left is a bug of ours, and is reported as one."""
    try:
        yield
    except stripe.CardError as error:
        raise FinallyDeclined(code=error.code or "") from error
    except stripe.RateLimitError as error:
        raise Unavailable(WHO, "too many calls") from error
    except (stripe.APIConnectionError, stripe.APIError) as error:
        if changes:
            raise OutcomeUnknown(operation, type(error).__name__) from error
        raise Unavailable(WHO, type(error).__name__) from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise TechnicallyDeclined(code=type(error).__name__) from error
    except stripe.InvalidRequestError as error:
        raise FinallyDeclined(code=error.code or "invalid_request") from error


def _plain(found: stripe.StripeObject) -> dict[str, Any]:
    return found.to_dict(for_json=True)  # since version 16 a StripeObject is no mapping


def _news(event: dict[str, Any]) -> News:
    about = event["data"]["object"]
    if event["type"] == DISPUTED:  # it names the payment, not our reference: looked up
        intent_id = _id(about.get("payment_intent"))
        return News(event_id=event["id"], reference="", provider_reference=intent_id)
    if event["type"] not in HEARD:
        return News(event_id=event["id"], reference="")
    return News(
        event_id=event["id"],
        reference=str((about.get("metadata") or {}).get(REFERENCE, "")),
        provider_reference=str(about["id"]),
        fact=_fact(about, occurred_at=_instant(event["created"])),
    )


def _fact(session: dict[str, Any], *, occurred_at: dt.datetime | None = None) -> ProviderFact:
    state = STATES.get(session["status"], PaymentState.OPEN)
    if session["status"] == "complete":
        is_paid = session["payment_status"] == "paid"
        state = PaymentState.APPROVED if is_paid else PaymentState.AUTHORISED
    return ProviderFact(
        reference=str((session.get("metadata") or {}).get(REFERENCE, "")),
        provider_reference=str(session["id"]),
        state=state,
        amount=Money(int(session["amount_total"]), str(session["currency"]).upper()),
        occurred_at=occurred_at,
    )


def _charge_fact(intent: dict[str, Any]) -> ProviderFact:
    charge = intent.get("latest_charge") or {}
    is_disputed = isinstance(charge, dict) and bool(charge.get("disputed"))
    paid = intent["status"] == "succeeded"
    state = PaymentState.APPROVED if paid else PaymentState.OPEN
    return ProviderFact(
        reference=str((intent.get("metadata") or {}).get(REFERENCE, "")),
        provider_reference="",
        state=PaymentState.CHARGED_BACK if is_disputed else state,
        amount=Money(int(intent["amount"]), str(intent["currency"]).upper()),
        code="dispute" if is_disputed else "",
    )


def _refund(told: dict[str, Any], reference: str) -> PayoutFact:
    return PayoutFact(
        reference=reference,
        provider_reference=str(told["id"]),
        is_done=told["status"] == "succeeded",
        is_refused=told["status"] in {"failed", "canceled"},
        code=str(told.get("failure_reason") or ""),
    )


def _id(value: Any) -> str:
    return str(value["id"] if isinstance(value, dict) else value or "")


def _instant(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
