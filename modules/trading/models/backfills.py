"""Reading the whole history of a server, beside what happens now."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import new_id
from modules.trading.errors import AlreadyDecided


class BackfillState(models.TextChoices):
    """How the reading of a history stands."""

    RUNNING = "running", _("Reading")
    PAUSED = "paused", _("Paused")
    DONE = "done", _("Complete")


BACKFILL_MOVES: Mapping[BackfillState, frozenset[BackfillState]] = {
    BackfillState.RUNNING: frozenset({BackfillState.PAUSED, BackfillState.DONE}),
    BackfillState.PAUSED: frozenset({BackfillState.RUNNING}),
    BackfillState.DONE: frozenset(),
}


class Backfill(models.Model):
    """One reading of a server's past, from the beginning to where following it began.

    The cursor moves in the transaction that records the deals, so it can be killed at any moment
    and goes on from there.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    server_id = models.UUIDField()
    state = models.CharField(
        max_length=8, choices=BackfillState.choices, default=BackfillState.RUNNING
    )
    groups = ArrayField(models.CharField(max_length=128))
    """Whose accounts' deals are read: all that were mapped then, or those mapped later."""
    since_server_s = models.BigIntegerField()
    """Seconds of the server's clock when its oldest account was opened: where deals may begin."""
    cursor_server_s = models.BigIntegerField(default=0)
    until_server_s = models.BigIntegerField()
    fence = models.BigIntegerField(default=0)
    """Number of the lease that wrote last."""
    deals = models.PositiveBigIntegerField(default=0)
    """How many of the deals read were new here."""
    worked_ms = models.PositiveBigIntegerField(default=0)
    """How long was spent reading, without pauses."""
    asked_by = models.CharField(max_length=200, blank=True, default="")
    began_at = models.DateTimeField()
    worked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["server_id"],
                condition=models.Q(state__in=["running", "paused"]),
                name="backfill_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=BackfillState.values), name="backfill_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"history of {self.server_id} to {self.cursor_server_s}"

    def move_to(self, state: BackfillState) -> None:
        """Move to ``state``; the caller saves.

        Raises:
            AlreadyDecided: There is no such move.
        """
        if state not in BACKFILL_MOVES[BackfillState(self.state)]:
            raise AlreadyDecided
        self.state = state
