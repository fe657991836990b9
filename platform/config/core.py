"""What the core packages declare, gathered: rights, menu lines, listeners, checklist.

A core package has no manifest; its rights and menu lines are pure data in its
``permissions`` file. What it hears of others stands here, where everyone meets.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from kernel.module import NavItem, Permission

PACKAGES = (
    "kernel",
    "identity",
    "tenants",
    "themes",
    "billing",
    "provisioning",
    "provisioning.servers",
    "provisioning.runs",
    "console",
)

CORE_LISTENERS: dict[str, tuple[str, ...]] = {
    "billing.SubscriptionStarted": ("provisioning.runs.handlers.start_run",),
}
"""Event to the handlers of core packages; modules name theirs in their manifests."""


def _declared(name: str) -> tuple[Any, ...]:
    files = (f"{p}.permissions" for p in PACKAGES)
    present = (import_module(f) for f in files if find_spec(f) is not None)
    return tuple(item for file in present for item in getattr(file, name, ()))


CORE_PERMISSIONS: tuple[Permission, ...] = _declared("PERMISSIONS")
CORE_NAVIGATION: tuple[NavItem, ...] = _declared("NAVIGATION")
