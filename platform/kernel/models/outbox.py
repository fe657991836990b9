"""Events waiting to be told, and which listeners have heard them."""

from __future__ import annotations

from django.db import models

from kernel.ids import new_id


class OutboxEvent(models.Model):
    """A fact, written in the transaction that made it true."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=100)
    aggregate = models.CharField(max_length=100, blank=True, default="")
    """What the fact is about; events of one aggregate are told in the order they happened."""
    payload = models.JSONField()
    occurred_at = models.DateTimeField()
    due_at = models.DateTimeField()
    """When to tell it next: at once, or later after a listener failed."""
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True, default="")
    """Kind of the last failure and where; never its values, which may be personal."""
    told_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    """When it was given up after too many attempts; a person decides what follows."""

    class Meta:
        indexes = [
            models.Index(
                "due_at",
                condition=models.Q(told_at__isnull=True, dead_at__isnull=True),
                name="outbox_untold",
            ),
            models.Index(
                "aggregate",
                "occurred_at",
                condition=models.Q(told_at__isnull=True, dead_at__isnull=True),
                name="outbox_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.id}"


class HeardEvent(models.Model):
    """That one listener has handled one event: makes delivery effectively once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, db_index=False)
    listener = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "listener"], name="heard_once"),
        ]

    def __str__(self) -> str:
        return f"{self.listener} heard {self.event_id}"
