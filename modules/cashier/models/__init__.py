"""What the cashier stores."""

from __future__ import annotations

from modules.cashier.models.catalogue import Method, MethodTerms, ProviderAccount, Route
from modules.cashier.models.deposits import Deposit, DepositMove, Payer, Payment, Proof
from modules.cashier.models.inbox import Callback, News

__all__ = [
    "Callback",
    "Deposit",
    "DepositMove",
    "Method",
    "MethodTerms",
    "News",
    "Payer",
    "Payment",
    "Proof",
    "ProviderAccount",
    "Route",
]
