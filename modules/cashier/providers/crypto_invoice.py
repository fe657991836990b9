"""Invoices in coins, by an API in the manner of BTCPay Server's Greenfield API (v1).

Facts of the protocol (docs.btcpayserver.org, Greenfield v1): ``Authorization: token <key>``;
``POST /api/v1/stores/{id}/invoices`` with ``metadata.orderId``; states New, Processing, Settled,
Expired, Invalid with ``additionalStatus`` PaidLate, PaidPartial, PaidOver, Marked; webhooks carry
``BTCPay-Sig: sha256=<HMAC-SHA256 of the raw body>`` and the Unix time of the delivery; they name
the invoice only, so it is looked up.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from kernel.errors import OutcomeUnknown, Refused, Unavailable
from kernel.money import Money
from modules.cashier.errors import FinallyDeclined, Forged, TechnicallyDeclined
from modules.cashier.providers.outgoing import Answer, Caller
from modules.cashier.providers.port import (
    Begun,
    Capabilities,
    Check,
    Invoice,
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
from modules.cashier.providers.signatures import prove, prove_age
from modules.cashier.types.states import PaymentState

SETTINGS = (
    Setting(key="api_url", title=_("Address of your server"), hint=_("It begins with https://")),
    Setting(key="store_id", title=_("Store")),
    Setting(key="coin", title=_("Coin"), hint=_("For example BTC")),
    Setting(key="api_key", title=_("API key"), is_secret=True),
)
WHO = "crypto server"
SIGNED = "sha256="
NOT_FOUND, REFUSED_FROM = 404, 400
HEARD = (
    "InvoiceReceivedPayment",
    "InvoiceProcessing",
    "InvoiceExpired",
    "InvoiceSettled",
    "InvoiceInvalid",
)
PAID_IN_PART = "paid_in_part"
PAID_OVER = "paid_over"
PAID_LATE = "paid_late"


class CryptoInvoice:
    """One store of such a server."""

    capabilities = Capabilities(calls_back=True, pays_out=True)

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._caller = Caller(who=WHO, base=wiring.settings.get("api_url", ""))
        self._store = f"/api/v1/stores/{quote(wiring.settings.get('store_id', ''), safe='')}"

    def test(self) -> Tested:
        """Look at the store, and have it call us back."""
        title = _("It knows the store and the API key")
        hook = _("It calls us back when something is paid")
        try:
            self._accepted(self._call("GET", self._store))
            made = {} if self._wiring.secrets.get("webhook_secret") else self._hook()
        except (Unavailable, OutcomeUnknown, Refused) as error:
            return Tested(checks=(Check(title=title, is_passed=False, note=str(error)),))
        checks = (Check(title=title, is_passed=True), Check(title=hook, is_passed=True))
        return Tested(checks=checks, secrets=made)

    def begin(self, order: PaymentOrder) -> Begun:
        """Make an invoice, or find the one made under the same reference before."""
        found = self._find(order.reference) or self._accepted(
            self._call("POST", f"{self._store}/invoices", self._invoice_of(order))
        )
        invoice_id = str(found["id"])
        methods = self._accepted(
            self._call("GET", f"{self._store}/invoices/{quote(invoice_id)}/payment-methods")
        )
        first = methods[0]
        return Begun(
            provider_reference=invoice_id,
            invoice=Invoice(
                address=str(first["destination"]),
                due=str(first["due"]),
                coin=str(first["currency"]),
                network=str(first.get("paymentMethodId", "")),
                uri=str(first.get("paymentLink", "")),
            ),
            expires_at=dt.datetime.fromtimestamp(int(found["expirationTime"]), dt.UTC),
        )

    def payment(self, key: PaymentKey) -> ProviderFact | None:
        """An invoice as it stands, with what was paid in the invoice's currency."""
        found = self._get_invoice(key.provider_reference) if key.provider_reference else None
        found = found or self._find(key.reference)
        return _fact(found) if found else None

    def pay_out(self, order: PayoutOrder) -> PayoutFact:
        """Ask the server to send coins."""
        body = {
            "destination": order.destination.get("address", ""),
            "amount": str(order.amount.amount),
            "currency": order.amount.currency,
            "payoutMethodId": f"{self._wiring.settings.get('coin', '')}-CHAIN",
            "approved": True,
            "metadata": {"orderId": order.reference},
        }
        return _payout(self._accepted(self._call("POST", f"{self._store}/payouts", body)))

    def payout(self, key: PaymentKey) -> PayoutFact | None:
        """A payout, found by our reference in its metadata."""
        for one in self._accepted(self._call("GET", f"{self._store}/payouts")):
            if (one.get("metadata") or {}).get("orderId") == key.reference:
                return _payout(one)
        return None

    def read_callback(self, raw: RawCallback) -> News:
        """Which invoice a signed webhook is about; nothing else of it is believed."""
        told = raw.headers.get("btcpay-sig", "")
        prove(
            told.removeprefix(SIGNED),
            secret=self._wiring.secrets.get("webhook_secret", ""),
            message=raw.body,
        )
        try:
            event: dict[str, Any] = json.loads(raw.body)
            prove_age(event["timestamp"], now=raw.received_at)
            is_ours = event["storeId"] == self._wiring.settings.get("store_id")
            metadata = event.get("metadata") or {}
            news = News(
                event_id=str(event["deliveryId"]),
                reference=str(metadata.get("orderId", "")),
                provider_reference=str(event["invoiceId"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Forged from error
        if not is_ours:
            raise Forged(why="not ours")
        return news

    def read_validation(self, raw: RawCallback) -> Validation:
        """Coins are not captured: nobody asks.

        Raises:
            Forged: Always.
        """
        raise Forged(size=len(raw.body))

    def _hook(self) -> dict[str, str]:
        secret = secrets.token_urlsafe(32)
        body = {
            "url": self._wiring.callback_url,
            "secret": secret,
            "enabled": True,
            "automaticRedelivery": True,
            "authorizedEvents": {"everything": False, "specificEvents": list(HEARD)},
        }
        self._accepted(self._call("POST", f"{self._store}/webhooks", body))
        return {"webhook_secret": secret}

    def _invoice_of(self, order: PaymentOrder) -> dict[str, Any]:
        coin = self._wiring.settings.get("coin", "")
        return {
            "amount": str(order.amount.amount),
            "currency": order.amount.currency,
            "metadata": {"orderId": order.reference, "itemDesc": order.title},
            "checkout": {
                "paymentMethods": [f"{coin}-CHAIN"],
                "redirectURL": order.return_url,
                "defaultLanguage": order.language,
            },
        }

    def _find(self, reference: str) -> Mapping[str, Any] | None:
        path = f"{self._store}/invoices?orderId={quote(reference, safe='')}"
        found = self._accepted(self._call("GET", path))
        return found[0] if found else None

    def _get_invoice(self, invoice_id: str) -> Mapping[str, Any] | None:
        answer = self._call("GET", f"{self._store}/invoices/{quote(invoice_id, safe='')}")
        if answer.status == NOT_FOUND:
            return None
        found: Mapping[str, Any] = self._accepted(answer)
        return found

    def _call(self, method: str, path: str, told: Mapping[str, Any] | None = None) -> Answer:
        headers = {"Authorization": f"token {self._wiring.secrets.get('api_key', '')}"}
        body = b""
        if told is not None:
            body, headers["Content-Type"] = json.dumps(told).encode(), "application/json"
        return self._caller.call(method, path, body=body, headers=headers)

    def _accepted(self, answer: Answer) -> Any:
        told = answer.json(WHO)
        if answer.status < REFUSED_FROM:
            return told
        code = str(told.get("code", "")) if isinstance(told, dict) else ""
        kind = TechnicallyDeclined if code == "generic-error" else FinallyDeclined
        raise kind(code=code or f"HTTP {answer.status}")


def _fact(found: Mapping[str, Any]) -> ProviderFact:
    currency = str(found["currency"])
    paid = _decimal(found.get("paidAmount"))
    state, code = _state(str(found["status"]), str(found.get("additionalStatus", "None")))
    amount = Money.of(paid, currency, rounding=ROUND_DOWN) if paid else None
    if state == PaymentState.APPROVED and amount is None:
        amount = Money.of(_decimal(found["amount"]), currency, rounding=ROUND_DOWN)
    return ProviderFact(
        reference=str((found.get("metadata") or {}).get("orderId", "")),
        provider_reference=str(found["id"]),
        state=state,
        amount=amount,
        code=code,
    )


def _state(status: str, more: str) -> tuple[PaymentState, str]:
    """Our word for a state, and whether too little, too much or too late was paid."""
    if status == "Settled":
        return PaymentState.APPROVED, {"PaidOver": PAID_OVER, "PaidLate": PAID_LATE}.get(more, "")
    if status == "Expired" and more in {"PaidPartial", "PaidLate"}:
        # Coins came that do not settle the invoice: they are there, and a person decides.
        return PaymentState.APPROVED, PAID_IN_PART if more == "PaidPartial" else PAID_LATE
    return {
        "New": (PaymentState.OPEN, ""),
        "Processing": (PaymentState.AUTHORISED, ""),
        "Expired": (PaymentState.EXPIRED, ""),
    }.get(status, (PaymentState.DECLINED, "invalid"))


def _payout(told: Mapping[str, Any]) -> PayoutFact:
    state = str(told["state"])
    return PayoutFact(
        reference=str((told.get("metadata") or {}).get("orderId", "")),
        provider_reference=str(told["id"]),
        is_done=state == "Completed",
        is_refused=state == "Cancelled",
        code=state,
    )


def _decimal(told: object) -> Decimal:
    try:
        return Decimal(str(told or "0"))
    except InvalidOperation:
        return Decimal(0)
