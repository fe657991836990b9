"""What is known of tenants."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from kernel.pin import PUBLIC
from tenants import directory
from tenants.models import Domain, ReadySchema, State, Tenant
from tenants.types import DomainLine, PoolState, TenantInfo, TenantLine


def platform_host(slug: str) -> str:
    """The host that the platform gives a broker."""
    return f"{slug}.{settings.TENANT_BASE_DOMAIN}"


def url_of(host: str, path: str = "/") -> str:
    """An absolute address on ``host``, with the scheme and port that people use."""
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    return f"{settings.PUBLIC_SCHEME}://{host}{port}{path}"


def txt_name(host: str) -> str:
    """Where the TXT record that proves ownership of ``host`` must stand."""
    return f"_atrium-verify.{host}"


def cname_target(slug: str) -> str:
    """Where the CNAME of a custom host must point."""
    return platform_host(slug)


def get_tenant(tenant_id: uuid.UUID) -> TenantLine:
    """One tenant with its hosts and health.

    Raises:
        Tenant.DoesNotExist: There is none.
    """
    return _line(_with_all().get(pk=tenant_id))


def find_tenant_by_slug(slug: str) -> TenantLine | None:
    """The tenant whose platform address begins with ``slug``, if there is one."""
    row = _with_all().filter(slug=slug).first()
    return _line(row) if row else None


def tenants() -> tuple[TenantLine, ...]:
    """Every tenant, newest first."""
    return tuple(_line(row) for row in _with_all().order_by("-created_at"))


def live_schemas() -> tuple[tuple[str, frozenset[str]], ...]:
    """Schema and active modules of every live tenant."""
    rows = Tenant.objects.filter(state=State.LIVE).order_by("schema_name")
    return tuple((s, frozenset(a)) for s, a in rows.values_list("schema_name", "active_modules"))


def open_schemas() -> tuple[tuple[str, frozenset[str]], ...]:
    """Schema and active modules of every tenant that is not closed: those still have events."""
    rows = Tenant.objects.exclude(state=State.CLOSED).order_by("schema_name")
    return tuple((s, frozenset(a)) for s, a in rows.values_list("schema_name", "active_modules"))


def pool_state() -> PoolState:
    """How many schemas stand ready."""
    rows = ReadySchema.objects.order_by("made_at")
    oldest = rows.first()
    return PoolState(
        ready=rows.count(),
        wanted=settings.READY_SCHEMAS,
        oldest_at=oldest.made_at if oldest else None,
    )


def domains_of(tenant_id: uuid.UUID) -> tuple[DomainLine, ...]:
    """The hosts of a tenant, the platform's own first."""
    rows = Domain.objects.filter(tenant_id=tenant_id).select_related("tenant")
    return tuple(domain_line(row) for row in rows.order_by("is_custom", "domain"))


def domain_line(domain: Domain) -> DomainLine:
    """A host as pages show it."""
    return DomainLine(
        id=domain.pk,
        host=domain.domain,
        is_primary=domain.is_primary,
        is_custom=domain.is_custom,
        state=domain.state,
        txt_name=txt_name(domain.domain),
        txt_value=domain.token,
        cname_target=cname_target(domain.tenant.slug),
        checked_at=domain.checked_at,
        problem=domain.problem,
    )


def tenant_info(tenant: Tenant) -> TenantInfo:
    """A tenant as a request sees it."""
    return TenantInfo(
        id=tenant.pk,
        schema=tenant.schema_name,
        slug=tenant.slug,
        name=tenant.name,
        state=tenant.state,
        active_modules=frozenset(tenant.active_modules),
        theme_version=tenant.theme_version,
        locale=tenant.locale,
        time_zone=tenant.time_zone,
        primary_host=_primary(tenant),
        is_sandbox=tenant.is_sandbox,
    )


def _primary(tenant: Tenant) -> str:
    hosts = {d.is_primary: d.domain for d in tenant.domains.all()}
    return hosts.get(True) or platform_host(tenant.slug)


def _with_all() -> QuerySet[Tenant]:
    hosts = Prefetch("domains", Domain.objects.select_related("tenant").order_by("domain"))
    rows: QuerySet[Tenant] = Tenant.objects.select_related("tenanthealth")
    return rows.prefetch_related(hosts)


def _line(tenant: Tenant) -> TenantLine:
    health = getattr(tenant, "tenanthealth", None)
    return TenantLine(
        id=tenant.pk,
        schema=tenant.schema_name,
        slug=tenant.slug,
        name=tenant.name,
        state=tenant.state,
        entitled_modules=frozenset(tenant.entitled_modules),
        wanted_modules=frozenset(tenant.wanted_modules),
        active_modules=frozenset(tenant.active_modules),
        locale=tenant.locale,
        time_zone=tenant.time_zone,
        country=tenant.country,
        cell=tenant.cell,
        is_sandbox=tenant.is_sandbox,
        suspended_because=tenant.suspended_because,
        created_at=tenant.created_at,
        primary_host=_primary(tenant),
        hosts=tuple(domain_line(d) for d in tenant.domains.all()),
        health=health.figures if health else {},
        health_at=health.taken_at if health else None,
    )


def base_url_of(schema: str) -> str:
    """The absolute address of a tenant's primary host, or of the vendor's, without a path."""
    tenant = directory.vendor() if schema == PUBLIC else directory.find_by_schema(schema)
    return url_of(tenant.primary_host if tenant else settings.VENDOR_HOSTS[0], "")
