"""A payment service with a page of its own, signed calls both ways, and a question before capture.

The protocol is the one that gateways of this kind have in common: JSON bodies, every message signed
by ``HMAC-SHA256(secret, "<seconds>." + body)`` in ``X-Signature`` with ``X-Timestamp`` beside it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from kernel import clock
from kernel.errors import Refused, Unavailable
from kernel.money import Money, UnknownCurrencyError, exponent
from modules.cashier.errors import FinallyDeclined, Forged, TechnicallyDeclined
from modules.cashier.providers.outgoing import Answer, Caller
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
from modules.cashier.providers.signatures import mac, prove, prove_age
from modules.cashier.types.states import PaymentState

SETTINGS = (
    Setting(key="api_url", title=_("Address of the API"), hint=_("It begins with https://")),
    Setting(key="merchant_id", title=_("Merchant")),
    Setting(key="secret", title=_("Secret key"), is_secret=True),
)

STATES: Mapping[str, PaymentState] = {
    "initialised": PaymentState.OPEN,
    "pending": PaymentState.OPEN,
    "authorised": PaymentState.AUTHORISED,
    "approved": PaymentState.APPROVED,
    "declined": PaymentState.DECLINED,
    "cancelled": PaymentState.CANCELLED,
    "expired": PaymentState.EXPIRED,
    "chargeback": PaymentState.CHARGED_BACK,
    "reversed": PaymentState.REVERSED,
}
"""Their word for a state, and ours (CSH-10)."""
PAYOUT_DONE, PAYOUT_REFUSED = "approved", frozenset({"rejected", "reversed"})
TECHNICAL = frozenset({"technical_decline", "acquirer_timeout", "route_unavailable"})
WHO = "payment service"
NOT_FOUND, REFUSED_FROM = 404, 400


class RedirectPsp:
    """One merchant account at such a service."""

    capabilities = Capabilities(redirects=True, calls_back=True, validates=True, pays_out=True)

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._secret = wiring.secrets.get("secret", "")
        self._caller = Caller(who=WHO, base=wiring.settings.get("api_url", ""))

    def test(self) -> Tested:
        """Ask who we are: address, merchant and secret are proven at once."""
        title = _("It knows the merchant and the secret key")
        try:
            answer = self._get(f"/merchants/{quote(self._merchant, safe='')}")
        except (Unavailable, Refused) as error:
            return Tested(checks=(Check(title=title, is_passed=False, note=str(error)),))
        return Tested(checks=(Check(title=title, is_passed=answer.status < REFUSED_FROM),))

    def begin(self, order: PaymentOrder) -> Begun:
        """Make the payment there; the same reference gives the same payment."""
        answer = self._post(
            "/payments",
            {
                "merchant_id": self._merchant,
                "reference": order.reference,
                "amount_minor": order.amount.minor,
                "currency": order.amount.currency,
                "title": order.title,
                "payer": {"email": order.payer_email, "country": order.payer_country},
                "language": order.language,
                "return_url": order.return_url,
                "cancel_url": order.cancel_url,
                "notification_url": self._wiring.callback_url,
                "validation_url": self._wiring.validation_url,
            },
        )
        told = self._accepted(answer)
        return Begun(
            provider_reference=str(told["payment_id"]), redirect_url=str(told["redirect_url"])
        )

    def payment(self, key: PaymentKey) -> ProviderFact | None:
        """A payment, found by our reference."""
        answer = self._get(f"/payments?reference={quote(key.reference, safe='')}")
        if answer.status == NOT_FOUND:
            return None
        return _fact(self._accepted(answer))

    def pay_out(self, order: PayoutOrder) -> PayoutFact:
        """Pay a client."""
        answer = self._post(
            "/payouts",
            {
                "merchant_id": self._merchant,
                "reference": order.reference,
                "amount_minor": order.amount.minor,
                "currency": order.amount.currency,
                "source_payment": order.source.reference if order.source else "",
                "destination": dict(order.destination),
            },
        )
        return _payout(self._accepted(answer))

    def payout(self, key: PaymentKey) -> PayoutFact | None:
        """A payout, found by our reference."""
        answer = self._get(f"/payouts?reference={quote(key.reference, safe='')}")
        if answer.status == NOT_FOUND:
            return None
        return _payout(self._accepted(answer))

    def read_callback(self, raw: RawCallback) -> News:
        """What a signed callback says."""
        told = self._proven(raw)
        is_payout = told.get("kind") == "payout"
        about = told["payout"] if is_payout else told["payment"]
        return News(
            event_id=str(told["event_id"]),
            reference=str(about["reference"]),
            provider_reference=str(about["payout_id" if is_payout else "payment_id"]),
            fact=None if is_payout else _fact(about),
            is_payout=is_payout,
        )

    def read_validation(self, raw: RawCallback) -> Validation:
        """What it asks before it captures."""
        told = self._proven(raw)["payment"]
        return Validation(
            reference=str(told["reference"]),
            provider_reference=str(told["payment_id"]),
            amount=_money(told["amount_minor"], told["currency"]),
        )

    @property
    def _merchant(self) -> str:
        return self._wiring.settings.get("merchant_id", "")

    def _proven(self, raw: RawCallback) -> dict[str, Any]:
        seconds = raw.headers.get("x-timestamp", "")
        prove(
            raw.headers.get("x-signature", ""),
            secret=self._secret,
            message=seconds.encode() + b"." + raw.body,
        )
        prove_age(seconds, now=raw.received_at)
        try:
            told: dict[str, Any] = json.loads(raw.body)
            if told["merchant_id"] != self._merchant:
                raise Forged(why="not ours")
        except (ValueError, KeyError, TypeError) as error:
            raise Forged from error
        return told

    def _get(self, path: str) -> Answer:
        return self._caller.call("GET", path, headers=self._signed(path.encode()))

    def _post(self, path: str, told: Mapping[str, Any]) -> Answer:
        body = json.dumps(told).encode()
        headers = {"Content-Type": "application/json", **self._signed(body)}
        return self._caller.call("POST", path, body=body, headers=headers)

    def _signed(self, message: bytes) -> dict[str, str]:
        seconds = str(int(clock.now().timestamp()))
        return {
            "X-Merchant": self._merchant,
            "X-Timestamp": seconds,
            "X-Signature": mac(self._secret, seconds.encode() + b"." + message),
        }

    def _accepted(self, answer: Answer) -> dict[str, Any]:
        """The body of a yes.

        Raises:
            TechnicallyDeclined: It cannot now.
            FinallyDeclined: It will not.
        """
        told: dict[str, Any] = answer.json(WHO)
        if answer.status < REFUSED_FROM:
            return told
        code = str(told.get("code", ""))
        kind = TechnicallyDeclined if code in TECHNICAL else FinallyDeclined
        raise kind(code=code)


def _fact(told: Mapping[str, Any]) -> ProviderFact:
    code = str(told.get("code") or "")
    fee = told.get("fee_minor")
    return ProviderFact(
        reference=str(told["reference"]),
        provider_reference=str(told["payment_id"]),
        state=STATES[told["state"]],
        amount=_money(told["amount_minor"], told["currency"]),
        fee=None if fee is None else _money(fee, told["currency"]),
        occurred_at=dt.datetime.fromtimestamp(told["changed_at"], dt.UTC),
        code=code,
        is_technical=code in TECHNICAL,
    )


def _payout(told: Mapping[str, Any]) -> PayoutFact:
    return PayoutFact(
        reference=str(told["reference"]),
        provider_reference=str(told["payout_id"]),
        is_done=told["state"] == PAYOUT_DONE,
        is_refused=told["state"] in PAYOUT_REFUSED,
        code=str(told.get("code") or ""),
    )


def _money(minor: object, currency: object) -> Money:
    try:
        exponent(str(currency))
    except UnknownCurrencyError as error:
        raise Forged from error
    if not isinstance(minor, int):
        raise Forged
    return Money(minor, str(currency))
