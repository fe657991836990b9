"""Trading servers of a broker and their groups."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel import secrets
from kernel.ids import new_id
from provisioning.servers.errors import NoSuchMove


class Platform(models.TextChoices):
    """Kinds of trading platforms that we can speak to."""

    MT5_WEB_API = "mt5_web_api", _("MetaTrader 5")


class Environment(models.TextChoices):
    """What the accounts of a server are for."""

    LIVE = "live", _("Live")
    DEMO = "demo", _("Demo")
    BOTH = "both", _("Live and demo")


class ServerState(models.TextChoices):
    """How far a server can be trusted."""

    DRAFT = "draft", _("Being connected")
    PROVEN = "proven", _("Connected")
    BROKEN = "broken", _("Not answering")
    REMOVED = "gone", _("Removed")


MOVES: Mapping[ServerState, frozenset[ServerState]] = {
    ServerState.DRAFT: frozenset({ServerState.PROVEN}),
    ServerState.PROVEN: frozenset({ServerState.BROKEN, ServerState.REMOVED}),
    ServerState.BROKEN: frozenset({ServerState.PROVEN, ServerState.REMOVED}),
    ServerState.REMOVED: frozenset(),
}
USABLE = frozenset({ServerState.PROVEN, ServerState.BROKEN})
"""States in which accounts may be on a server."""
PRESENT = USABLE | {ServerState.DRAFT}
"""States in which the broker still sees it."""


class ServerRows(models.QuerySet["Server"]):
    """Servers."""

    def usable(self) -> ServerRows:
        """Those whose test has passed, whether they answer now or not."""
        return self.filter(state__in=USABLE)

    def present(self) -> ServerRows:
        """Those that the broker still sees, drafts too."""
        return self.filter(state__in=PRESENT)

    def locked(self) -> ServerRows:
        """Locked until the transaction ends, in an order that cannot deadlock."""
        return self.order_by("pk").select_for_update(of=("self",))


class Server(models.Model):
    """A trading server and the manager account that we use on it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=60)
    platform = models.CharField(
        max_length=20, choices=Platform.choices, default=Platform.MT5_WEB_API
    )
    environment = models.CharField(max_length=4, choices=Environment.choices)
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField()
    login = models.BigIntegerField()
    """The manager's login."""
    sealed_password = models.BinaryField(default=b"")
    authority_pem = models.TextField(blank=True, default="")
    """The broker's own certificate authority, when it has one."""
    fingerprint = models.CharField(max_length=64, blank=True, default="")
    """SHA-256 of the one certificate that is trusted, when the broker pinned it."""
    state = models.CharField(max_length=6, choices=ServerState.choices, default=ServerState.DRAFT)
    wiring = models.PositiveIntegerField(default=1)
    """Counts changes of address, trust or credentials: open sessions of older ones are dropped."""
    offset_minutes = models.SmallIntegerField(null=True)
    """Server time less UTC."""
    drift_seconds = models.IntegerField(null=True)
    latency_ms = models.PositiveIntegerField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    failures_in_row = models.PositiveIntegerField(default=0)
    last_failure = models.CharField(max_length=40, blank=True, default="")
    """Code of the reason, see ``findings``."""
    proven_at = models.DateTimeField(null=True)
    up_since_at = models.DateTimeField(null=True)
    """Since when it has answered without a break that counts."""
    rights = models.JSONField(default=dict)
    """Whether our manager has each right, as last looked at; empty before the first look."""
    rights_read_at = models.DateTimeField(null=True)
    certificate_expires_at = models.DateTimeField(null=True)
    certified_at = models.DateTimeField(null=True)
    """When our mark last survived the way to this server and back."""
    created_at = models.DateTimeField()

    objects = ServerRows.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=~models.Q(state="gone"), name="server_name_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=ServerState.values), name="server_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(port__gt=0, port__lt=65536), name="server_port_possible"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def move_to(self, state: ServerState) -> None:
        """Move to ``state``; the caller saves.

        Raises:
            NoSuchMove: There is no such move.
        """
        if state not in MOVES[ServerState(self.state)]:
            raise NoSuchMove
        self.state = state

    def keep_password(self, password: str) -> None:
        """Seal the manager's API password; the caller saves."""
        self.sealed_password = secrets.seal(password, about=self.place)

    def password(self) -> str:
        """The manager's API password in clear: for the adapter only, never for a page."""
        return secrets.unseal(bytes(self.sealed_password), about=self.place).decode()

    @property
    def place(self) -> str:
        """Where the password is kept; sealing is bound to it."""
        return f"servers.Server.sealed_password:{self.pk}"


class ServerGroup(models.Model):
    """A group of accounts on a server, as last read."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    server = models.ForeignKey(Server, on_delete=models.CASCADE, related_name="groups")
    name = models.CharField(max_length=128)
    currency = models.CharField(max_length=16)
    currency_digits = models.PositiveSmallIntegerField()
    margin_mode = models.PositiveSmallIntegerField()
    margin_call_level = models.DecimalField(max_digits=12, decimal_places=2)
    stop_out_level = models.DecimalField(max_digits=12, decimal_places=2)
    is_stop_out_in_percent = models.BooleanField()
    leverage_default = models.PositiveIntegerField()
    demo_deposit = models.DecimalField(max_digits=20, decimal_places=2)
    password_length_min = models.PositiveSmallIntegerField()
    company = models.CharField(max_length=128, blank=True, default="")
    is_chosen = models.BooleanField(default=False)
    """Whether the broker lets us use it."""
    is_present = models.BooleanField(default=True)
    """Whether the server still has it."""
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["server", "name"], name="server_group_once")]

    def __str__(self) -> str:
        return self.name
