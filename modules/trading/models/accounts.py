"""Account types that a broker offers, and the trading accounts of its servers."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import new_id
from kernel.money import Money
from modules.trading.errors import AlreadyDecided


class Environment(models.TextChoices):
    """Whether an account holds real money."""

    LIVE = "live", _("Live")
    DEMO = "demo", _("Demo")


class Visibility(models.TextChoices):
    """Who may choose an account type."""

    DISABLED = "disabled", _("Nobody")
    OFFICE = "office", _("Back office only")
    CLIENTS = "clients", _("Clients")


class AccountType(models.Model):
    """What a client chooses when he opens an account; maps to one group of one server."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=60)
    summary = models.CharField(max_length=200, blank=True, default="")
    environment = models.CharField(max_length=8, choices=Environment.choices)
    server_id = models.UUIDField()
    """The trading server, a neighbour's row."""
    group = models.CharField(max_length=128)
    """Name of the server's group: it defines currency, symbols, spreads and commission."""
    currency = models.CharField(max_length=8)
    leverages = ArrayField(models.PositiveSmallIntegerField())
    leverage_default = models.PositiveSmallIntegerField()
    deposit_min_minor = models.BigIntegerField(default=0)
    accounts_max = models.PositiveSmallIntegerField(default=5)
    """Open accounts of this type that one client may have."""
    demo_amount_minor = models.BigIntegerField(default=0)
    """What a demo account starts with; 0 for live ones."""
    is_swap_free = models.BooleanField(default=False)
    needs_approval = models.BooleanField(default=False)
    takes_open_positions = models.BooleanField(default=False, db_default=False)
    """Accounts may change to this type while positions are open."""
    visibility = models.CharField(
        max_length=8, choices=Visibility.choices, default=Visibility.CLIENTS
    )
    cent_factor = models.PositiveSmallIntegerField(default=1, db_default=1)
    """How much on the server is one of the money's currency: 1, or 100 on cent accounts."""
    login_from = models.BigIntegerField(null=True)
    """First login to give; ``None`` goes on after the highest login of the group."""
    login_to = models.BigIntegerField(null=True)
    """Last login to give; ``None`` knows no end."""
    order = models.PositiveSmallIntegerField(default=100)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "environment"], name="account_type_named_once"),
            models.CheckConstraint(
                condition=models.Q(demo_amount_minor__gte=0, deposit_min_minor__gte=0),
                name="account_type_amounts",
            ),
            models.CheckConstraint(
                condition=models.Q(environment="demo") | models.Q(demo_amount_minor=0),
                name="account_type_gives_no_real_money",
            ),
            models.CheckConstraint(
                condition=models.Q(cent_factor__in=[1, 100]), name="account_type_cents"
            ),
            models.CheckConstraint(
                condition=models.Q(login_to__isnull=True)
                | models.Q(login_from__isnull=False, login_to__gte=models.F("login_from")),
                name="account_type_logins",
            ),
        ]
        indexes = [models.Index(fields=["server_id", "group"], name="account_type_group")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        """Whether its accounts hold real money."""
        return self.environment == Environment.LIVE


class AccountState(models.TextChoices):
    """Where a trading account stands with us."""

    REQUESTED = "requested", _("Waiting for approval")
    REFUSED = "refused", _("Refused")
    OPENING = "opening", _("Opening")
    UNKNOWN = "unknown", _("Being checked")
    OPEN = "open", _("Open")
    FAILED = "failed", _("Not opened")
    ARCHIVED = "archived", _("Archived")


MOVES: Mapping[AccountState, frozenset[AccountState]] = {
    AccountState.REQUESTED: frozenset({AccountState.OPENING, AccountState.REFUSED}),
    AccountState.REFUSED: frozenset(),
    AccountState.OPENING: frozenset({AccountState.OPEN, AccountState.FAILED, AccountState.UNKNOWN}),
    AccountState.UNKNOWN: frozenset({AccountState.OPEN, AccountState.FAILED, AccountState.OPENING}),
    AccountState.OPEN: frozenset({AccountState.ARCHIVED}),
    AccountState.FAILED: frozenset(),
    AccountState.ARCHIVED: frozenset({AccountState.OPEN}),
}

TONES: Mapping[AccountState, str] = {
    AccountState.REQUESTED: "warn",
    AccountState.REFUSED: "bad",
    AccountState.OPENING: "info",
    AccountState.UNKNOWN: "warn",
    AccountState.OPEN: "ok",
    AccountState.FAILED: "bad",
    AccountState.ARCHIVED: "",
}


class TradingAccount(models.Model):
    """An account on a trading server: a client's, or one found there that nobody has claimed.

    Money is in minor units of ``currency`` as the server counts, and last told it at ``state_at``:
    ``cent_factor`` of them are worth one.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    server_id = models.UUIDField()
    login = models.BigIntegerField(null=True)
    """``None`` until we chose one."""
    type = models.ForeignKey(AccountType, on_delete=models.PROTECT, related_name="accounts")
    client_id = models.UUIDField(null=True)
    currency = models.CharField(max_length=8)
    cent_factor = models.PositiveSmallIntegerField(default=1, db_default=1)
    """As its type's when it was opened, or last changed its type."""
    leverage = models.PositiveSmallIntegerField()
    is_live = models.BooleanField()
    state = models.CharField(max_length=12, choices=AccountState.choices)
    state_reason = models.CharField(max_length=300, blank=True, default="")
    nickname = models.CharField(max_length=40, blank=True, default="")
    asked_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    followed_from_at = models.DateTimeField(null=True)
    """Deals done from here on are announced; older ones are only history."""
    balance_minor = models.BigIntegerField(default=0)
    credit_minor = models.BigIntegerField(default=0)
    equity_minor = models.BigIntegerField(default=0)
    margin_minor = models.BigIntegerField(default=0)
    free_margin_minor = models.BigIntegerField(default=0)
    floating_minor = models.BigIntegerField(default=0)
    margin_level_percent = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    is_margin_called = models.BooleanField(default=False)
    may_trade = models.BooleanField(default=True)
    is_enabled = models.BooleanField(default=True, db_default=True)
    """Whether the login may connect."""
    pays_partner = models.BooleanField(default=True, db_default=True)
    """Whether a partner earns from what is traded here."""
    may_deposit = models.BooleanField(default=True, db_default=True)
    may_withdraw = models.BooleanField(default=True, db_default=True)
    may_transfer = models.BooleanField(default=True, db_default=True)
    """Off: the account does not appear in the forms of the cashier."""
    state_at = models.DateTimeField(null=True)
    deals_balance_minor = models.BigIntegerField(default=0)
    """What our deals say the balance is; differing from ``balance_minor`` we miss some."""
    deals_credit_minor = models.BigIntegerField(default=0)
    uneven_at = models.DateTimeField(null=True)
    """Since when our deals and the server's balance differ."""
    backfilled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["server_id", "login"], name="account_login_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=AccountState.values), name="account_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(cent_factor__in=[1, 100]), name="account_cents"
            ),
        ]
        indexes = [models.Index(fields=["client_id"], name="account_client")]

    def __str__(self) -> str:
        return f"account {self.login or self.pk}"

    def real(self, minor: int) -> Money:
        """``minor`` units of the server in real money, rounded down to the minor unit."""
        return Money(minor // self.cent_factor, self.currency)

    def move_to(self, state: AccountState, *, reason: str = "") -> None:
        """Move to ``state`` and save.

        Raises:
            AlreadyDecided: There is no such move.
        """
        if state not in MOVES[AccountState(self.state)]:
            raise AlreadyDecided
        self.state, self.state_reason = state, reason
        self.save(update_fields=["state", "state_reason"])


class LoginCounter(models.Model):
    """The next login to give out on one server, so that an unknown outcome can be looked up."""

    server_id = models.UUIDField(primary_key=True)
    next_login = models.BigIntegerField()

    def __str__(self) -> str:
        return f"next login {self.next_login}"


class LoginPool(models.Model):
    """The next login of a range that account types of one server give out together."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    server_id = models.UUIDField()
    login_from = models.BigIntegerField()
    next_login = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["server_id", "login_from"], name="login_pool_once")
        ]

    def __str__(self) -> str:
        return f"from {self.login_from}: {self.next_login}"
