"""Signs of life of trading servers."""

from __future__ import annotations

from django.db import models

from kernel.ids import new_id
from provisioning.servers.models.servers import Server


class HealthSample(models.Model):
    """One sign of life, or its absence."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    server = models.ForeignKey(Server, on_delete=models.CASCADE, related_name="samples")
    taken_at = models.DateTimeField()
    is_up = models.BooleanField()
    latency_ms = models.PositiveIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["server", "-taken_at"], name="health_newest")]

    def __str__(self) -> str:
        return f"{self.server_id} at {self.taken_at:%F %T}"
