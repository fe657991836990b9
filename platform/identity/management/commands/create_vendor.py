"""``manage.py create_vendor``: the first of the vendor's people."""

from __future__ import annotations

import getpass
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from identity import queries, services
from kernel import pin
from kernel.actor import Actor
from kernel.errors import Refused

PASSWORD = "ATRIUM_VENDOR_PASSWORD"  # noqa: S105  # the name of a variable


class Command(BaseCommand):
    """Make a vendor administrator; harmless to repeat."""

    help = "Make a vendor administrator. The password is asked for, or read from " + PASSWORD

    def add_arguments(self, parser: CommandParser) -> None:
        """Say who it is."""
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", default="Vendor")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make the roles of the vendor and the person, in public."""
        by = Actor.system("create_vendor")
        with pin.pin(pin.PUBLIC):
            services.seed_roles(by=by)
            if queries.find_person_by_email(options["email"]):
                self.stdout.write("This person exists already.")
                return
            password = os.environ.get(PASSWORD) or getpass.getpass("Password: ")
            try:
                services.enroll(
                    email=options["email"],
                    full_name=options["name"],
                    password=password,
                    role="admin",
                    by=by,
                )
            except Refused as refusal:
                raise CommandError(str(refusal)) from refusal
        self.stdout.write("Done. The second factor is set up at the first sign-in.")
