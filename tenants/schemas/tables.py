"""Which apps have tables in a tenant's schema."""

from __future__ import annotations

from django.apps import apps
from django.conf import settings


def tenant_labels() -> frozenset[str]:
    """Labels of the apps whose tables every tenant has."""
    names = set(settings.TENANT_APPS)
    return frozenset(config.label for config in apps.get_app_configs() if config.name in names)
