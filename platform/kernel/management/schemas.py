"""Which schemas a command works through."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils.module_loading import import_string

from kernel import pin


def who_options(parser: ArgumentParser) -> None:
    """``--tenant SLUG`` for one broker, ``--all`` for the vendor and every broker."""
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--tenant", metavar="SLUG", help="one broker, by its subdomain")
    who.add_argument("--all", action="store_true", help="the vendor and every broker")


def chosen_schemas(options: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and schema of each that the options choose; the vendor first.

    Raises:
        CommandError: There is no broker of that name.
    """
    with pin.pin(pin.PUBLIC):
        lines = import_string(settings.TENANT_LINES)()
    brokers = [(line.slug, line.schema) for line in lines]
    if options["all"]:
        return [("vendor", pin.PUBLIC), *brokers]
    chosen = [(slug, schema) for slug, schema in brokers if slug == options["tenant"]]
    if not chosen:
        raise CommandError(f"there is no broker {options['tenant']!r}")
    return chosen
