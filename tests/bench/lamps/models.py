"""One table that gains a column between two releases."""

from __future__ import annotations

from django.db import models


class Lamp(models.Model):
    """A lamp."""

    name = models.CharField(max_length=20)

    def __str__(self) -> str:
        return self.name
