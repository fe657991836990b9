"""Bring every tenant's schema up to date."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tenants.schemas import migrate


class Command(BaseCommand):
    """One query, then one transaction for each schema that lacks something."""

    help = __doc__ or ""
    requires_system_checks = ()  # `prepare` runs them once for each release

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Migrate all; list what failed.

        Raises:
            SystemExit: A schema failed; running again retries it.
        """
        outcome = migrate.migrate_all(self.stdout.write)
        self.stdout.write(f"{outcome.migrated} migrated, {outcome.current} current")
        for schema, problem in outcome.failed.items():
            self.stderr.write(f"{schema}: {problem}")
        if outcome.failed:
            raise SystemExit(1)
