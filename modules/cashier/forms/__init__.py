"""What the cashier accepts."""

from __future__ import annotations

from modules.cashier.forms.outgoing import (
    InstrumentForm,
    MoveForm,
    PaidForm,
    RulesForm,
    SendForm,
    SettlementForm,
    WithdrawForm,
)
from modules.cashier.forms.paying import (
    ApproveForm,
    ConfirmForm,
    MethodForm,
    PayForm,
    ProofForm,
    ProviderForm,
    ReasonForm,
    RouteForm,
    TermsForm,
)

__all__ = [
    "ApproveForm",
    "ConfirmForm",
    "InstrumentForm",
    "MethodForm",
    "MoveForm",
    "PaidForm",
    "PayForm",
    "ProofForm",
    "ProviderForm",
    "ReasonForm",
    "RouteForm",
    "RulesForm",
    "SendForm",
    "SettlementForm",
    "TermsForm",
    "WithdrawForm",
]
