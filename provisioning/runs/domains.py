"""A broker's own host names, asked of the vendor's schema on its behalf.

Each function stands in the tenant's unit of work, finds out whose it is from the pin, and
sends one question across; so a broker can name no domain but its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from kernel.actor import Actor
from kernel.errors import Refused
from kernel.pin import PUBLIC
from provisioning.runs.checklist import own_tenant
from tenants import queries as tenants
from tenants import services as tenancy
from tenants.types import DomainLine
from tenants.work import run_in


class NotYours(Refused):
    """The domain is gone, or was never this broker's."""

    code = "runs.no_such_domain"
    sentence = _("This domain is not in your list.")


def own_domains() -> tuple[DomainLine, ...]:
    """The hosts of the pinned tenant, the platform's own first."""
    return run_in(PUBLIC, tenants.domains_of, own_tenant().id)


def add(host: str, *, by: Actor) -> DomainLine:
    """Begin to prove that ``host`` belongs to the pinned tenant.

    Raises:
        HostMalformed, HostTaken: The host cannot be had.
    """
    return run_in(PUBLIC, tenancy.add_domain, own_tenant().id, host, by=by)


def check(domain_id: uuid.UUID, *, by: Actor) -> DomainLine:
    """Ask DNS about a domain now.

    Raises:
        NotYours: It is not the pinned tenant's.
    """
    return _with_own(domain_id, lambda _id: tenancy.verify_domain(domain_id, by=by))


def make_primary(domain_id: uuid.UUID, *, by: Actor) -> None:
    """Make links and mails use a verified domain.

    Raises:
        NotYours: It is not the pinned tenant's.
        NotVerified: DNS does not prove it yet.
    """
    _with_own(domain_id, lambda tenant_id: tenancy.make_primary(tenant_id, domain_id, by=by))


def remove(domain_id: uuid.UUID, *, by: Actor) -> None:
    """Give a domain up; nobody may take it for 90 days.

    Raises:
        NotYours: It is not the pinned tenant's own.
    """
    if any(line.id == domain_id and not line.is_custom for line in own_domains()):
        raise NotYours  # the platform's own address stays
    _with_own(domain_id, lambda _id: tenancy.remove_domain(domain_id, by=by))


def _with_own(domain_id: uuid.UUID, act: Callable[[uuid.UUID], DomainLine | None]) -> DomainLine:
    tenant_id = own_tenant().id

    def work() -> DomainLine:
        lines = {line.id: line for line in tenants.domains_of(tenant_id)}
        if domain_id not in lines:
            raise NotYours
        return act(tenant_id) or lines[domain_id]

    return run_in(PUBLIC, work)
