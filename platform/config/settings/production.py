"""Settings of production: refuse to start on anything that belongs to a developer's machine."""

from __future__ import annotations

from config.production_guard import refuse_what_is_not_for_production
from config.settings.base import *  # noqa: F403 - every setting of base

ENVIRONMENT = "production"

refuse_what_is_not_for_production(globals())
