"""Callbacks of providers: kept raw first, proven, understood later, applied once."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from kernel import clock
from kernel.ids import new_id
from modules.cashier.models.catalogue import ProviderAccount
from modules.cashier.types.states import KnockState, NewsState


class Knock(models.Model):
    """A call at our door as it came over the wire, before anything of it is believed.

    What is proven becomes a :class:`Callback` of the same id and leaves here; what is refused
    stays with the reason until the sweep takes it away.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(ProviderAccount, on_delete=models.CASCADE, related_name="knocks")
    received_at = models.DateTimeField()
    body = models.BinaryField()
    headers = models.JSONField(default=dict)
    """Of them only those that carry signatures and types, in lower case."""
    sent_from = models.GenericIPAddressField(null=True)
    state = models.CharField(max_length=8, choices=KnockState.choices, default=KnockState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    why = models.CharField(max_length=200, blank=True, default="")
    checked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=KnockState.values), name="cashier_knock_state"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "-received_at"], name="cashier_knock_newest"),
            models.Index(
                fields=["received_at"],
                condition=models.Q(state="waiting"),
                name="cashier_knock_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.state}"


class Callback(models.Model):
    """A callback as it came over the wire, once it was proven; never changed."""

    append_only: ClassVar = True

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="callbacks")
    received_at = models.DateTimeField()
    body = models.BinaryField()
    headers = models.JSONField(default=dict)
    """Of them only those that carry signatures and types, in lower case."""
    sha256 = models.CharField(max_length=64)
    sent_from = models.GenericIPAddressField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["account", "-received_at"], name="cashier_callback_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.received_at:%Y-%m-%d %H:%M:%S}"


class News(models.Model):
    """What became of a callback; the same event of a provider is applied once."""

    callback = models.OneToOneField(
        Callback, on_delete=models.PROTECT, primary_key=True, related_name="news"
    )
    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="news")
    event_id = models.CharField(max_length=200, blank=True, default="")
    state = models.CharField(max_length=12, choices=NewsState.choices, default=NewsState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=clock.now)
    last_error = models.CharField(max_length=200, blank=True, default="")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "event_id"],
                condition=~models.Q(event_id=""),
                name="cashier_event_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], condition=models.Q(state="waiting"), name="cashier_news_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.callback_id} {self.state}"
