"""A bell that tells the teller where something waits; Redis only hurries, the outbox knows."""

from __future__ import annotations

import logging
import time
from functools import cache
from typing import cast

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

_BELL = "atrium:outbox:bell"


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=10, socket_connect_timeout=2)


def ring(schema: str) -> None:
    """Say that ``schema`` has an event to tell; a Redis that is down is only noted."""
    try:
        _client().rpush(_BELL, schema)
    except redis.RedisError:
        logger.warning("The outbox bell did not ring; the teller will find the event by itself")


def listen(seconds: int) -> str | None:
    """Wait up to ``seconds`` for a schema that has something to tell; ``None`` if none rang."""
    try:
        heard = cast("tuple[bytes, bytes] | None", _client().blpop([_BELL], timeout=seconds))
    except redis.RedisError:
        time.sleep(min(seconds, 1))  # so that a bell that is down is not asked in a circle
        return None
    return heard[1].decode() if heard else None
