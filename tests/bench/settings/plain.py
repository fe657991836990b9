"""Plain Django without tenants: one schema, one role, Django's own backend, no middleware."""

from __future__ import annotations

from tests.bench.settings.ours import *

DATABASES = {"default": {**DATABASES["admin"], "ENGINE": "django.db.backends.postgresql"}}
del DATABASES["default"]["FOLLOW_PIN"]
WITHOUT_TENANTS = True
TENANT_DB_ALIAS = "default"
