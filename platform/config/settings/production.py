"""Settings of production: refuse to start on anything that belongs to a developer's machine."""

from __future__ import annotations

import os

os.environ.setdefault("ATRIUM_ENVIRONMENT", "production")

from config.production_guard import refuse_what_is_not_for_production
from config.settings.base import *  # noqa: F403 - every setting of base

refuse_what_is_not_for_production(globals())
