"""What the trading servers told: deals, positions, figures over time, and how far we have read."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from kernel.ids import new_id
from modules.trading.models.accounts import TradingAccount


class Deal(models.Model):
    """A deal of the server's history, kept for ever; money in minor units of the account's."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    server_id = models.UUIDField()
    deal_id = models.BigIntegerField()
    account = models.ForeignKey(
        TradingAccount, on_delete=models.PROTECT, related_name="deals", db_index=False
    )
    login = models.BigIntegerField()
    action = models.PositiveSmallIntegerField()
    """``DealAction`` of the trading server's port."""
    entry = models.PositiveSmallIntegerField()
    position_id = models.BigIntegerField()
    order_id = models.BigIntegerField()
    symbol = models.CharField(max_length=64, blank=True, default="")
    digits = models.PositiveSmallIntegerField(default=0)
    lots = models.DecimalField(max_digits=20, decimal_places=8)
    lots_closed = models.DecimalField(max_digits=20, decimal_places=8)
    contract_size = models.DecimalField(max_digits=20, decimal_places=8)
    price = models.DecimalField(max_digits=24, decimal_places=10)
    price_position = models.DecimalField(max_digits=24, decimal_places=10)
    """Open price of the position that an OUT deal closes; 0 otherwise."""
    profit_minor = models.BigIntegerField()
    swap_minor = models.BigIntegerField()
    commission_minor = models.BigIntegerField()
    """Commission and fee."""
    comment = models.CharField(max_length=64, blank=True, default="")
    done_at = models.DateTimeField()
    done_server_ms = models.BigIntegerField()
    """What the server's own wall clock said, in milliseconds."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["server_id", "deal_id"], name="deal_once"),
        ]
        indexes = [
            models.Index(fields=["account", "done_at"], name="deal_account_time"),
            BrinIndex(fields=["done_server_ms"], name="deal_server_time", pages_per_range=16),
        ]

    def __str__(self) -> str:
        return f"deal {self.deal_id}"


class Position(models.Model):
    """An open position as the server last told it; replaced at every look."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(TradingAccount, on_delete=models.CASCADE, related_name="positions")
    position_id = models.BigIntegerField()
    symbol = models.CharField(max_length=64)
    is_buy = models.BooleanField()
    digits = models.PositiveSmallIntegerField()
    lots = models.DecimalField(max_digits=20, decimal_places=8)
    price_open = models.DecimalField(max_digits=24, decimal_places=10)
    price_current = models.DecimalField(max_digits=24, decimal_places=10)
    price_stop_loss = models.DecimalField(max_digits=24, decimal_places=10)
    price_take_profit = models.DecimalField(max_digits=24, decimal_places=10)
    profit_minor = models.BigIntegerField()
    swap_minor = models.BigIntegerField()
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "position_id"], name="position_once"),
        ]

    def __str__(self) -> str:
        return f"position {self.position_id}"


class AccountSnapshot(models.Model):
    """An account's figures at the end of an hour; the present hour's row follows the server."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(TradingAccount, on_delete=models.CASCADE, related_name="snapshots")
    hour_at = models.DateTimeField()
    balance_minor = models.BigIntegerField()
    credit_minor = models.BigIntegerField()
    equity_minor = models.BigIntegerField()
    margin_minor = models.BigIntegerField()
    free_margin_minor = models.BigIntegerField()
    margin_level_percent = models.DecimalField(max_digits=14, decimal_places=2, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "hour_at"], name="snapshot_once_an_hour"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} at {self.hour_at}"


class DailyResult(models.Model):
    """What one account did in one symbol on one day of the server's clock.

    Money operations stand under the empty symbol. Kept with every deal, and rebuilt from them
    to be compared.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(
        TradingAccount, on_delete=models.CASCADE, related_name="days", db_index=False
    )
    day_on = models.DateField()
    symbol = models.CharField(max_length=64, blank=True, default="")
    deals = models.PositiveIntegerField(default=0)
    closed = models.PositiveIntegerField(default=0)
    """Closing deals."""
    won = models.PositiveIntegerField(default=0)
    """Closing deals that left more than nothing after swap and commission."""
    lots_closed = models.DecimalField(max_digits=24, decimal_places=8, default=0)
    profit_minor = models.BigIntegerField(default=0)
    swap_minor = models.BigIntegerField(default=0)
    commission_minor = models.BigIntegerField(default=0)
    deposits_minor = models.BigIntegerField(default=0)
    withdrawals_minor = models.BigIntegerField(default=0)
    """Negative: money that left."""
    credits_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "day_on", "symbol"], name="day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.symbol} {self.day_on}"


class ServerSync(models.Model):
    """How far one trading server has been read."""

    server_id = models.UUIDField(primary_key=True)
    cursor_server_s = models.BigIntegerField(default=0)
    """Seconds of the server's clock up to which its deals are here."""
    fence = models.BigIntegerField(default=0)
    """Number of the lease that wrote last: a late holder of an older one writes nothing."""
    is_caught_up = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    """When a look was last put in the queue; it is not sent again while it waits there."""
    pulled_at = models.DateTimeField(null=True)
    took_ms = models.PositiveIntegerField(default=0)
    accounts_at = models.DateTimeField(null=True)
    """When all accounts of the mapped groups were last listed."""
    moved_at = models.DateTimeField(null=True)
    """When something last happened there: a deal, or an open position."""
    failing_since_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=200, blank=True, default="")

    def __str__(self) -> str:
        return f"server {self.server_id} read to {self.cursor_server_s}"
