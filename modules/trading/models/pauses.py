"""Pauses of all that is sent, after a restore or failover lost some of what was written."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from kernel.ids import new_id


class SendingPause(models.Model):
    """Nothing new is sent to a trading server, or to any, until a person has looked."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    server_id = models.UUIDField(null=True)
    """The server that was restored; ``None`` when it is our own database: then no server, and no
    payment provider, is sent anything."""
    why = models.CharField(max_length=300)
    began_at = models.DateTimeField()
    """What was asked for before may have been sent without our knowing."""
    began_by = models.CharField(max_length=200)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=200, blank=True, default="")
    lifted_why = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["server_id"],
                condition=models.Q(lifted_at__isnull=True),
                nulls_distinct=False,
                name="sending_pause_once",
            ),
        ]

    def __str__(self) -> str:
        return f"nothing is sent to {self.server_id or 'anybody'} since {self.began_at}"


class DatabaseSeen(models.Model):
    """Which life of which database this was when something was sent last.

    A restored or promoted database goes on in a new timeline, and a copy is another cluster, while
    this row says what it was before.
    """

    ONLY: ClassVar = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    life = models.CharField(max_length=60)
    """PostgreSQL's system identifier and timeline."""

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="database_seen_only_one"),
        ]

    def __str__(self) -> str:
        return self.life
