"""The door for the web server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

application = get_wsgi_application()

from tenants.startup import refuse_powerful_role  # noqa: E402 - needs the apps to be loaded

refuse_powerful_role()
