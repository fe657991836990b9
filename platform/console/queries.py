"""What the vendor may know of brokers.

Everything here comes from the public schema: rows that the vendor keeps, and the counts and
states that each broker's own tasks publish. The console has no way to a client.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing import queries as billing
from billing.types import SubscriptionLine
from console.types import (
    BrokerLine,
    BrokerPage,
    BrokerSheet,
    Deed,
    Figure,
    ModuleLine,
    ServerHealth,
)
from kernel import audit, events
from kernel.events import DeadLetter
from kernel.pin import PUBLIC
from kernel.registry import modules
from provisioning.runs import queries as provisioning
from tenants import queries as tenants
from tenants.types import TenantLine
from tenants.work import run_in

_STATES: Mapping[str, tuple[object, str]] = {
    "new": (gettext_lazy("Being set up"), "info"),
    "live": (gettext_lazy("Live"), "ok"),
    "suspended": (gettext_lazy("Suspended"), "bad"),
    "closed": (gettext_lazy("Closed"), ""),
}
_SERVER: Mapping[str, tuple[object, str]] = {
    "none": (gettext_lazy("Not connected"), ""),
    "up": (gettext_lazy("Up"), "ok"),
    "degraded": (gettext_lazy("Degraded"), "warn"),
    "down": (gettext_lazy("Down"), "bad"),
}
_SHOWN: Mapping[str, object] = {
    "clients": gettext_lazy("Clients"),
    "accounts_live": gettext_lazy("Live accounts"),
    "accounts_demo": gettext_lazy("Demo accounts"),
    "open_positions": gettext_lazy("Open positions"),
    "undelivered": gettext_lazy("Undelivered events"),
}
"""Published figures that have a name here; any other is not shown."""
_ATTENTION = "attention"


def broker_list(*, text: str = "", state: str = "") -> BrokerPage:
    """Brokers whose name or host contains ``text``, in ``state`` when given; newest first."""
    words = text.lower()
    found = [b for b in _lines() if words in b.name.lower() or words in b.host.lower()]
    labels = {
        "": _("All"),
        "live": _("Live"),
        "new": _("Being set up"),
        "suspended": _("Suspended"),
        _ATTENTION: _("Needs attention"),
    }
    here = reverse("console:brokers")
    counts = tuple(
        {
            "label": label,
            "url": f"{here}?state={key}" if key else here,
            "current": key == state,
            "count": sum(_is_in(line, key) for line in found),
        }
        for key, label in labels.items()
    )
    shown = tuple(line for line in found if _is_in(line, state))
    return BrokerPage(lines=shown, text=text, state=state, counts=counts)


def find_broker(tenant_id: uuid.UUID) -> BrokerSheet | None:
    """Everything the vendor knows of one broker, if there is one."""
    tenant = find_tenant(tenant_id)
    if tenant is None:
        return None
    subscription = billing.subscription_of(tenant_id)
    return BrokerSheet(
        line=_line(tenant, subscription),
        tenant=tenant,
        url=tenants.url_of(tenant.primary_host),
        subscription=subscription,
        invoices=billing.invoices(tenant_id=tenant_id, limit=24),
        modules=_modules(tenant),
        server=_server_health(tenant),
        figures=_figures(tenant),
        run=provisioning.find_run_of(tenant_id),
    )


def find_tenant(tenant_id: uuid.UUID) -> TenantLine | None:
    """One broker as the vendor keeps it, if there is one."""
    return next((tenant for tenant in tenants.tenants() if tenant.id == tenant_id), None)


def deeds(*, limit: int, before: int | None) -> tuple[Deed, ...]:
    """The newest deeds in the vendor's schema, older than ``before``, with the broker's name."""
    names = {f"tenant:{tenant.id}": tenant.name for tenant in tenants.tenants()}
    found = audit.entries(limit=limit, before=before)
    return tuple(Deed(entry=entry, broker=names.get(entry.about, "")) for entry in found)


def dead_letters(place: uuid.UUID | None) -> tuple[DeadLetter, ...]:
    """Given-up events of a broker, or of the vendor's own schema."""
    return run_in(_schema(place), events.dead_letters)


