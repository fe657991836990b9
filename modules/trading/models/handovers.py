"""Passwords that a colleague had set, until the client has seen them."""

from __future__ import annotations

import uuid

from django.db import models

from kernel import secrets
from kernel.ids import new_id
from modules.trading.models.accounts import TradingAccount


class PasswordHandover(models.Model):
    """A new password that only the client will read, once; nobody of the house ever does."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(TradingAccount, on_delete=models.CASCADE, related_name="handovers")
    operation_id = models.UUIDField()
    """The operation that sets it: until that is done there is nothing to show."""
    is_investor = models.BooleanField()
    sealed = models.BinaryField(null=True)
    """Wiped when it was shown, or is of no more use."""
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["account", "-made_at"], name="handover_account")]

    def __str__(self) -> str:
        return f"password of {self.account_id}"

    def secret(self) -> str:
        """The password; empty when it was wiped."""
        box = self.sealed
        return secrets.unseal(box, about=handover_place(self.pk)).decode() if box else ""


def handover_place(handover_id: uuid.UUID) -> str:
    """Where a password is kept."""
    return f"trading.PasswordHandover.sealed:{handover_id}"
