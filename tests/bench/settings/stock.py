"""The same apps on django-tenants as it comes: its backend, router, commands and middleware."""

from __future__ import annotations

from tests.bench.settings.ours import *

DATABASES = {"default": {**DATABASES["admin"], "ENGINE": "django_tenants.postgresql_backend"}}
del DATABASES["default"]["FOLLOW_PIN"]
TENANT_DB_ALIAS = "default"
