"""Exchange: the broker's own rates and terms, quotes; and corrections by hand."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import new_id


class OwnRate(models.Model):
    """A rate that the broker set: units of ``quote`` for one of ``base``.

    The newest of a pair holds; one that is empty takes the pair back to the reference rates.
    """

    append_only: ClassVar = True

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    base = models.CharField(max_length=8)
    quote = models.CharField(max_length=8)
    rate = models.DecimalField(max_digits=24, decimal_places=12, null=True)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(rate__isnull=True) | models.Q(rate__gt=0),
                name="wallets_rate_positive",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["base", "quote", "-set_at"], name="wallets_rate_newest")
        ]

    def __str__(self) -> str:
        return f"{self.base}/{self.quote} {self.rate}"


class PairTerms(models.Model):
    """What exchanging one currency into another costs. ``*`` to ``*`` holds for all other pairs."""

    ANY = "*"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    pay = models.CharField(max_length=8)
    receive = models.CharField(max_length=8)
    is_open = models.BooleanField(default=True)
    markup_percent = models.DecimalField(max_digits=7, decimal_places=4)
    approval_from_minor = models.BigIntegerField(null=True)
    """Amounts paid from here on wait for approval; minor units of ``pay``."""
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pay", "receive"], name="wallets_terms_once"),
            models.CheckConstraint(
                condition=models.Q(markup_percent__gte=0, markup_percent__lt=50),
                name="wallets_terms_markup",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pay} to {self.receive}: {self.markup_percent} %"


class QuoteState(models.TextChoices):
    """What became of a quote. One that ran out stays offered and cannot be taken any more."""

    OFFERED = "offered", _("Offered")
    WAITING = "waiting", _("Waiting for approval")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")


QUOTE_MOVES = {
    QuoteState.OFFERED: frozenset({QuoteState.WAITING, QuoteState.DONE}),
    QuoteState.WAITING: frozenset({QuoteState.DONE, QuoteState.REFUSED}),
    QuoteState.DONE: frozenset(),
    QuoteState.REFUSED: frozenset(),
}


class Quote(models.Model):
    """What a client was offered for his money, for some seconds."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    client_id = models.UUIDField()
    pay_minor = models.BigIntegerField()
    pay_currency = models.CharField(max_length=8)
    receive_minor = models.BigIntegerField()
    receive_currency = models.CharField(max_length=8)
    spread_minor = models.BigIntegerField()
    """What the house keeps, in minor units of the currency received."""
    middle_rate = models.DecimalField(max_digits=24, decimal_places=12)
    """Units received for one paid, before the markup."""
    markup_percent = models.DecimalField(max_digits=7, decimal_places=4)
    rate_source = models.CharField(max_length=60)
    rate_at = models.DateTimeField()
    made_at = models.DateTimeField()
    valid_until_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=QuoteState.choices, default=QuoteState.OFFERED)
    hold_id = models.UUIDField(null=True)
    entry_id = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(pay_minor__gt=0, receive_minor__gt=0, spread_minor__gte=0),
                name="wallets_quote_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=QuoteState.values), name="wallets_quote_state_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["client_id", "-made_at"], name="wallets_quote_client")
        ]

    def __str__(self) -> str:
        return f"{self.pay_minor} {self.pay_currency} to {self.receive_currency}"


class CorrectionState(models.TextChoices):
    """Where a correction stands."""

    WAITING = "waiting", _("Waiting for approval")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")


class Correction(models.Model):
    """A colleague's wish to put money on a wallet, or take it, by hand."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    wallet_id = models.UUIDField()
    client_id = models.UUIDField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=8)
    reason = models.CharField(max_length=300)
    state = models.CharField(
        max_length=10, choices=CorrectionState.choices, default=CorrectionState.WAITING
    )
    asked_by = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    entry_id = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(amount_minor=0), name="wallets_correction_moves"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=CorrectionState.values),
                name="wallets_correction_state_known",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["wallet_id", "-asked_at"], name="wallets_correction_wallet")
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency} on {self.wallet_id}"
