"""Our settings and one app more, of which BENCH_RELEASE says how far it has come."""

from __future__ import annotations

import os

from config.settings.test import *

TENANT_APPS = [*TENANT_APPS, "tests.bench.lamps"]
INSTALLED_APPS = [*INSTALLED_APPS, "tests.bench.lamps"]
MIGRATION_MODULES = {"lamps": f"tests.bench.lamps.{os.environ['BENCH_RELEASE']}"}
ROOT_URLCONF = "tests.bench.page"
