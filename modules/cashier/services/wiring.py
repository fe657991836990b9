"""From a provider account's row to its adapter."""

from __future__ import annotations

from django.db import connection
from django.urls import reverse

from identity.brand import absolute
from modules.cashier.models import ProviderAccount
from modules.cashier.providers import connect
from modules.cashier.providers.port import PaymentProvider, Wiring
from modules.cashier.queries.catalogue import URLS


def provider_of(account: ProviderAccount) -> PaymentProvider:
    """The adapter of an account; unseals its secrets and opens no connection."""
    return connect(
        account.kind,
        Wiring(
            account_id=account.pk,
            settings=account.settings,
            secrets=account.secrets(),
            callback_url=absolute(reverse("cashier_callback", args=[account.pk], urlconf=URLS)),
            validation_url=absolute(reverse("cashier_validation", args=[account.pk], urlconf=URLS)),
        ),
    )


def refuse_in_transaction() -> None:
    """Make sure that no transaction waits for a network.

    Raises:
        RuntimeError: One is open.
    """
    if connection.in_atomic_block:
        raise RuntimeError("a payment provider is never called inside a transaction")
