"""API keys, and the answers kept so that a repeated request is answered, not done, again."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from kernel import clock
from kernel.ids import new_id


class ApiKey(models.Model):
    """A key that a program signs in with. Only its digest is stored."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    title = models.CharField(max_length=80)
    prefix = models.CharField(max_length=40, unique=True)
    """What is shown of it afterwards: ``ak_<tenant marker>_<8 characters>``."""
    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 of the whole key, in hexadecimal; 32 random bytes need no slow hash."""
    scopes = ArrayField(models.CharField(max_length=80), default=list)
    """Permission codes."""
    networks = ArrayField(models.CharField(max_length=49), default=list)
    """CIDR ranges it may be used from; empty for anywhere."""
    made_by = models.UUIDField(null=True)
    made_by_name = models.CharField(max_length=200, default="")
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    """To the minute."""

    class Meta:
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.title} ({self.prefix})"


class KeptAnswer(models.Model):
    """The answer given to a request that carried an idempotency key."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    actor = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    content_type = models.CharField(max_length=100, default="")
    body = models.BinaryField(default=b"")
    """Sealed: an answer may hold personal data."""
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["actor", "key"], name="keptanswer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.key}"
