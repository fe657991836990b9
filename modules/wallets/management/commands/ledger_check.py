"""Prove the ledger of one broker: every invariant, one line each."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel import pin
from kernel.actor import Actor
from modules.wallets import services
from modules.wallets.queries import RULES
from tenants import queries as tenants


class Command(BaseCommand):
    """Keeps the proof, as the task of every five minutes does; a finding stops payouts."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the broker's address."""
        parser.add_argument("slug")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Check and say what was found.

        Raises:
            CommandError: No broker has that address, or the ledger does not hold.
        """
        with pin.pin(pin.PUBLIC):
            tenant = tenants.find_tenant_by_slug(options["slug"])
        if tenant is None:
            raise CommandError(f"no broker has the address {options['slug']!r}")
        with pin.pin(tenant.schema):
            proof = services.prove_ledger(by=Actor.system("make ledger-check"))
        for rule, title in RULES.items():
            found = [one for one in proof.findings if one.rule == rule]
            self.stdout.write(f"{'FAILS' if found else 'holds'}  {title}")
            for one in found:
                self.stdout.write(f"       {one.subject}: {one.detail}")
        self.stdout.write(f"{proof.entries} entries, {proof.postings} postings, {proof.took_ms} ms")
        if proof.findings:
            raise CommandError("the ledger does not hold")
