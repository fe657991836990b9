"""Screens found by convention: ``<package>/urls.py`` holds one list per kind of place."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TypeAlias

from django.urls import URLPattern, URLResolver, include, path

from kernel.registry import modules

Routes: TypeAlias = list[URLPattern | URLResolver]

CORE = ("kernel", "identity", "tenants", "themes", "billing", "provisioning", "console")
"""Core packages that may have screens, by the name that their URLs carry."""


def of_modules(place: str) -> Routes:
    """One mount per module that has a list called ``place``: ``ib/`` under the name ``ib``."""
    return [_mount(key, routes) for key, routes in _lists(_packages_of_modules(), place)]


def of_core(place: str) -> Routes:
    """One mount per core package that has a list called ``place``.

    The package that is itself called ``place`` stands at its root: ``console:overview``.
    """
    return [
        path("", include(routes)) if key == place else _mount(key, routes)
        for key, routes in _lists({key: key for key in CORE}, place)
    ]


def plain(place: str) -> Routes:
    """The routes of all lists called ``place``, unprefixed and unnamed."""
    packages = {**{key: key for key in CORE}, **_packages_of_modules()}
    return [route for _, routes in _lists(packages, place) for route in routes]


def _packages_of_modules() -> dict[str, str]:
    return {module.key: module.app for module in modules().values()}


def _lists(packages: dict[str, str], place: str) -> list[tuple[str, Routes]]:
    found = []
    for key, package in packages.items():
        if find_spec(f"{package}.urls") is None:
            continue
        routes: Routes = getattr(import_module(f"{package}.urls"), place, [])
        if routes:
            found.append((key, routes))
    return found


def _mount(key: str, routes: Routes) -> URLResolver:
    return path(f"{key}/", include((routes, key)))
