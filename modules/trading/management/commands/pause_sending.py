"""Send nothing to anybody until a person has looked: after a database was restored."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel import pin
from kernel.actor import Actor
from modules.trading import services
from modules.trading.errors import PausedAlready
from tenants import queries as tenants


class Command(BaseCommand):
    """Pauses one broker or all; each broker's colleagues release it once it was looked into."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take brokers' addresses, none for all, and why."""
        parser.add_argument("slugs", nargs="*")
        parser.add_argument("--why", required=True)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Pause, and say whom.

        Raises:
            CommandError: No broker has such an address.
        """
        with pin.pin(pin.PUBLIC):
            known = {line.slug: line for line in tenants.tenants()}
        strange = set(options["slugs"]) - known.keys()
        if strange:
            raise CommandError(f"no broker has the address {', '.join(sorted(strange))!r}")
        for slug in options["slugs"] or sorted(known):
            with pin.pin(known[slug].schema):
                try:
                    services.pause_sending(None, why=options["why"], by=Actor.system("operator"))
                except PausedAlready:
                    self.stdout.write(f"{slug}: paused already")
                else:
                    self.stdout.write(f"{slug}: paused")
