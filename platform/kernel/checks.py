"""What manifests declare is verified when a process starts, never when somebody clicks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.module_loading import import_string

from kernel.events import kind_of
from kernel.module import Module
from kernel.registry import modules, permissions


@register()
def manifests_hold(**_: Any) -> list[CheckMessage]:
    """Every path resolves, every permission, slot, event and requirement exists."""
    problems = [p for module in modules().values() for p in problems_of(module)]
    problems += [
        f"CORE_LISTENERS: {path} does not exist"
        for paths in settings.CORE_LISTENERS.values()
        for path in paths
        if not _resolves(path)
    ]
    return [Error(problem, id="atrium.E001") for problem in problems]


def problems_of(module: Module) -> Iterator[str]:
    """What is wrong with a manifest, a sentence each."""
    yield from _paths(module)
    yield from _words(module)
    yield from _places(module)
    yield from _events(module)


def _paths(module: Module) -> Iterator[str]:
    paths = [widget.shows for widget in module.widgets] + list(module.subscribes.values())
    if module.settings:
        paths.append(module.settings)
    for path in paths:
        if not _resolves(path):
            yield f"{module.key}: {path} does not exist"


CORE_SLOTS = {"office.home"}
"""Places that pages of core packages offer: the office's first page."""


def _words(module: Module) -> Iterator[str]:
    for permission in module.permissions:
        if not permission.code.startswith(f"{module.key}."):
            yield f"{module.key}: permission {permission.code} must begin with the module's key"
    named = [item.permission for item in module.navigation]
    named += [widget.permission for widget in module.widgets]
    for kind in module.request_kinds:
        named.append(kind.permission)
        if not kind.key.startswith(f"{module.key}."):
            yield f"{module.key}: request kind {kind.key} must begin with the module's key"
    for code in named:
        if code is not None and code not in permissions():
            yield f"{module.key}: nobody declares permission {code}"


def _places(module: Module) -> Iterator[str]:
    slots = {slot for other in modules().values() for slot in other.slots} | CORE_SLOTS
    for widget in module.widgets:
        if widget.slot not in slots:
            yield f"{module.key}: nobody offers slot {widget.slot}"


def _events(module: Module) -> Iterator[str]:
    published = {name for other in modules().values() for name in other.publishes}
    for name in module.publishes:
        if not name.startswith(f"{module.key}.") or not _is_event(name):
            yield f"{module.key}: it publishes {name} but its events file does not declare that"
    for name in module.subscribes:
        owner = name.split(".")[0]
        known = name in published if owner in modules() else _is_event(name)
        if not known:
            yield f"{module.key}: nobody publishes {name}"
        if owner in modules() and owner not in (module.key, *module.requires):
            yield f"{module.key}: it hears {name}, so it must require {owner}"


def _is_event(name: str) -> bool:
    try:
        kind_of(name)
    except LookupError:
        return False
    return True


def _resolves(path: str) -> bool:
    try:
        import_string(path)
    except ImportError:
        return False
    return True
