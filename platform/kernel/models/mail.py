"""Letters on their way out."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from kernel import clock
from kernel.ids import new_id


class LetterState(models.TextChoices):
    """Where a letter is."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Letter(models.Model):
    """One mail to one person, written with the change that caused it and sent after commit."""

    MOVES: ClassVar = {
        LetterState.WAITING: {LetterState.SENT, LetterState.FAILED},
        LetterState.FAILED: {LetterState.WAITING},
        LetterState.SENT: set(),
    }

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    template = models.CharField(max_length=120)
    sealed = models.BinaryField(default=b"")
    """Address, subject and both bodies, sealed; emptied once it is sent."""
    state = models.CharField(max_length=8, choices=LetterState.choices, default=LetterState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=clock.now)
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(state=LetterState.WAITING),
                name="letter_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.state}"
