"""The Celery application: tasks found by name, and what beat sends."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
# The checks load every view of the product; `prepare` runs them once for each release.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

app = Celery("atrium")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["kernel"], related_name="mail")
app.autodiscover_tasks(["kernel.api"], related_name="idempotency")


@setup_logging.connect  # type: ignore[untyped-decorator]  # Celery has no types
def keep_our_logging(**_: object) -> None:
    """Celery sets up no logging of its own; ``kernel.logging`` has done so."""


@app.on_after_finalize.connect  # type: ignore[untyped-decorator]  # Celery has no types
def schedule(sender: Celery, **_: object) -> None:
    """Give beat the tasks that say how often: per tenant through a fan-out, or once."""
    from kernel.tasks import EVERY  # noqa: PLC0415 - filled only after the tasks are found

    entries: dict[str, dict[str, Any]] = {}
    for name, (every, once_per_tenant) in EVERY.items():
        entries[name] = {
            "task": "tenants.tasks.fan_out" if once_per_tenant else name,
            "args": [name] if once_per_tenant else [],
            "schedule": every,
            "options": {"expires": max(every.total_seconds(), 1)},
        }
    sender.conf.beat_schedule = entries
