"""Brokers, their host names, and the schemas that wait for the next ones."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin

from kernel.ids import new_id


class State(models.TextChoices):
    """The life of a tenant."""

    NEW = "new", _("Being set up")
    LIVE = "live", _("Live")
    SUSPENDED = "suspended", _("Suspended")
    CLOSED = "closed", _("Closed")


MOVES: dict[State, frozenset[State]] = {
    State.NEW: frozenset({State.LIVE, State.CLOSED}),
    State.LIVE: frozenset({State.SUSPENDED, State.CLOSED}),
    State.SUSPENDED: frozenset({State.LIVE, State.CLOSED}),
    State.CLOSED: frozenset(),
}


class Tenant(TenantMixin):
    """A broker."""

    auto_create_schema = False
    auto_drop_schema = False

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.CharField(max_length=40, unique=True)
    """The name in its platform address: lower-case letters, digits and hyphens."""
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=12, choices=State, default=State.NEW)
    suspended_because = models.CharField(max_length=300, blank=True, default="")
    entitled_modules = ArrayField(models.CharField(max_length=50), default=list)
    """Keys that are paid for; written by billing through ``set_entitlements``."""
    wanted_modules = ArrayField(models.CharField(max_length=50), default=list)
    """Keys that the tenant admin has switched on."""
    active_modules = ArrayField(models.CharField(max_length=50), default=list)
    """Entitled and wanted, with all that they require entitled and wanted too."""
    theme_version = models.CharField(max_length=64, blank=True, default="")
    locale = models.CharField(max_length=10, default="en")
    time_zone = models.CharField(max_length=50, default="UTC")
    country = models.CharField(max_length=2, blank=True, default="")
    is_sandbox = models.BooleanField(default=False)
    cell = models.CharField(max_length=30, default="main")
    """The database cluster that holds the schema."""
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.slug

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the row alone: schemas are made by ``tenants.schemas``, never by saving."""
        models.Model.save(self, *args, **kwargs)


class DomainState(models.TextChoices):
    """Whether DNS says that a host name belongs to its tenant."""

    PENDING = "pending", _("Waiting for DNS")
    VERIFIED = "verified", _("Verified")
    LOST = "lost", _("DNS no longer points here")


class Domain(DomainMixin):
    """A host name that a tenant answers to."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    is_custom = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=DomainState, default=DomainState.VERIFIED)
    token = models.CharField(max_length=64, blank=True, default="")
    """What the TXT record must carry."""
    verified_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    misses = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True, default="")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the row alone; ``tenants.services`` keeps one primary host per tenant."""
        models.Model.save(self, *args, **kwargs)


class RetiredHost(models.Model):
    """A host name that was freed and stays out of use for a while."""

    host = models.CharField(max_length=253, primary_key=True)
    free_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.host


class ReadySchema(models.Model):
    """A schema with its roles, made ahead and bound to nobody."""

    schema_name = models.CharField(max_length=63, primary_key=True)
    shape = models.CharField(max_length=64)
    """Digest of the migrations it was made from."""
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.schema_name


class SchemaScript(models.Model):
    """The statements that make an empty tenant schema, generated from a migrated one."""

    shape = models.CharField(max_length=64, primary_key=True)
    statements = models.TextField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.shape


class TenantHealth(models.Model):
    """Numbers that a tenant publishes about itself for the vendor: counts and states only."""

    tenant = models.OneToOneField(Tenant, on_delete=models.CASCADE, primary_key=True)
    figures = models.JSONField(default=dict)
    taken_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"health of {self.tenant_id}"
