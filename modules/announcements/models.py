"""Announcements and who has put them away."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import new_id


class Tone(models.TextChoices):
    """How urgent it looks."""

    INFO = "info", _("News")
    WARN = "warn", _("Warning")
    OK = "ok", _("Good news")


class Announcement(models.Model):
    """Something that clients are told in their room for a set time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    title = models.CharField(max_length=120)
    text = models.TextField(max_length=4000)
    tone = models.CharField(max_length=8, choices=Tone.choices, default=Tone.INFO)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    written_by = models.UUIDField(null=True)
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at=None) | models.Q(ends_at__gt=models.F("starts_at")),
                name="announcement_has_a_time",
            )
        ]
        indexes = [models.Index(fields=["-starts_at"], name="announcement_newest")]

    def __str__(self) -> str:
        return self.title


class Dismissal(models.Model):
    """That a client has read an announcement and put it away."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    announcement = models.ForeignKey(
        Announcement, on_delete=models.CASCADE, related_name="dismissals"
    )
    client_id = models.UUIDField()
    dismissed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["announcement", "client_id"], name="announcement_dismissed_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.client_id} put {self.announcement_id} away"
