"""The door for the web server."""

from __future__ import annotations

import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

application = get_wsgi_application()

from tenants.startup import refuse_powerful_role  # noqa: E402 - needs the apps to be loaded

refuse_powerful_role()
for urls in ("config.urls.vendor", "config.urls.tenant"):
    # Every view of the product, seconds of work: once before the server forks its workers, not by
    # the first visitor of each of them.
    import_module(urls)
