"""The provisioner's way into the database. The web process does not have it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.commands.migrate import Command as PlainMigrate
from django.db import connections
from psycopg import Connection

from kernel.pin import PUBLIC
from tenants.backend.base import DatabaseWrapper

ALIAS = "admin"


def wrapper() -> DatabaseWrapper:
    """Django's provisioner connection of this thread.

    Raises:
        ImproperlyConfigured: This process has no DATABASE_ADMIN_URL, as it should be for web.
    """
    if ALIAS not in settings.DATABASES:
        raise ImproperlyConfigured("DATABASE_ADMIN_URL is needed to create or migrate schemas")
    return cast("DatabaseWrapper", connections[ALIAS])


@contextmanager
def admin() -> Iterator[Connection[Any]]:
    """A raw provisioner connection in autocommit, on the public schema."""
    django = wrapper()
    django.ensure_connection()
    django.enter(PUBLIC)
    yield django.connection


@contextmanager
def as_owner(schema: str) -> Iterator[DatabaseWrapper]:
    """Work as the owner of ``schema`` inside the block, through Django's own machinery."""
    django = wrapper()
    django.ensure_connection()
    django.enter(schema)
    try:
        yield django
    finally:
        django.enter(PUBLIC)


def run_migrations() -> None:
    """Run every migration that the schema entered by :func:`as_owner` lacks.

    Django's own command: the one of django-tenants would walk over all schemas.
    """
    call_command(PlainMigrate(), database=ALIAS, verbosity=0, interactive=False)
