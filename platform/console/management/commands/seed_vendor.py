"""Make the first person of the vendor's, from the environment. Safe to repeat."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from identity import queries as people
from identity import services as identity
from kernel.actor import Actor
from kernel.pin import PUBLIC, pin


class Command(BaseCommand):
    """Reads VENDOR_ADMIN_EMAIL, VENDOR_ADMIN_PASSWORD and, if given, VENDOR_ADMIN_NAME."""

    help = __doc__ or ""

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Seed the vendor's roles, and one administrator unless there is one with the e-mail.

        Raises:
            CommandError: The environment does not say who.
        """
        email = os.environ.get("VENDOR_ADMIN_EMAIL", "").strip().lower()
        password = os.environ.get("VENDOR_ADMIN_PASSWORD", "")
        if not email or not password:
            raise CommandError("VENDOR_ADMIN_EMAIL and VENDOR_ADMIN_PASSWORD are needed")
        by = Actor.system("seed_vendor")
        with pin(PUBLIC):
            identity.seed_roles(by=by)
            if people.find_person_by_email(email) is not None:
                self.stdout.write(f"{email} is there already")
                return
            name = os.environ.get("VENDOR_ADMIN_NAME", "Vendor admin")
            identity.enroll(email=email, full_name=name, password=password, role="admin", by=by)
        self.stdout.write(f"{email} may sign in")
