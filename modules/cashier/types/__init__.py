"""What crosses the border of the cashier."""

from __future__ import annotations

from modules.cashier.types.catalogue import (
    Direction,
    Fee,
    FeePayer,
    MethodLine,
    MethodWish,
    Offer,
    ProviderKind,
    ProviderLine,
    ProviderState,
    RouteLine,
    Terms,
)
from modules.cashier.types.deposits import (
    CaseView,
    DepositLine,
    DepositPage,
    DepositView,
    DepositWish,
    Figures,
    PaymentLine,
    ProofLine,
    Quote,
    Step,
    StoryLine,
    Target,
)
from modules.cashier.types.states import DepositState, NewsState, PaymentState, Weight

__all__ = [
    "CaseView",
    "DepositLine",
    "DepositPage",
    "DepositState",
    "DepositView",
    "DepositWish",
    "Direction",
    "Fee",
    "FeePayer",
    "Figures",
    "MethodLine",
    "MethodWish",
    "NewsState",
    "Offer",
    "PaymentLine",
    "PaymentState",
    "ProofLine",
    "ProviderKind",
    "ProviderLine",
    "ProviderState",
    "Quote",
    "RouteLine",
    "Step",
    "StoryLine",
    "Target",
    "Terms",
    "Weight",
]
