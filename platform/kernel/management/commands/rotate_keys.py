"""``manage.py rotate_keys``: new master key for all, or a new data key for one broker."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.module_loading import import_string

from kernel import audit, pin, secrets
from kernel.actor import Actor
from kernel.management.schemas import chosen_schemas, who_options

BY = Actor.system("key rotation")


class Command(BaseCommand):
    """Rewraps data keys, makes new ones, reseals values, destroys old keys: one step per call."""

    help = "Rotate keys: --master (rewrap), --data (new key and reseal), --destroy-old."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose keys, and which step."""
        who_options(parser)
        step = parser.add_mutually_exclusive_group(required=True)
        step.add_argument(
            "--master",
            dest="step",
            action="store_const",
            const=rewrap,
            help="wrap data keys under the first of ATRIUM_MASTER_KEYS",
        )
        step.add_argument(
            "--data",
            dest="step",
            action="store_const",
            const=renew,
            help="make a new data key and reseal every value with it",
        )
        step.add_argument(
            "--destroy-old",
            dest="step",
            action="store_const",
            const=destroy_old,
            help="destroy all data keys but the newest, at least ten minutes after --data",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do the step for one schema after another."""
        step: Callable[[], str] = options["step"]
        for name, schema in chosen_schemas(options):
            with pin.pin(schema):
                self.stdout.write(f"{name}: {step()}")


@transaction.atomic
def rewrap() -> str:
    """Wrap the pinned schema's keys under the current master key."""
    count = secrets.rewrap()
    if count:
        audit.note("kernel.keys_rewrapped", about="kernel.DataKey", by=BY, changes={"keys": count})
    return f"{count} keys rewrapped"


def renew() -> str:
    """Make the pinned schema a new data key and reseal what the settings' holders keep."""
    with transaction.atomic():
        number = secrets.rotate()
        audit.note("kernel.data_key_rotated", about=f"kernel.DataKey:{number}", by=BY)
    resealed = sum(import_string(path)(secrets.reseal) for path in settings.SEALED_HOLDERS)
    return f"key {number} made, {resealed} values resealed"


@transaction.atomic
def destroy_old() -> str:
    """Destroy the pinned schema's data keys but the newest."""
    count = secrets.destroy_old_keys()
    if count:
        audit.note("kernel.keys_destroyed", about="kernel.DataKey", by=BY, changes={"keys": count})
    return f"{count} keys destroyed"
