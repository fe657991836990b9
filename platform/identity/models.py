"""People who sign in, their roles and teams: vendor staff in public, the others per tenant."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from kernel import clock, pin
from kernel.ids import new_id


class Kind(models.TextChoices):
    """Which side of the counter a person stands on."""

    VENDOR = "vendor", _("Vendor staff")
    STAFF = "staff", _("Staff")
    CLIENT = "client", _("Client")


class UserManager(BaseUserManager["User"]):
    """People, found by e-mail whatever its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        """The person with this e-mail."""
        return self.get(email=(username or "").lower())

    def locked(self) -> models.QuerySet[User]:
        """The same, each row held until the transaction ends, in key order."""
        return self.order_by("pk").select_for_update(of=("self",))


class User(AbstractBaseUser):
    """A person who signs in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    """Lower case, so that a plain unique index ignores case."""
    full_name = models.CharField(max_length=150)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    language = models.CharField(max_length=12, blank=True, default="")
    """Language tag; empty for the tenant's own."""
    time_zone = models.CharField(max_length=64, blank=True, default="")
    """IANA name; empty for the tenant's own."""
    is_active = models.BooleanField(default=True)
    session_epoch = models.PositiveIntegerField(default=0)
    """Part of every session's proof: raising it ends them all at once."""
    joined_at = models.DateTimeField(default=clock.now)
    disabled_at = models.DateTimeField(null=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="identity_user_email_lower"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=Kind.values), name="identity_user_kind"
            ),
        ]
        indexes = [models.Index(fields=["kind", "full_name"], name="identity_user_kind_name")]

    def __str__(self) -> str:
        return self.full_name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the person, with the e-mail in lower case."""
        self.email = self.email.lower()
        super().save(*args, **kwargs)

    def get_session_auth_hash(self) -> str:
        """What a session must prove: this password, this epoch, this tenant."""
        return self._session_proof(None)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        return self._session_proof(secret)

    def _session_proof(self, secret: str | None) -> str:
        words = f"{pin.current()}|{self.pk}|{self.session_epoch}|{self.password}"
        return salted_hmac("identity.session", words, secret=secret, algorithm="sha256").hexdigest()

    @property
    def is_of_the_house(self) -> bool:
        """Whether the person works here: a second factor is then not a choice."""
        return self.kind in (Kind.STAFF, Kind.VENDOR)


class Role(models.Model):
    """A set of rights that people of one kind may hold."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.SlugField(max_length=40, unique=True, null=True)
    """Names a role that comes with the product; ``None`` for a tenant's own."""
    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.STAFF)
    grants = models.JSONField(default=dict)
    """Permission code, or a pattern such as ``trading.see_*``, to the scope it reaches."""
    masked = models.JSONField(default=list)
    """Names of the fields that holders see only in part."""
    is_locked = models.BooleanField(default=False)
    """Whether its rights stay as they are: the admin's."""

    def __str__(self) -> str:
        return self.name


class RoleMembership(models.Model):
    """That a person holds a role."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_memberships")
    given_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["role", "person"], name="identity_role_held_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} holds {self.role_id}"


class Team(models.Model):
    """People who see each other's records under the scope ``team``."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=80, unique=True)

    def __str__(self) -> str:
        return self.name


class TeamMembership(models.Model):
    """That a person belongs to a team."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="team_memberships")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "person"], name="identity_in_team_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.team_id}"


class Invitation(models.Model):
    """A way in for one person whom somebody of the house vouches for."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(max_length=254)
    full_name = models.CharField(max_length=150, blank=True, default="")
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    """SHA-256 of the token in the mail, in hexadecimal; the token itself is not kept."""
    invited_by = models.UUIDField(null=True)
    invited_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="identity_one_open_invitation",
            ),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="identity_invitation_email_lower"
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class IpAllowRule(models.Model):
    """A network that staff may come from; with none, they may come from anywhere."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    network = models.CharField(max_length=43, unique=True)
    """In CIDR form, IPv4 or IPv6."""
    note = models.CharField(max_length=120, blank=True, default="")
    added_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.network
