"""What the cashier accepts."""

from __future__ import annotations

from modules.cashier.forms.access import AccessForm, AllowanceForm, LevelLimitForm, LogoForm
from modules.cashier.forms.catalogue import (
    MethodForm,
    ProviderForm,
    RouteForm,
    TermsForm,
)
from modules.cashier.forms.following import NoteForm, OutcomeForm, PatienceForm
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
    PayForm,
    ProofForm,
    ReasonForm,
)

__all__ = [
    "AccessForm",
    "AllowanceForm",
    "ApproveForm",
    "ConfirmForm",
    "InstrumentForm",
    "LevelLimitForm",
    "LogoForm",
    "MethodForm",
    "MoveForm",
    "NoteForm",
    "OutcomeForm",
    "PaidForm",
    "PatienceForm",
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
