"""The modules that exist, read from the folders under ``modules/``, and what they declare."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from kernel.module import Area, Module, NavItem, Permission, RequestKind, Widget


@cache
def modules() -> Mapping[str, Module]:
    """Every module by key, each after the modules that it requires.

    Raises:
        ImproperlyConfigured: A folder and its manifest disagree, or a requirement is missing
            or circular.
    """
    return _in_order(_found())


@cache
def permissions() -> Mapping[str, Permission]:
    """Every right by code: the core's, then the modules'.

    Raises:
        ImproperlyConfigured: A code is declared twice.
    """
    declared: dict[str, Permission] = {}
    core: Collection[Permission] = settings.CORE_PERMISSIONS
    for permission in (*core, *(p for m in modules().values() for p in m.permissions)):
        if permission.code in declared:
            raise ImproperlyConfigured(f"permission {permission.code!r} is declared twice")
        declared[permission.code] = permission
    return declared


@cache
def request_kinds() -> Mapping[str, RequestKind]:
    """Every kind of request by key, in the order of the modules.

    Raises:
        ImproperlyConfigured: A key is declared twice.
    """
    declared: dict[str, RequestKind] = {}
    for kind in (kind for module in modules().values() for kind in module.request_kinds):
        if kind.key in declared:
            raise ImproperlyConfigured(f"request kind {kind.key!r} is declared twice")
        declared[kind.key] = kind
    return declared


def navigation(area: Area, active: Collection[str]) -> tuple[NavItem, ...]:
    """The menu of ``area`` for a tenant with the ``active`` modules, in order."""
    core: Collection[NavItem] = settings.CORE_NAVIGATION
    items = [*core, *(item for module in running(active) for item in module.navigation)]
    return tuple(sorted((i for i in items if i.area == area), key=lambda item: item.order))


def widgets(slot: str, active: Collection[str]) -> tuple[Widget, ...]:
    """What the ``active`` modules put in ``slot``, in order."""
    found = [w for module in running(active) for w in module.widgets if w.slot == slot]
    return tuple(sorted(found, key=lambda widget: widget.order))


def running(active: Collection[str]) -> tuple[Module, ...]:
    """The modules that a tenant with the ``active`` keys runs: those and the always-on ones."""
    return tuple(m for m in modules().values() if m.always_on or m.key in active)


def with_required(keys: Collection[str]) -> frozenset[str]:
    """``keys`` and every module that they need, in turn, without the always-on ones."""
    wanted: set[str] = set()
    queue = list(keys)
    while queue:
        key = queue.pop()
        if key in wanted or modules()[key].always_on:
            continue
        wanted.add(key)
        queue.extend(modules()[key].requires)
    return frozenset(wanted)


def _found() -> dict[str, Module]:
    folders = sorted(m.name for m in iter_modules(import_module("modules").__path__) if m.ispkg)
    found: dict[str, Module] = {}
    for name in folders:
        module: Module = import_module(f"modules.{name}.manifest").module
        if module.key != name:
            raise ImproperlyConfigured(f"modules/{name} declares key {module.key!r}")
        found[name] = module
    return found


def _in_order(found: Mapping[str, Module]) -> dict[str, Module]:
    ordered: dict[str, Module] = {}

    def place(key: str, path: tuple[str, ...]) -> None:
        if key in ordered:
            return
        if key in path:
            raise ImproperlyConfigured(f"circular requires: {' -> '.join((*path, key))}")
        if key not in found:
            raise ImproperlyConfigured(f"{path[-1]} requires unknown module {key!r}")
        for required in found[key].requires:
            place(required, (*path, key))
        ordered[key] = found[key]

    for key in found:
        place(key, ())
    return ordered
