"""How often somebody may do something, counted per tenant; a dead Redis does not open the door."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from dataclasses import dataclass
from threading import Lock

from django.core.cache import cache as shared
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from kernel import clock, pin
from kernel.errors import Refused

logger = logging.getLogger(__name__)

MOST_LOCAL = 10_000


class TooOften(Refused):
    """Somebody did something more often than the limit allows."""

    code = "too_often"
    sentence = _("Too many attempts. Try again in %(seconds)s seconds.")

    def __init__(self, *, seconds: int) -> None:
        super().__init__(seconds=seconds)
        self.seconds = seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most ``times`` in each window of ``per``."""

    times: int
    per: dt.timedelta


def hit(what: str, *, who: str, limit: Limit) -> int:
    """Count one attempt; return 0 when allowed, else the seconds until the next window.

    ``who`` is a person, an address or a key; it is stored as a digest only. Counted in Redis for
    all processes; while Redis is down each process counts for itself with the same limit.

    Raises:
        NotPinned: No unit of work has begun.
    """
    width = int(limit.per.total_seconds())
    moment = int(clock.now().timestamp())
    window, passed = divmod(moment, width)
    name = hashlib.sha256(who.encode()).hexdigest()[:24]
    count = _count(f"{pin.current()}:throttle:{what}:{name}:{window}", width, moment)
    return 0 if count <= limit.times else max(1, width - passed)


def require(what: str, *, who: str, limit: Limit) -> None:
    """Count one attempt and refuse it beyond the limit.

    Raises:
        TooOften: The limit of this window is used up.
    """
    seconds = hit(what, who=who, limit=limit)
    if seconds:
        raise TooOften(seconds=seconds)


_lock = Lock()
_local: dict[str, tuple[int, int]] = {}


def _count(place: str, width: int, moment: int) -> int:
    try:
        shared.add(place, 0, width + 1)
        return int(shared.incr(place))
    except (RedisError, OSError, ValueError) as error:
        logger.warning("Counting attempts in this process only: %s", type(error).__name__)
        return _count_here(place, width, moment)


def _count_here(place: str, width: int, moment: int) -> int:
    with _lock:
        if len(_local) > MOST_LOCAL:
            for old in [p for p, (_, until) in _local.items() if until <= moment]:
                del _local[old]
        count, until = _local.get(place, (0, moment + width))
        _local[place] = (count + 1, until)
        return count + 1
