"""What the cashier stores."""

from __future__ import annotations

from modules.cashier.models.catalogue import (
    Allowance,
    LevelLimit,
    Method,
    MethodTerms,
    ProviderAccount,
    Route,
)
from modules.cashier.models.deposits import Deposit, DepositMove, Payer, Payment, Proof
from modules.cashier.models.finance import (
    Claim,
    ClaimState,
    ClientFreeze,
    FileState,
    LineKind,
    LineState,
    MirrorGap,
    SettlementFile,
    SettlementLine,
    SettlementMap,
)
from modules.cashier.models.followups import FollowUp, Repayment
from modules.cashier.models.inbox import Callback, Knock, News
from modules.cashier.models.passages import (
    Instrument,
    PassageMove,
    Payout,
    PayoutRule,
    Told,
    Transfer,
    Withdrawal,
)

__all__ = [
    "Allowance",
    "Callback",
    "Claim",
    "ClaimState",
    "ClientFreeze",
    "Deposit",
    "DepositMove",
    "FileState",
    "FollowUp",
    "Instrument",
    "Knock",
    "LevelLimit",
    "LineKind",
    "LineState",
    "Method",
    "MethodTerms",
    "MirrorGap",
    "News",
    "PassageMove",
    "Payer",
    "Payment",
    "Payout",
    "PayoutRule",
    "Proof",
    "ProviderAccount",
    "Repayment",
    "Route",
    "SettlementFile",
    "SettlementLine",
    "SettlementMap",
    "Told",
    "Transfer",
    "Withdrawal",
]
