"""How trading servers are: signs of life, tallies of calls, rights that changed, incidents."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import new_id
from provisioning.servers.models.servers import Server


class HealthSample(models.Model):
    """One sign of life, or its absence."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    server = models.ForeignKey(Server, on_delete=models.CASCADE, related_name="samples")
    taken_at = models.DateTimeField()
    is_up = models.BooleanField()
    latency_ms = models.PositiveIntegerField(null=True)
    drift_seconds = models.IntegerField(null=True)
    """How far the server's clock was from the one it should show."""

    class Meta:
        indexes = [models.Index(fields=["server", "-taken_at"], name="health_newest")]

    def __str__(self) -> str:
        return f"{self.server_id} at {self.taken_at:%F %T}"


class Span(models.TextChoices):
    """How long a tally counts."""

    MINUTE = "minute", _("Minute")
    HOUR = "hour", _("Hour")


class CallTally(models.Model):
    """What the calls of all processes came to in a minute or an hour. Never a row per call."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    server = models.ForeignKey(
        Server, on_delete=models.CASCADE, related_name="tallies", db_index=False
    )
    span = models.CharField(max_length=6, choices=Span.choices)
    begins_at = models.DateTimeField()
    calls = models.PositiveBigIntegerField(default=0)
    failed = models.PositiveBigIntegerField(default=0)
    repeats = models.PositiveBigIntegerField(default=0)
    sign_ins = models.PositiveBigIntegerField(default=0)
    counts = models.JSONField(default=dict)
    """``under:<ms>``: calls by how long they took; ``why:<kind>``: failures by kind."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["server", "span", "begins_at"], name="call_tally_once")
        ]

    def __str__(self) -> str:
        return f"{self.server_id}: {self.calls} calls in the {self.span} of {self.begins_at:%F %T}"


class RightChange(models.Model):
    """A right that our manager lost or was given, noticed at a look or a test."""

    append_only: ClassVar = True

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    server_id = models.UUIDField()
    """No foreign key: what was noticed stays when a server is removed."""
    key = models.CharField(max_length=30)
    is_given = models.BooleanField()
    noticed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["server_id", "-noticed_at"], name="right_change_newest")]

    def __str__(self) -> str:
        return f"{self.key} {'given' if self.is_given else 'lost'}"


class IncidentKind(models.TextChoices):
    """What can be wrong with a server that works, or did."""

    SILENT = "silent", _("Server does not answer")
    CERTIFICATE = "certificate", _("Certificate runs out")
    RIGHT = "right", _("Right lost")
    CLOCK = "clock", _("Clock wrong")
    LAG = "lag", _("Reading lags behind")
    GROUP_GONE = "group_gone", _("Group gone")
    SYMBOL_GONE = "symbol_gone", _("Symbol gone")
    RENAMED = "renamed", _("Symbol renamed")


class Incident(models.Model):
    """Something that is wrong, from when it was noticed until it was over; one letter for each."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    server = models.ForeignKey(Server, on_delete=models.CASCADE, related_name="incidents")
    kind = models.CharField(max_length=11, choices=IncidentKind.choices)
    subject = models.CharField(max_length=128, blank=True, default="")
    """Which right, group or symbol, or how many days a certificate still had."""
    facts = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    clear_since_at = models.DateTimeField(null=True)
    """Since when it is not seen any more; it counts as over a while later."""
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["server", "kind", "subject"],
                condition=models.Q(closed_at=None),
                name="incident_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=IncidentKind.values), name="incident_kind_known"
            ),
        ]
        indexes = [models.Index(fields=["server", "-opened_at"], name="incident_newest")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.server_id}"


class AlertPolicy(models.Model):
    """What the broker wants to be told of, and whom. One row; without it the defaults hold."""

    ONLY = 1

    id = models.SmallIntegerField(primary_key=True, default=ONLY, editable=False)
    target_bp = models.PositiveIntegerField(default=9950)
    """Calls that shall succeed, in hundredths of a percent."""
    drift_limit_s = models.PositiveIntegerField(default=60)
    lag_limit_s = models.PositiveIntegerField(default=900)
    tells_admins = models.BooleanField(default=True)
    receivers = ArrayField(models.EmailField(), default=list)
    """Further addresses."""
    muted = ArrayField(models.CharField(max_length=11), default=list)
    """Kinds of incidents of which no letter is sent."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="alert_policy_is_one"),
            models.CheckConstraint(
                condition=models.Q(target_bp__gt=0, target_bp__lt=10000),
                name="alert_target_possible",
            ),
        ]

    def __str__(self) -> str:
        return "alert policy"
