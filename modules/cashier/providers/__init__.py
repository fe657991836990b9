"""The kinds of payment providers that the cashier can speak to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from modules.cashier.providers import bank, crypto_invoice, redirect_psp, stripe_checkout
from modules.cashier.providers.port import Capabilities, PaymentProvider, Setting, Wiring
from modules.cashier.types.catalogue import ProviderKind


@dataclass(frozen=True, slots=True)
class Adapter:
    """One kind of provider: how it is made, what it needs and what it can do."""

    make: Callable[[Wiring], PaymentProvider]
    settings: tuple[Setting, ...]
    capabilities: Capabilities


ADAPTERS: Mapping[str, Adapter] = {
    ProviderKind.STRIPE: Adapter(
        stripe_checkout.StripeCheckout,
        stripe_checkout.SETTINGS,
        stripe_checkout.StripeCheckout.capabilities,
    ),
    ProviderKind.REDIRECT: Adapter(
        redirect_psp.RedirectPsp, redirect_psp.SETTINGS, redirect_psp.RedirectPsp.capabilities
    ),
    ProviderKind.CRYPTO: Adapter(
        crypto_invoice.CryptoInvoice,
        crypto_invoice.SETTINGS,
        crypto_invoice.CryptoInvoice.capabilities,
    ),
    ProviderKind.BANK: Adapter(bank.BankTransfer, bank.SETTINGS, bank.BankTransfer.capabilities),
}


def connect(kind: str, wiring: Wiring) -> PaymentProvider:
    """The adapter of one account at a provider of ``kind``; opens no connection."""
    return ADAPTERS[kind].make(wiring)
