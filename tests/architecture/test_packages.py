"""What import contracts cannot say of packages, modules and views."""

from __future__ import annotations

import functools
from importlib import import_module

import grimp
import pytest
from django.core.checks import run_checks
from django.urls import URLResolver, get_resolver

from kernel.checks import problems_of
from kernel.module import Module, Permission, Widget
from kernel.money import Money
from kernel.registry import modules

pytestmark = pytest.mark.no_database

PACKAGES = (
    "config",
    "kernel",
    "identity",
    "console",
    "tenants",
    "billing",
    "themes",
    "provisioning",
    "modules",
)
OWNED = {
    "tenants.models": "tenants",
    "billing.models": "billing",
    "identity.models": "identity",
    "themes.models": "themes",
    "provisioning.runs.models": "provisioning.runs",
    "provisioning.servers.models": "provisioning.servers",
}


@functools.cache
def graph():
    return grimp.build_graph(*PACKAGES)


@pytest.mark.parametrize(("drawer", "owner"), list(OWNED.items()))
def test_models_are_imported_by_their_owner_only(drawer, owner):
    users = graph().find_modules_that_directly_import(drawer)

    assert {u for u in users if not u.startswith((f"{owner}.", f"{drawer}."))} == set()


def test_modules_use_only_the_neighbours_they_require():
    strangers = []
    for module in modules().values():
        for name in graph().find_descendants(module.app):
            for used in graph().find_modules_directly_imported_by(name):
                parts = used.split(".")
                if parts[0] == "modules" and len(parts) > 1 and parts[1] != module.key:
                    strangers += [(name, used)] * (parts[1] not in module.requires)

    assert strangers == []


def test_no_two_packages_import_each_other():
    tops = [p for p in PACKAGES if p != "modules"]
    mutual = [
        (a, b)
        for a in tops
        for b in tops
        if a < b
        and graph().direct_import_exists(importer=a, imported=b, as_packages=True)
        and graph().direct_import_exists(importer=b, imported=a, as_packages=True)
    ]

    assert mutual == []


def test_the_manifests_hold():
    assert [p for m in modules().values() for p in problems_of(m)] == []
    assert [m for m in run_checks() if m.id == "atrium.E001"] == []


def test_a_manifest_that_does_not_hold_is_named():
    planted = Module(
        key="planted",
        title="Planted",
        summary="",
        monthly_price=Money(1_00, "USD"),
        permissions=(Permission(code="other.see", title=""),),
        widgets=(
            Widget(slot="nobody.offers", shows="modules.planted.none", permission="nobody.has"),
        ),
        publishes=("planted.Never",),
        subscribes={"trading.NeverHappens": "modules.planted.handlers.none"},
        settings="modules.planted.settings.None",
    )

    assert len(list(problems_of(planted))) == 9


def views():
    for host in ("config.urls.vendor", "config.urls.tenant"):
        yield from _walk(get_resolver(host), host.rpartition(".")[2])


def _walk(resolver, path):
    for entry in resolver.url_patterns:
        here = f"{path}/{entry.pattern}"
        if isinstance(entry, URLResolver):
            yield from _walk(entry, here)
        else:
            yield pytest.param(entry.callback, id=here)


@pytest.mark.parametrize("view", list(views()))
def test_every_view_declares_who_may_call_it(view):
    assert getattr(view, "access", ""), f"{view} needs @needs, @signed_in or @open_to_all"


def test_every_view_that_needs_a_permission_needs_a_declared_one():
    from kernel.registry import permissions

    needed = {param.values[0].access for param in views()}
    codes = {a for a in needed if a != "signed_in" and not a.startswith("open:")}

    assert codes - set(permissions()) == set()


def test_every_module_has_its_readme_and_its_tests():
    from pathlib import Path

    root = Path(__file__).resolve().parents[2]
    for key in modules():
        import_module(f"modules.{key}.manifest")
        assert (root / "modules" / key / "README.md").is_file(), key
        assert list((root / "tests" / "modules" / key).glob("test_*.py")), key
