"""The cashier: how clients pay in, who takes the money, and what became of each payment."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.module import Module, Permission

module = Module(
    key="cashier",
    title=_("Cashier"),
    summary=_("Takes deposits by card, bank, crypto and local payment services."),
    monthly_price=None,
    icon="banknote",
    requires=("clients", "trading"),
    permissions=(
        Permission(code="cashier.deposit", title=_("Pay in"), for_clients=True),
        Permission(code="cashier.see_deposits", title=_("See deposits")),
        Permission(
            code="cashier.decide_deposits", title=_("Approve or reject deposits"), sensitive=True
        ),
        Permission(
            code="cashier.manage_methods",
            title=_("Connect payment providers and change payment methods"),
            sensitive=True,
        ),
    ),
)
