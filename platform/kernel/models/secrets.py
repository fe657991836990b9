"""The keys of one schema, themselves sealed by the master key."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from kernel import clock
from kernel.ids import new_id


class KeyPurpose(models.TextChoices):
    """What a key is for; one key never serves two purposes."""

    FIELD = "field"
    INDEX = "index"


class DataKey(models.Model):
    """A 256-bit key of this schema. Only its wrapped form is stored."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    purpose = models.CharField(max_length=8, choices=KeyPurpose.choices)
    version = models.PositiveSmallIntegerField()
    wrapped = models.BinaryField()
    """Nonce and AES-256-GCM of the key under the master key; 60 bytes."""
    master_key_id = models.CharField(max_length=20)
    seals = models.BigIntegerField(default=0)
    """Upper bound of the values sealed with it: processes reserve in blocks."""
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["purpose", "version"], name="datakey_version"),
            models.CheckConstraint(
                condition=models.Q(version__gte=1), name="datakey_version_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} key {self.version}"