def outbox_tabs(place: uuid.UUID | None) -> tuple[dict[str, object], ...]:
    """Whose outbox can be looked at: ours, and those of brokers that report stuck events."""
    here = reverse("console:dead_letters")
    ours = {"label": _("Ours"), "url": here, "current": place is None}
    stuck = [t for t in tenants.tenants() if _count(t, "undelivered") or t.id == place]
    return (
        ours,
        *(
            {
                "label": tenant.name,
                "url": f"{here}?broker={tenant.id}",
                "current": tenant.id == place,
                "count": _count(tenant, "undelivered") or 0,
            }
            for tenant in stuck
        ),
    )


def _schema(place: uuid.UUID | None) -> str:
    return tenants.get_tenant(place).schema if place else PUBLIC


def _lines() -> list[BrokerLine]:
    paid: dict[uuid.UUID | None, SubscriptionLine] = {}
    for line in billing.subscriptions():
        paid.setdefault(line.tenant_id, line)  # the newest comes first
    return [_line(tenant, paid.get(tenant.id)) for tenant in tenants.tenants()]


def _line(tenant: TenantLine, subscription: SubscriptionLine | None) -> BrokerLine:
    label, tone = _STATES.get(tenant.state, (tenant.state, ""))
    return BrokerLine(
        id=tenant.id,
        name=tenant.name,
        host=tenant.primary_host,
        state=tenant.state,
        state_label=str(label),
        tone=tone,
        modules=tuple(modules()[k].title for k in sorted(tenant.active_modules) if k in modules()),
        monthly=subscription.monthly if subscription else None,
        is_overdue=bool(subscription and subscription.state in ("grace", "suspended")),
        clients=_count(tenant, "clients"),
        server=_server(tenant),
        is_sandbox=tenant.is_sandbox,
        created_at=tenant.created_at,
    )


def _is_in(line: BrokerLine, state: str) -> bool:
    if state == _ATTENTION:
        return line.is_overdue or line.state == "suspended" or line.server.tone in ("warn", "bad")
    return not state or line.state == state


def _server(tenant: TenantLine) -> Figure:
    state = str(tenant.health.get("server", "none"))
    value, tone = _SERVER.get(state, (_("Unknown"), ""))
    return Figure(label=_("Trading server"), value=str(value), tone=tone)


def _server_health(tenant: TenantLine) -> ServerHealth:
    success = _count(tenant, "server_success_bp")
    return ServerHealth(
        state=_server(tenant),
        since_at=_instant(tenant, "server_since"),
        servers=_count(tenant, "servers"),
        not_answering=_count(tenant, "servers_down"),
        incidents=_count(tenant, "server_incidents"),
        success_percent=None if success is None else Decimal(success) / 100,
        certificate_days=_count(tenant, "server_certificate_days"),
    )


def _instant(tenant: TenantLine, key: str) -> dt.datetime | None:
    """An instant that a broker publishes; what is none is not shown."""
    try:
        found = dt.datetime.fromisoformat(str(tenant.health.get(key, "")))
    except ValueError:
        return None
    return found if found.tzinfo else None


def _figures(tenant: TenantLine) -> tuple[Figure, ...]:
    return tuple(
        Figure(label=str(label), value=f"{_count(tenant, key):,}")
        for key, label in _SHOWN.items()
        if _count(tenant, key) is not None
    )


def _count(tenant: TenantLine, key: str) -> int | None:
    value = tenant.health.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _modules(tenant: TenantLine) -> tuple[ModuleLine, ...]:
    return tuple(
        ModuleLine(
            key=key,
            title=module.title,
            price=module.monthly_price,
            is_entitled=module.always_on or key in tenant.entitled_modules,
            is_active=module.always_on or key in tenant.active_modules,
        )
        for key, module in modules().items()
    )
