"""What an entry of the ledger can be about."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class EntryKind(models.TextChoices):
    """What an entry is about. Keys of operations are unique within a kind."""

    DEPOSIT = "deposit", _("Deposit")
    WITHDRAWAL = "withdrawal", _("Withdrawal")
    PAYOUT = "payout", _("Payout sent")
    TO_ACCOUNT = "to_account", _("To a trading account")
    FROM_ACCOUNT = "from_account", _("From a trading account")
    SETTLE = "settle", _("Settled with a trading server")
    REFUND = "refund", _("Returned to the wallet")
    TRANSFER = "transfer", _("Transfer")
    EXCHANGE = "exchange", _("Exchange")
    FEE = "fee", _("Fee")
    BONUS = "bonus", _("Bonus")
    REWARD = "reward", _("Partner reward")
    PSP_SETTLEMENT = "psp_settlement", _("Settlement of a payment provider")
    CHARGEBACK = "chargeback", _("Chargeback")
    CORRECTION = "correction", _("Correction")
    REVERSAL = "reversal", _("Reversal")
