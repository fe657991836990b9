"""Settings of the demo and of work on this machine: real services, started on loopback."""

from __future__ import annotations

from config.settings.base import *  # noqa: F403 - every setting of base

DEBUG = False
STORAGES = {
    **STORAGES,  # noqa: F405 - from base
    # Named by content as in production, but not compressed: that takes longer than all the rest.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
