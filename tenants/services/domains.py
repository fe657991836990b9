"""Custom domains: proved by DNS, checked again every day, never reused too soon."""

from __future__ import annotations

import datetime as dt
import re
import secrets
import uuid

from django.db import transaction

from kernel import audit, clock
from kernel.actor import Actor
from tenants import directory, dns, errors
from tenants.models import Domain, DomainState, RetiredHost, State
from tenants.queries import cname_target, domain_line, txt_name
from tenants.types import DomainLine

QUARANTINE = dt.timedelta(days=90)
MISSES_BEFORE_LOST = 2
_HOST = re.compile(
    r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])"
)


@transaction.atomic
def add_domain(tenant_id: uuid.UUID, host: str, *, by: Actor) -> DomainLine:
    """Begin to prove that ``host`` belongs to the tenant; it answers only once verified.

    Raises:
        errors.HostMalformed: Not a full domain name.
        errors.HostTaken: Somebody has it, or it was freed less than 90 days ago.
    """
    host = host.strip().lower().rstrip(".")
    ascii_host = _to_ascii(host)
    if not _HOST.fullmatch(ascii_host) or dns.is_ours(ascii_host):
        raise errors.HostMalformed(host=host)
    own = Domain.objects.filter(domain=ascii_host, tenant_id=tenant_id).first()
    if own is not None:
        return domain_line(own)
    retired = RetiredHost.objects.filter(host=ascii_host, free_at__gt=clock.now())
    if Domain.objects.filter(domain=ascii_host).exists() or retired.exists():
        raise errors.HostTaken(host=host)
    domain = Domain.objects.create(
        tenant_id=tenant_id,
        domain=ascii_host,
        is_primary=False,
        is_custom=True,
        state=DomainState.PENDING,
        token=secrets.token_urlsafe(24),
    )
    audit.note("tenants.domain_added", about=f"tenant:{tenant_id}", by=by, changes={"host": host})
    return domain_line(domain)


def verify_domain(domain_id: uuid.UUID, *, by: Actor) -> DomainLine:
    """Ask DNS whether the host is the tenant's, and record the answer.

    The DNS question is put outside a transaction; the answer is recorded in one of its own.
    A verified host is lost after two checks in a row that fail.
    """
    domain = Domain.objects.select_related("tenant").get(pk=domain_id)
    problem = dns.problem_of(
        txt_name(domain.domain), domain.token, domain.domain, cname_target(domain.tenant.slug)
    )
    return _record_check(domain_id, problem, by=by)


@transaction.atomic
def remove_domain(domain_id: uuid.UUID, *, by: Actor) -> None:
    """Free a custom host; nobody may take it for 90 days.

    Raises:
        Domain.DoesNotExist: There is no such custom host.
    """
    domain = Domain.objects.select_for_update().get(pk=domain_id, is_custom=True)
    if domain.is_primary:
        Domain.objects.filter(tenant_id=domain.tenant_id, is_custom=False).update(is_primary=True)
    RetiredHost.objects.update_or_create(
        host=domain.domain, defaults={"free_at": clock.now() + QUARANTINE}
    )
    audit.note(
        "tenants.domain_removed",
        about=f"tenant:{domain.tenant_id}",
        by=by,
        changes={"host": domain.domain},
    )
    domain.delete()
    transaction.on_commit(directory.tell_changed)


def may_issue(host: str) -> bool:
    """Whether a certificate may be ordered: ``host`` is verified and its tenant open."""
    found = Domain.objects.filter(
        domain=host.lower().rstrip("."),
        state=DomainState.VERIFIED,
        tenant__state__in=[State.LIVE, State.NEW],
    )
    return bool(found.exists())


def domains_to_check(limit: int = 500) -> list[uuid.UUID]:
    """Custom hosts whose last check is a day old or more, the longest unchecked first."""
    before = clock.now() - dt.timedelta(days=1)
    due = Domain.objects.filter(is_custom=True).exclude(checked_at__gt=before)
    return list(due.order_by("checked_at").values_list("pk", flat=True)[:limit])


@transaction.atomic
def _record_check(domain_id: uuid.UUID, problem: str, *, by: Actor) -> DomainLine:
    domain = Domain.objects.select_for_update().get(pk=domain_id)
    before = domain.state
    domain.checked_at = clock.now()
    domain.problem = problem
    if not problem:
        domain.state, domain.misses = DomainState.VERIFIED, 0
        domain.verified_at = domain.verified_at or clock.now()
    elif before == DomainState.VERIFIED:
        domain.misses += 1
        if domain.misses >= MISSES_BEFORE_LOST:
            domain.state = DomainState.LOST
    domain.save()
    if domain.state != before:
        audit.note(
            "tenants.domain_checked",
            about=f"tenant:{domain.tenant_id}",
            by=by,
            changes={"host": domain.domain, "state": [before, domain.state]},
        )
        transaction.on_commit(directory.tell_changed)
    return domain_line(domain)


def _to_ascii(host: str) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return ""
