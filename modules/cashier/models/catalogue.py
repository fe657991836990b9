"""Accounts of a broker's at payment providers, and the methods that clients choose."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from kernel import clock, secrets
from kernel.ids import new_id
from modules.cashier.types.catalogue import Direction, FeePayer, ProviderKind, ProviderState

COUNTRY_LENGTH, CURRENCY_LENGTH = 2, 8


class ProviderAccount(models.Model):
    """One account of the broker's at a payment provider; its secrets are sealed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=10, choices=ProviderKind.choices)
    name = models.CharField(max_length=60)
    code = models.CharField(max_length=40, unique=True)
    """Names it in the ledger: ``psp_clearing:<code>``. Never changes."""
    settings = models.JSONField(default=dict)
    sealed = models.BinaryField(default=b"")
    """Its secrets, as JSON."""
    state = models.CharField(
        max_length=8, choices=ProviderState.choices, default=ProviderState.DRAFT
    )
    checks = models.JSONField(default=list)
    """What the last connection test found."""
    tested_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=ProviderKind.values), name="cashier_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def secrets(self) -> Mapping[str, str]:
        """The secrets in clear: for the adapter only, never for a page."""
        if not bytes(self.sealed):
            return {}
        found: Mapping[str, str] = json.loads(secrets.unseal(bytes(self.sealed), about=self.place))
        return found

    def keep_secrets(self, told: Mapping[str, str]) -> None:
        """Seal ``told`` beside the secrets kept before; empty text clears one. The caller saves."""
        kept = {**self.secrets(), **told}
        words = json.dumps({key: value for key, value in kept.items() if value})
        self.sealed = secrets.seal(words, about=self.place)

    @property
    def place(self) -> str:
        """Where the secrets are kept; sealing is bound to it."""
        return f"cashier.ProviderAccount.sealed:{self.pk}"


class Method(models.Model):
    """A way to pay, as clients choose it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=60, unique=True)
    titles = models.JSONField(default=dict)
    """Name by language."""
    notes = models.JSONField(default=dict)
    """What clients should know, by language."""
    icon = models.CharField(max_length=40, default="credit-card")
    logo = models.CharField(max_length=200, blank=True, default="")
    """A file of the broker's own storage; empty shows the icon."""
    countries = ArrayField(models.CharField(max_length=COUNTRY_LENGTH), default=list)
    """Where it is offered; empty means everywhere."""
    countries_not = ArrayField(models.CharField(max_length=COUNTRY_LENGTH), default=list)
    groups = ArrayField(models.UUIDField(), default=list, db_default=[])
    """Groups of clients that it is offered to; empty means everybody."""
    groups_not = ArrayField(models.UUIDField(), default=list, db_default=[])
    level_in = models.PositiveSmallIntegerField(default=0, db_default=0)
    """Least verification level of who pays in with it."""
    level_out = models.PositiveSmallIntegerField(default=0, db_default=0)
    """Least verification level of who is paid with it."""
    place = models.PositiveSmallIntegerField(default=100)
    is_deposit_on = models.BooleanField(default=False)
    is_withdrawal_on = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name


class Route(models.Model):
    """A provider account that a method tries, in order of ``place``."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    method = models.ForeignKey(Method, on_delete=models.CASCADE, related_name="routes")
    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="routes")
    countries = ArrayField(models.CharField(max_length=COUNTRY_LENGTH), default=list)
    """Of payers whom it takes; empty means all."""
    place = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["method", "account"], name="cashier_route_once"),
        ]

    def __str__(self) -> str:
        return f"{self.method_id} {self.place}"


class MethodTerms(models.Model):
    """Limits and fees of a method in one currency and direction; minor units of it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    method = models.ForeignKey(Method, on_delete=models.CASCADE, related_name="terms")
    direction = models.CharField(max_length=3, choices=Direction.choices, default=Direction.IN)
    currency = models.CharField(max_length=CURRENCY_LENGTH)
    least_minor = models.BigIntegerField()
    most_minor = models.BigIntegerField()
    day_minor = models.BigIntegerField(null=True)
    month_minor = models.BigIntegerField(null=True)
    broker_percent = models.DecimalField(max_digits=7, decimal_places=4, default=0)
    broker_fixed_minor = models.BigIntegerField(default=0)
    broker_least_minor = models.BigIntegerField(default=0)
    broker_most_minor = models.BigIntegerField(null=True)
    psp_percent = models.DecimalField(max_digits=7, decimal_places=4, default=0)
    psp_fixed_minor = models.BigIntegerField(default=0)
    psp_least_minor = models.BigIntegerField(default=0)
    psp_most_minor = models.BigIntegerField(null=True)
    psp_fee_payer = models.CharField(
        max_length=6, choices=FeePayer.choices, default=FeePayer.BROKER
    )
    four_eyes_minor = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["method", "direction", "currency"], name="cashier_terms_once"
            ),
            models.CheckConstraint(
                condition=models.Q(least_minor__gt=0, most_minor__gte=models.F("least_minor")),
                name="cashier_terms_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method_id} {self.direction} {self.currency}"


class LevelLimit(models.Model):
    """Limits in place of those of a method's terms, for clients of a level or higher."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    terms = models.ForeignKey(MethodTerms, on_delete=models.CASCADE, related_name="levels")
    level = models.PositiveSmallIntegerField()
    """From this verification level on, up to the next that has limits of its own."""
    most_minor = models.BigIntegerField()
    day_minor = models.BigIntegerField(null=True)
    month_minor = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["terms", "level"], name="cashier_level_limit_once"),
            models.CheckConstraint(
                condition=models.Q(most_minor__gt=0), name="cashier_level_limit_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.terms_id} from level {self.level}"


class Allowance(models.Model):
    """What clients of a verification level or higher may take out in all, by whatever method."""

    level = models.PositiveSmallIntegerField(primary_key=True)
    currency = models.CharField(max_length=CURRENCY_LENGTH)
    day_minor = models.BigIntegerField(null=True)
    """In any 24 hours; ``None`` is no limit. Other currencies count by the wallets' rates."""
    month_minor = models.BigIntegerField(null=True)
    """In any 30 days."""

    def __str__(self) -> str:
        return f"allowance from level {self.level}"
