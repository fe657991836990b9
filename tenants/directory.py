"""Which host belongs to which tenant: kept in the process, forgotten when told to.

A change is told to every process through Redis; without Redis an entry lives two seconds.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import Any

import redis
from django.conf import settings
from django.db import connections

from kernel.pin import PUBLIC
from tenants.types import TenantInfo

logger = logging.getLogger(__name__)

CHANNEL = "atrium:tenants:changed"
LONG = 30.0
"""Seconds that an entry lives while Redis tells us of changes."""
SHORT = 2.0
"""Seconds that an entry lives while it does not, and that an unknown host is remembered."""
MOST = 10_000
"""Entries that are kept: a flood of made-up hosts must not fill the memory."""

_QUERY = """
    SELECT t.id, t.schema_name, t.slug, t.name, t.state, t.active_modules, t.theme_version,
           t.locale, t.time_zone, t.is_sandbox,
           (SELECT p.domain FROM tenants_domain p WHERE p.tenant_id = t.id AND p.is_primary)
    FROM tenants_domain d JOIN tenants_tenant t ON t.id = d.tenant_id
"""


@dataclass(slots=True)
class _Entry:
    tenant: TenantInfo | None
    until: float


_entries: dict[str, _Entry] = {}
_by_schema: dict[str, _Entry] = {}
_listening = threading.Event()
_start = threading.Lock()
_listener: threading.Thread | None = None


def find_by_host(host: str) -> TenantInfo | None:
    """The tenant that answers to ``host`` (lower case, no port), or ``None``."""
    return _find(_entries, host, "WHERE d.domain = %s AND d.state = 'verified'")


def find_by_schema(schema: str) -> TenantInfo | None:
    """The tenant that ``schema`` belongs to, or ``None``."""
    return _find(_by_schema, schema, "WHERE t.schema_name = %s LIMIT 1")


def forget() -> None:
    """Forget every entry in this process."""
    _entries.clear()
    _by_schema.clear()


def tell_changed() -> None:
    """Make every process forget what it knows; call it after the commit of a change."""
    forget()
    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2).publish(CHANNEL, "all")
    except redis.RedisError:
        logger.warning("Other processes see the change of a tenant only after %s seconds", SHORT)


def _find(entries: dict[str, _Entry], key: str, where: str) -> TenantInfo | None:
    entry = entries.get(key)
    if entry is not None and entry.until > time.monotonic():
        return entry.tenant
    _listen_for_changes()
    if len(entries) > MOST:
        entries.clear()
    tenant = _read(where, key)
    life = LONG if tenant is not None and _listening.is_set() else SHORT
    entries[key] = _Entry(tenant, time.monotonic() + life)
    return tenant


def _read(where: str, key: str) -> TenantInfo | None:
    with connections["resolver"].cursor() as cursor:
        cursor.execute(_QUERY + where, [key])
        row = cursor.fetchone()
    return _info(row) if row else None


def _info(row: tuple[Any, ...]) -> TenantInfo:
    return TenantInfo(
        id=row[0],
        schema=row[1],
        slug=row[2],
        name=row[3],
        state=row[4],
        active_modules=frozenset(row[5]),
        theme_version=row[6],
        locale=row[7],
        time_zone=row[8],
        is_sandbox=row[9],
        primary_host=row[10] or "",
    )


def vendor() -> TenantInfo:
    """What stands for the vendor's own host."""
    return TenantInfo(
        id=settings.VENDOR_ID,
        schema=PUBLIC,
        slug="vendor",
        name=settings.VENDOR_NAME,
        state="live",
        locale=settings.LANGUAGE_CODE,
        primary_host=settings.VENDOR_HOSTS[0],
    )


def _listen_for_changes() -> None:
    global _listener  # noqa: PLW0603 - one thread per process, started after the fork
    if _listener is not None and _listener.is_alive():
        return
    with _start:
        if _listener is None or not _listener.is_alive():
            _listener = threading.Thread(target=_listen, name="tenant-changes", daemon=True)
            _listener.start()


def _listen() -> None:
    while True:
        try:
            server: Any = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=30)
            channel = server.pubsub()
            channel.subscribe(CHANNEL)
            forget()
            _listening.set()
            while True:
                message = channel.get_message(timeout=20, ignore_subscribe_messages=True)
                if message is not None:
                    forget()
        except redis.RedisError:
            _listening.clear()
            time.sleep(1)
