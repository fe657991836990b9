"""Checks of the ledger, and the stop of payouts that a failed one causes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from kernel.ids import new_id


class Proof(models.Model):
    """One check of all invariants: of every posting, or of the newest."""

    append_only: ClassVar = True

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    checked_at = models.DateTimeField()
    entries = models.BigIntegerField()
    postings = models.BigIntegerField()
    took_ms = models.PositiveIntegerField()
    is_full = models.BooleanField(default=True, db_default=True)
    findings = models.JSONField(default=list)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-checked_at"], name="wallets_proof_newest")]

    def __str__(self) -> str:
        return f"{self.checked_at}: {len(self.findings)}"


class PayoutStop(models.Model):
    """No money leaves while one of these is open. A person lifts it once the ledger holds."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    began_at = models.DateTimeField()
    why = models.CharField(max_length=300)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=200, default="")
    ended_why = models.CharField(max_length=300, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                models.Value(1),
                condition=models.Q(ended_at__isnull=True),
                name="wallets_stop_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"payouts stopped {self.began_at}"
