"""Leases: who may do a thing that only one may do at a time."""

from __future__ import annotations

from django.db import models


class Lease(models.Model):
    """The right to ``name``, held by ``owner`` until it runs out or is given back."""

    name = models.CharField(primary_key=True, max_length=120)
    owner = models.UUIDField(null=True)
    fence = models.BigIntegerField(default=0)
    """Grows by one with every new holder, so that a late holder's writes can be told apart."""
    held_until_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} #{self.fence}"
