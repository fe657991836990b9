"""Wallets: what the broker owes to whom, in a ledger that cannot lose a cent."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.module import Module, Permission

module = Module(
    key="wallets",
    title=_("Wallets"),
    summary=_("Keeps clients' wallets and the broker's own accounts in a double-entry ledger."),
    monthly_price=None,
    icon="wallet",
    requires=("clients",),
    permissions=(
        Permission(code="wallets.own_wallets", title=_("Have wallets"), for_clients=True),
        Permission(code="wallets.see_wallets", title=_("See wallets and statements")),
        Permission(code="wallets.see_ledger", title=_("See the ledger and house accounts")),
        Permission(code="wallets.correct", title=_("Correct a wallet by hand"), sensitive=True),
        Permission(code="wallets.set_rates", title=_("Change exchange rates"), sensitive=True),
        Permission(code="wallets.lift_stop", title=_("Let payouts go on"), sensitive=True),
    ),
    publishes=("wallets.PayoutsStopped", "wallets.MoneyExchanged"),
)
