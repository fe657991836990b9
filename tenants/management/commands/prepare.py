"""Make a database ready to serve: roles, tables, schemas in reserve. Safe to repeat."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from kernel.pin import PUBLIC
from tenants.schemas import build, migrate, roles
from tenants.schemas.provisioner import admin, as_owner, run_migrations


class Command(BaseCommand):
    """Run at every deploy, before the new code serves: public first, then the tenants."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the size of the reserve."""
        parser.add_argument("--ready", type=int, default=None, help="schemas to keep in reserve")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Close the database, migrate public, then every tenant, then fill the reserve.

        Raises:
            SystemExit: A tenant could not be migrated; the others were.
        """
        with admin() as connection:
            roles.close_the_database(connection)
        with as_owner(PUBLIC):
            run_migrations()
        with admin() as connection:
            roles.open_directory(connection)
        outcome = migrate.migrate_all(self.stdout.write)
        made = build.fill_pool(options["ready"])
        self.stdout.write(
            f"{outcome.migrated} schemas migrated, {outcome.current} current, {made} made ready"
            f" (reserve of {settings.READY_SCHEMAS})"
        )
        for schema, problem in outcome.failed.items():
            self.stderr.write(f"{schema}: {problem}")
        if outcome.failed:
            raise SystemExit(1)
