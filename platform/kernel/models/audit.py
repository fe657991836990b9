"""The record of who did what: entries chained by hash, and the head of the chain."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from kernel import clock
from kernel.ids import new_id


class AuditEntry(models.Model):
    """One deed. Its hash covers its own words and the hash of the entry before it."""

    append_only: ClassVar = True
    """An application role has neither UPDATE nor DELETE on it, beside the triggers."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    seq = models.BigIntegerField(unique=True)
    noted_at = models.DateTimeField(default=clock.now)
    action = models.CharField(max_length=120)
    about = models.CharField(max_length=200)
    actor_kind = models.CharField(max_length=12)
    actor = models.CharField(max_length=80)
    """The actor's kind and id, ``person:0190...``, or its name where it has no id."""
    actor_name = models.CharField(max_length=200)
    on_behalf_of = models.CharField(max_length=80)
    """Whose place the actor took; the actor again when nobody's."""
    reason = models.TextField(blank=True, default="")
    changes = models.JSONField(default=dict)
    prev = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["seq"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(seq__gt=0), name="audit_seq_positive"),
            models.CheckConstraint(condition=~models.Q(actor=""), name="audit_actor_named"),
            models.CheckConstraint(condition=~models.Q(on_behalf_of=""), name="audit_for_named"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["about", "-seq"], name="audit_about"),
            models.Index(fields=["actor", "-seq"], name="audit_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.action} {self.about}"


class AuditHead(models.Model):
    """The newest link of the chain. One row; whoever writes an entry locks it first."""

    ONLY = 1

    id = models.SmallIntegerField(primary_key=True, default=ONLY, editable=False)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="audit_head_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.hash}"
