"""Work over all tenants: fan-out of what beat sends, the pool, the daily look at DNS."""

from __future__ import annotations

import datetime as dt

from celery import current_app

from kernel import pin
from kernel.actor import Actor
from kernel.registry import modules
from kernel.tasks import EVERY, HEADER, task
from tenants import queries, services
from tenants.schemas import build
from tenants.services.domains import domains_to_check

IN_PUBLIC_TOO = ("kernel.", "identity.")
"""Packages whose tables the vendor's own schema has as well."""


@task(unpinned=True)
def fan_out(name: str) -> int:
    """Send task ``name`` to every live tenant that runs its module; return to how many.

    A message that is not taken up before the next is due expires, so a stopped worker does
    not come back to a pile.
    """
    every, _ = EVERY[name]
    module = modules().get(name.split(".")[1]) if name.startswith("modules.") else None
    with pin.pin(pin.PUBLIC):
        schemas = [
            schema
            for schema, active in queries.live_schemas()
            if module is None or module.always_on or module.key in active
        ]
    if name.startswith(IN_PUBLIC_TOO):
        schemas.append(pin.PUBLIC)
    for schema in schemas:
        current_app.tasks[name].apply_async(
            headers={HEADER: schema}, expires=every.total_seconds() * 2
        )
    return len(schemas)


@task(unpinned=True, queue="provisioning", every=dt.timedelta(seconds=20))
def fill_pool() -> int:
    """Keep schemas ready for the next brokers."""
    return build.fill_pool()


@task(unpinned=True, every=dt.timedelta(hours=1))
def check_domains() -> int:
    """Ask DNS about every custom host that has not been asked about for a day."""
    with pin.pin(pin.PUBLIC):
        due = domains_to_check()
        for domain_id in due:
            services.verify_domain(domain_id, by=Actor.system("domain check"))
    return len(due)
