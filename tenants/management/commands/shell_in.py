"""A Python shell among one broker's data."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel import pin
from tenants import queries


class Command(BaseCommand):
    """Pins the tenant for the whole session, so nothing of another can be reached."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the broker's address."""
        parser.add_argument("slug")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Open the shell.

        Raises:
            CommandError: No broker has that address.
        """
        with pin.pin(pin.PUBLIC):
            tenant = queries.find_tenant_by_slug(options["slug"])
        if tenant is None:
            raise CommandError(f"no broker has the address {options['slug']!r}")
        with pin.pin(tenant.schema):
            call_command("shell")
