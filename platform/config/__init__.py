"""The composition root: settings, URLs, and the Celery application that tasks belong to."""

from __future__ import annotations

from config.celery import app as celery_app

__all__ = ["celery_app"]
