"""What a server trades, and every change of it that we have seen."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import new_id
from provisioning.servers.models.servers import Server


class ServerSymbol(models.Model):
    """An instrument of a server, as last read."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    server = models.ForeignKey(Server, on_delete=models.CASCADE, related_name="symbols")
    name = models.CharField(max_length=64)
    path = models.CharField(max_length=300, blank=True, default="")
    description = models.CharField(max_length=300, blank=True, default="")
    currency_base = models.CharField(max_length=16, blank=True, default="")
    currency_profit = models.CharField(max_length=16, blank=True, default="")
    currency_margin = models.CharField(max_length=16, blank=True, default="")
    digits = models.PositiveSmallIntegerField()
    contract_size = models.DecimalField(max_digits=20, decimal_places=8)
    lots_min = models.DecimalField(max_digits=20, decimal_places=8)
    lots_max = models.DecimalField(max_digits=20, decimal_places=8)
    lots_step = models.DecimalField(max_digits=20, decimal_places=8)
    trade_mode = models.PositiveSmallIntegerField()
    calc_mode = models.PositiveSmallIntegerField()
    swap_mode = models.PositiveSmallIntegerField()
    swap_long = models.DecimalField(max_digits=20, decimal_places=8)
    swap_short = models.DecimalField(max_digits=20, decimal_places=8)
    swap_triple_weekday = models.PositiveSmallIntegerField()
    trade_sessions = models.TextField(blank=True, default="")
    """Weekday (Sunday is 0) and hours of the server's clock, as people write them."""
    is_present = models.BooleanField(default=True)
    """Whether the server still has it."""
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["server", "name"], name="server_symbol_once")
        ]

    def __str__(self) -> str:
        return self.name


class Subject(models.TextChoices):
    """What changed."""

    GROUP = "group", _("Group")
    SYMBOL = "symbol", _("Symbol")


class ChangeKind(models.TextChoices):
    """How it changed."""

    APPEARED = "appeared", _("New")
    VANISHED = "vanished", _("Gone")
    RENAMED = "renamed", _("Renamed")
    CHANGED = "changed", _("Changed")


class CatalogueChange(models.Model):
    """One change of a group or symbol of a server: seen once, kept for ever."""

    append_only: ClassVar = True

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    server = models.ForeignKey(Server, on_delete=models.PROTECT, related_name="changes")
    subject = models.CharField(max_length=6, choices=Subject.choices)
    kind = models.CharField(max_length=8, choices=ChangeKind.choices)
    name = models.CharField(max_length=128)
    """Of the group or symbol, as it was called before."""
    field = models.CharField(max_length=30, blank=True, default="")
    was = models.TextField(blank=True, default="")
    became = models.TextField(blank=True, default="")
    seen_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["server", "-seen_at"], name="catalogue_newest")]

    def __str__(self) -> str:
        return f"{self.subject} {self.name} {self.kind}"
