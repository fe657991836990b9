"""Where the processes put the figures of their calls together: one hash in Redis per server.

Losing Redis, or a process in the seconds between two tellings, loses counts and nothing else.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Mapping
from functools import cache
from typing import cast

import redis
from django.conf import settings

log = logging.getLogger("provisioning.servers")

_KEPT = dt.timedelta(days=1)


def tell(schema: str, server_id: uuid.UUID, counts: Mapping[str, int]) -> bool:
    """Add counts of this process; returns whether they were taken. One round trip."""
    if not counts:
        return True
    key = _key(schema, server_id)
    pipe = _client().pipeline(transaction=False)
    for name, count in counts.items():
        pipe.hincrby(key, name, count)
    pipe.expire(key, _KEPT)
    try:
        pipe.execute()
    except redis.RedisError as error:
        log.warning("figures of calls wait: %s", type(error).__name__)
        return False
    return True


def drain(schema: str, server_id: uuid.UUID) -> dict[str, int]:
    """Take all counts of a server out; nothing when Redis does not answer."""
    pipe = _client().pipeline(transaction=True)
    pipe.hgetall(_key(schema, server_id))
    pipe.delete(_key(schema, server_id))
    try:
        found = cast("dict[bytes, bytes]", pipe.execute()[0])
    except redis.RedisError as error:
        log.warning("figures of calls wait: %s", type(error).__name__)
        return {}
    return {name.decode(): int(count) for name, count in found.items()}


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)


def _key(schema: str, server_id: uuid.UUID) -> str:
    return f"atrium:calls:{schema}:{server_id}"
