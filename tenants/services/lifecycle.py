"""From a reserved address to a live tenant, and what may stop it."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.conf import settings
from django.db import transaction

from kernel import audit, clock
from kernel.actor import Actor
from kernel.events import publish
from kernel.ids import new_id
from tenants import directory, errors
from tenants.events import TenantMoved
from tenants.models import MOVES, Domain, ReadySchema, RetiredHost, State, Tenant
from tenants.queries import platform_host, tenant_info
from tenants.schemas import build
from tenants.types import TenantInfo

_SLUG = re.compile(r"[a-z][a-z0-9-]{1,28}[a-z0-9]")


def reserve_slug(slug: str) -> str:
    """Check that a broker may have the address ``slug``; return it in lower case.

    Raises:
        errors.SlugMalformed: It is not a host label of 3 to 30 characters.
        errors.SlugReserved: The platform keeps it.
        errors.SlugTaken: Another broker has it, or had it lately.
    """
    slug = slug.strip().lower()
    if not _SLUG.fullmatch(slug) or "--" in slug:
        raise errors.SlugMalformed
    if slug in settings.RESERVED_SLUGS:
        raise errors.SlugReserved(slug=slug)
    host = platform_host(slug)
    retired = RetiredHost.objects.filter(host=host, free_at__gt=clock.now())
    if Tenant.objects.filter(slug=slug).exists() or retired.exists():
        raise errors.SlugTaken(slug=slug)
    return slug


@transaction.atomic
def create_tenant(
    slug: str, *, name: str, by: Actor, tenant_id: uuid.UUID | None = None, **details: Any
) -> TenantInfo:
    """Bind a ready schema to a new tenant, closed until :func:`open_doors`.

    Creating the same ``tenant_id`` again is harmless. ``details`` are ``locale``,
    ``time_zone``, ``country`` and ``is_sandbox``. With no schema ready one is made on the
    spot, which needs the provisioner's rights.

    Raises:
        errors.SlugTaken: Another tenant has the address.
    """
    tenant_id = tenant_id or new_id()
    existing = Tenant.objects.filter(pk=tenant_id).first()
    if existing is not None:
        return tenant_info(existing)
    slug = reserve_slug(slug)
    tenant = Tenant.objects.create(
        id=tenant_id,
        slug=slug,
        name=name,
        schema_name=_take_schema(),
        created_at=clock.now(),
        **details,
    )
    Domain.objects.create(
        tenant=tenant, domain=platform_host(slug), is_primary=True, verified_at=clock.now()
    )
    audit.note("tenants.created", about=f"tenant:{tenant.pk}", by=by, changes={"slug": slug})
    return tenant_info(tenant)


def open_doors(tenant_id: uuid.UUID, *, by: Actor) -> None:
    """Make a tenant live; repeating it is harmless. Opens a transaction."""
    if Tenant.objects.filter(pk=tenant_id, state=State.LIVE).exists():
        return
    move(tenant_id, State.LIVE, by=by)


def suspend(tenant_id: uuid.UUID, *, reason: str, by: Actor) -> None:
    """Close a live tenant's doors; its data stay. Opens a transaction.

    Raises:
        errors.NoSuchMove: It is not live.
    """
    move(tenant_id, State.SUSPENDED, by=by, reason=reason)


def resume(tenant_id: uuid.UUID, *, reason: str, by: Actor) -> None:
    """Open a suspended tenant's doors again. Opens a transaction.

    Raises:
        errors.NoSuchMove: It is not suspended.
    """
    move(tenant_id, State.LIVE, by=by, reason=reason)


@transaction.atomic
def move(tenant_id: uuid.UUID, state: State, *, by: Actor, reason: str = "") -> None:
    """Move a tenant to ``state`` by the table of moves.

    Raises:
        errors.NoSuchMove: There is no such move from where it is.
    """
    tenant = Tenant.objects.select_for_update().get(pk=tenant_id)
    before = State(tenant.state)
    if state not in MOVES[before]:
        raise errors.NoSuchMove(state=before.label)
    tenant.state = state
    tenant.suspended_because = reason if state == State.SUSPENDED else ""
    tenant.save(update_fields=["state", "suspended_because"])
    audit.note(
        "tenants.moved",
        about=f"tenant:{tenant.pk}",
        by=by,
        changes={"state": [before.value, state.value]},
        reason=reason,
    )
    publish(TenantMoved(tenant_id=tenant.pk, state=state.value))
    transaction.on_commit(directory.tell_changed)


def set_theme_version(tenant_id: uuid.UUID, version: str) -> None:
    """Make pages link theme ``version`` from the next request on."""
    Tenant.objects.filter(pk=tenant_id).update(theme_version=version)
    transaction.on_commit(directory.tell_changed)


@transaction.atomic
def describe(tenant_id: uuid.UUID, *, by: Actor, **details: str) -> None:
    """Change a tenant's ``name``, ``locale``, ``time_zone`` or ``country``."""
    allowed = {k: v for k, v in details.items() if k in {"name", "locale", "time_zone", "country"}}
    Tenant.objects.filter(pk=tenant_id).update(**allowed)
    audit.note("tenants.described", about=f"tenant:{tenant_id}", by=by, changes=allowed)
    transaction.on_commit(directory.tell_changed)


@transaction.atomic
def set_sandbox(tenant_id: uuid.UUID, *, is_sandbox: bool, by: Actor) -> None:
    """Mark a tenant as a sandbox, or as a real one."""
    Tenant.objects.filter(pk=tenant_id).update(is_sandbox=is_sandbox)
    audit.note(
        "tenants.sandbox_set",
        about=f"tenant:{tenant_id}",
        by=by,
        changes={"is_sandbox": is_sandbox},
    )
    transaction.on_commit(directory.tell_changed)


@transaction.atomic
def make_primary(tenant_id: uuid.UUID, domain_id: uuid.UUID, *, by: Actor) -> None:
    """Make a verified host the one that links are made with.

    Raises:
        errors.NotVerified: Its DNS is not verified.
    """
    domain = Domain.objects.select_for_update().get(pk=domain_id, tenant_id=tenant_id)
    if domain.state != "verified":
        raise errors.NotVerified(problem=domain.problem)
    Domain.objects.filter(tenant_id=tenant_id, is_primary=True).update(is_primary=False)
    domain.is_primary = True
    domain.save(update_fields=["is_primary"])
    audit.note(
        "tenants.primary_host_set",
        about=f"tenant:{tenant_id}",
        by=by,
        changes={"host": domain.domain},
    )
    transaction.on_commit(directory.tell_changed)


def _take_schema() -> str:
    """A ready schema that nobody else gets; needs a transaction."""
    reserve = ReadySchema.objects.select_for_update(skip_locked=True).order_by("made_at")
    while (ready := reserve.first()) is None:
        build.build()  # into the reserve first: a crash of ours then leaves it there
    schema = ready.schema_name
    ready.delete()
    return schema
