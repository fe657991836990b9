"""The cache of the pinned tenant. A cache that is down is an empty cache, never an error.

``kernel.cache_keys`` puts the tenant into every key, for this module and for libraries alike.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django.core.cache import cache as shared
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

T = TypeVar("T")
MISSING: Any = object()
FIVE_MINUTES = dt.timedelta(minutes=5)


def get(key: str, default: Any = None) -> Any:
    """The value kept under ``key`` for the pinned tenant, or ``default``.

    Raises:
        NotPinned: No unit of work has begun.
    """
    return _or(default, shared.get, key, default)


def get_many(keys: Iterable[str]) -> Mapping[str, Any]:
    """Those of ``keys`` that are kept, with their values."""
    found: Mapping[str, Any] = _or({}, shared.get_many, list(keys))
    return found


def put(key: str, value: Any, *, keep: dt.timedelta = FIVE_MINUTES) -> None:
    """Keep ``value`` under ``key`` for the pinned tenant."""
    _or(None, shared.set, key, value, keep.total_seconds())


def add(key: str, value: Any, *, keep: dt.timedelta = FIVE_MINUTES) -> bool:
    """Keep ``value`` unless the key is taken; return whether it was free (false when down)."""
    return bool(_or(False, shared.add, key, value, keep.total_seconds()))  # noqa: FBT003  # the answer when down


def forget(*keys: str) -> None:
    """Drop what is kept under ``keys``."""
    _or(None, shared.delete_many, keys)


def remembered(key: str, make: Callable[[], T], *, keep: dt.timedelta = FIVE_MINUTES) -> T:
    """The value kept under ``key``, made and kept when there is none."""
    found = get(key, MISSING)
    if found is not MISSING:
        return found  # type: ignore[no-any-return]  # what ``make`` made earlier
    value = make()
    put(key, value, keep=keep)
    return value


def _or(otherwise: Any, ask: Callable[..., Any], *args: Any) -> Any:
    try:
        return ask(*args)
    except (RedisError, OSError) as error:
        logger.warning("The cache did not answer: %s", type(error).__name__)
        return otherwise
