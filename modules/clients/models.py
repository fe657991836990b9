"""Clients of this broker, how far they are verified, their groups, and what numbers them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel import secrets
from kernel.ids import new_id
from modules.clients.errors import NotInThisState


class State(models.TextChoices):
    """Where a client stands with the broker."""

    REGISTERED = "registered", _("Registered")
    ACTIVE = "active", _("Active")
    BLOCKED = "blocked", _("Blocked")
    CLOSED = "closed", _("Closed")


MOVES: Mapping[State, frozenset[State]] = {
    State.REGISTERED: frozenset({State.ACTIVE, State.BLOCKED, State.CLOSED}),
    State.ACTIVE: frozenset({State.BLOCKED, State.CLOSED}),
    State.BLOCKED: frozenset({State.ACTIVE, State.CLOSED}),
    State.CLOSED: frozenset(),
}

TONES: Mapping[State, str] = {
    State.REGISTERED: "info",
    State.ACTIVE: "ok",
    State.BLOCKED: "bad",
    State.CLOSED: "",
}

VERBS: Mapping[State, str | Promise] = {
    State.ACTIVE: _("Activate"),
    State.BLOCKED: _("Block"),
    State.CLOSED: _("Close"),
}

LEVELS: tuple[str | Promise, ...] = (_("Not verified"), _("Basic"), _("Full"))
"""Verification levels as they are called until the broker names them."""
MOST_LEVELS = 9
NAME_LENGTH = 60

SEALED = ("phone", "address", "born_on")
"""What is kept sealed: it is read one client at a time and never sorted by."""


class Client(models.Model):
    """A person who trades, or may come to trade, at this broker.

    A client is first known by the person who signed up and keeps that person's id.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    number = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.REGISTERED)
    state_reason = models.CharField(max_length=300, blank=True, default="")
    email = models.EmailField()
    first_name = models.CharField(max_length=80, blank=True, default="")
    last_name = models.CharField(max_length=80, blank=True, default="")
    country = models.CharField(max_length=2, blank=True, default="")
    """ISO 3166-1 alpha-2."""
    city = models.CharField(max_length=80, blank=True, default="")
    phone_sealed = models.BinaryField(null=True)
    phone_index = models.BinaryField(null=True, max_length=32)
    """Keyed digest of the digits, to find a client by his whole number."""
    address_sealed = models.BinaryField(null=True)
    born_on_sealed = models.BinaryField(null=True)
    language = models.CharField(max_length=16, blank=True, default="")
    owner_id = models.UUIDField(null=True)
    """The colleague who looks after the client."""
    team_id = models.UUIDField(null=True)
    registered_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    level = models.PositiveSmallIntegerField(default=0, db_default=0)
    """Rank of the verification level."""
    level_reason = models.CharField(max_length=300, blank=True, default="", db_default="")
    level_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-registered_at"], name="client_newest"),
            models.Index(fields=["owner_id"], name="client_owner"),
            models.Index(fields=["phone_index"], name="client_phone"),
            models.Index(fields=["level"], name="client_level"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=State.values), name="client_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(level__lt=MOST_LEVELS), name="client_level_known"
            ),
        ]

    def __str__(self) -> str:
        return f"client {self.number}"

    def move_to(self, state: State, *, reason: str) -> None:
        """Move to ``state`` and save.

        Raises:
            NotInThisState: There is no such move.
        """
        if state not in MOVES[State(self.state)]:
            raise NotInThisState(state=State(self.state).label)
        self.state, self.state_reason = state, reason
        self.save(update_fields=["state", "state_reason"])

    def sealed(self, field: str) -> str:
        """What is kept sealed in ``field``; empty when nothing is."""
        box = getattr(self, f"{field}_sealed")
        return secrets.unseal(box, about=place(field, self.pk)).decode() if box else ""

    def put_sealed(self, field: str, value: str) -> None:
        """Seal ``value`` into ``field`` without saving; empty text clears it."""
        box = secrets.seal(value, about=place(field, self.pk)) if value else None
        setattr(self, f"{field}_sealed", box)


def place(field: str, client_id: uuid.UUID) -> str:
    """Where a sealed value of a client is kept."""
    return f"clients.Client.{field}:{client_id}"


class ClientCounter(models.Model):
    """The last number given to a client: one row, locked by whoever takes the next."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    last_number = models.PositiveIntegerField(default=10_000)

    def __str__(self) -> str:
        return f"client {self.last_number}"


class VerificationLevel(models.Model):
    """A verification level as the broker calls it; the first ones exist without a row."""

    rank = models.PositiveSmallIntegerField(primary_key=True)
    name = models.CharField(max_length=NAME_LENGTH)
    titles = models.JSONField(default=dict)
    """Name for clients by language."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rank__lt=MOST_LEVELS), name="client_level_rank"
            ),
        ]

    def __str__(self) -> str:
        return f"level {self.rank}"


class ClientGroup(models.Model):
    """A group that the broker puts clients into, such as those it looks after best.

    Archived, it takes nobody new; who is in it stays, and rules that name it go on: archiving
    opens and shuts no door by itself.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=NAME_LENGTH)
    archived_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), name="client_group_name_once"),
        ]

    def __str__(self) -> str:
        return f"group {self.pk}"


class GroupMember(models.Model):
    """A client in a group; the audit knows who put him there."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    group = models.ForeignKey(ClientGroup, on_delete=models.PROTECT, related_name="members")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="memberships")
    since_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "group"], name="client_in_group_once"),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} in {self.group_id}"
