"""A tenant's draft, its published versions and its logos."""

from __future__ import annotations

from typing import TypeAlias

from django.db import models

from kernel.ids import new_id

Stored: TypeAlias = dict[str, str | int]


class Slot(models.TextChoices):
    """Where a logo stands."""

    LIGHT = "light"
    """On light surfaces."""
    DARK = "dark"
    """On dark surfaces."""
    SQUARE = "square"
    """As an icon: tab, home screen, narrow menu."""


class Theme(models.Model):
    """The draft; a tenant has one."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    tokens: models.JSONField[Stored, Stored] = models.JSONField(default=dict)
    logos: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)
    """Slot to file name."""
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=200)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="themes_one_draft")]

    def __str__(self) -> str:
        return "draft"


class ThemeVersion(models.Model):
    """A look that was published; never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.CharField(max_length=64, unique=True)
    tokens: models.JSONField[Stored, Stored] = models.JSONField()
    logos: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)
    name = models.CharField(max_length=200)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["-published_at"], name="themes_version_newest")]

    def __str__(self) -> str:
        return self.version


class Logo(models.Model):
    """A picture that was uploaded and found safe; its file never changes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file = models.CharField(max_length=80, unique=True)
    """``<sha>.<ext>`` below ``themes/`` in the tenant's storage."""
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    colours: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    uploaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.file
