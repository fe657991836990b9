"""The teller: tells every schema's events to those who listen, for as long as it runs."""

from __future__ import annotations

import logging
import signal
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections

from kernel import pin
from kernel.events import tell_next
from kernel.wake import listen
from tenants import directory, queries

logger = logging.getLogger(__name__)

SWEEP_EVERY = 5.0
"""Seconds between looks at every schema; the bell makes most events wait far less."""
AT_A_TIME = 100
"""Events that one schema may have told before the others get their turn."""


class Command(BaseCommand):
    """Several may run at once: claims skip what another has locked."""

    help = __doc__ or ""
    requires_system_checks = ()  # `prepare` runs them once for each release

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whether to stop when nothing waits."""
        parser.add_argument("--once", action="store_true", help="tell what waits, then stop")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Sweep, then answer the bell, until told to stop."""
        self.stopping = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        if options["once"]:
            while sweep():
                pass
            return
        self.stdout.write("The teller is ready")
        self.stdout.flush()
        while not self.stopping:
            self._round()

    def _round(self) -> None:
        next_sweep = time.monotonic() + SWEEP_EVERY
        try:
            sweep()
            while not self.stopping and time.monotonic() < next_sweep:
                schema = listen(1)
                if schema is not None:
                    tell(schema, _active(schema))
        except DatabaseError:
            logger.warning("The database does not answer; trying again")
            close_old_connections()
            time.sleep(1)

    def _stop(self, *_: object) -> None:
        self.stopping = True


def sweep() -> int:
    """Tell what waits in every schema, some of each in turn; return how many were told."""
    with pin.pin(pin.PUBLIC):
        everyone = queries.open_schemas()
    told = tell(pin.PUBLIC, frozenset())
    return told + sum(tell(schema, active) for schema, active in everyone)


def tell(schema: str, active: frozenset[str]) -> int:
    """Tell up to :data:`AT_A_TIME` events of ``schema``; return how many were told."""
    with pin.pin(schema):
        told = 0
        while told < AT_A_TIME and tell_next(active):
            told += 1
    return told


def _active(schema: str) -> frozenset[str]:
    tenant = None if schema == pin.PUBLIC else directory.find_by_schema(schema)
    return tenant.active_modules if tenant else frozenset()
