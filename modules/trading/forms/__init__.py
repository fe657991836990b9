"""What the trading module accepts."""

from __future__ import annotations

from modules.trading.forms.accounts import (
    AccountsForm,
    ArchiveForm,
    BindForm,
    CreditForm,
    DaysForm,
    LeverageForm,
    MoveForm,
    NicknameForm,
    OpenForClientForm,
    OpenForm,
    PasswordForm,
    Places,
    ResetForm,
    RightsForm,
    SwitchesForm,
    TypeForm,
)
from modules.trading.forms.operations import (
    DecisionForm,
    OperationsForm,
    PauseForm,
    ResendForm,
    WhyForm,
)

__all__ = [
    "AccountsForm",
    "ArchiveForm",
    "BindForm",
    "CreditForm",
    "DaysForm",
    "DecisionForm",
    "LeverageForm",
    "MoveForm",
    "NicknameForm",
    "OpenForClientForm",
    "OpenForm",
    "OperationsForm",
    "PasswordForm",
    "PauseForm",
    "Places",
    "ResendForm",
    "ResetForm",
    "RightsForm",
    "SwitchesForm",
    "TypeForm",
    "WhyForm",
]
