"""The composition root: knows everyone, known by no one."""

from __future__ import annotations

from config.celery import app as celery_app

__all__ = ["celery_app"]
