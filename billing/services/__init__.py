"""What billing does: its public verbs."""

from __future__ import annotations

from billing.catalogue import quote, sync_catalogue
from billing.services.checkout import start_checkout
from billing.services.inbox import (
    apply_stripe_event,
    apply_waiting,
    keep_stripe_event,
    retry_stripe_event,
    sweep,
)
from billing.services.plans import (
    add_module,
    portal_url,
    preview_addition,
    preview_removal,
    remove_module,
)
from billing.services.subscriptions import (
    bind_tenant,
    end_grace,
    entitled_modules,
    follow_checkout,
    follow_invoice,
    follow_subscription,
)
from billing.services.switches import switch_off, switch_on

__all__ = [
    "add_module",
    "apply_stripe_event",
    "apply_waiting",
    "bind_tenant",
    "end_grace",
    "entitled_modules",
    "follow_checkout",
    "follow_invoice",
    "follow_subscription",
    "keep_stripe_event",
    "portal_url",
    "preview_addition",
    "preview_removal",
    "quote",
    "remove_module",
    "retry_stripe_event",
    "start_checkout",
    "sweep",
    "switch_off",
    "switch_on",
    "sync_catalogue",
]
