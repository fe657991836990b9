"""Subdomains: what may be one, who has it, and the addresses made of it."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import IntegrityError

from kernel.errors import Refused
from provisioning.runs.models import HOLDING, SignUp
from tenants import queries as tenants
from tenants import services as tenancy
from tenants.errors import SlugTaken


def problem(slug: str, *, own_id: uuid.UUID | None) -> Refused | None:
    """Why ``slug`` cannot be had, or ``None``; what ``own_id`` holds itself does not count.

    Needs the public schema.
    """
    try:
        tenancy.reserve_slug(slug)
    except Refused as refusal:
        return refusal
    held = SignUp.objects.filter(slug=slug, state__in=HOLDING)
    if own_id is not None:
        held = held.exclude(pk=own_id)
    return SlugTaken(slug=slug) if held.exists() else None


@contextmanager
def held_once(slug: str) -> Iterator[None]:
    """Say a lost race for ``slug`` as the refusal that it is.

    Raises:
        SlugTaken: Somebody else came first by a moment.
    """
    try:
        yield
    except IntegrityError:
        raise SlugTaken(slug=slug) from None


def free_variant(slug: str, *, own_id: uuid.UUID) -> str:
    """``slug``, or the first of ``slug-2``, ``slug-3``... that is free."""
    variants = (f"{slug[:26]}-{number}" for number in itertools.count(2))
    candidates = itertools.chain([slug], variants)
    return next(one for one in candidates if problem(one, own_id=own_id) is None)


def host_of(slug: str) -> str:
    """The host that the platform would give: ``acme.example.com``."""
    return tenants.platform_host(slug)


def broker_url(slug: str, path: str = "/") -> str:
    """An absolute address on the broker's platform host."""
    return tenants.url_of(tenants.platform_host(slug), path)


def site_url(path: str) -> str:
    """An absolute address on the vendor's own host, never taken from a request."""
    return tenants.url_of(settings.VENDOR_HOSTS[0], path)
