"""What a broker publishes about itself for the vendor: counts and states, never a person.

Found by name: the ``queries`` of every module may hold ``health_figures``, a function without
arguments that returns numbers and short state names by key. The console names ``clients``,
``accounts_live``, ``accounts_demo`` and ``open_positions``, and ``server`` (``none``, ``up`` or
``down``), which :mod:`provisioning.servers` publishes itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from kernel import events
from kernel.pin import PUBLIC, current
from kernel.registry import running
from tenants import directory
from tenants import services as tenancy
from tenants.work import run_in

FigureValue = int | str | bool | None


def publish() -> None:
    """Send the pinned tenant's figures to the vendor's schema."""
    tenant = directory.find_by_schema(current())
    if tenant is not None:
        run_in(PUBLIC, tenancy.record_health, tenant.id, figures(tenant.active_modules))


def figures(active: Collection[str]) -> Mapping[str, FigureValue]:
    """The figures of the pinned tenant, which runs the ``active`` modules."""
    found: dict[str, FigureValue] = {"undelivered": len(events.dead_letters())}
    for module in running(active):
        source = _source(module.app)
        if source is not None:
            found.update(source())
    return found


@cache
def _source(package: str) -> Callable[[], Mapping[str, FigureValue]] | None:
    name = f"{package}.queries"
    if find_spec(package) is None or find_spec(name) is None:
        return None
    found: Callable[[], Mapping[str, FigureValue]] | None
    found = getattr(import_module(name), "health_figures", None)
    return found
