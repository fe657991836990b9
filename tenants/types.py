"""What crosses the border of this package."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field

from kernel.pin import PUBLIC


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantInfo:
    """A broker as a request sees it; also stands for the vendor's own host."""

    id: uuid.UUID
    schema: str
    slug: str
    name: str
    state: str
    """``new``, ``live``, ``suspended`` or ``closed``."""
    active_modules: frozenset[str] = frozenset()
    theme_version: str = ""
    locale: str = "en"
    time_zone: str = "UTC"
    primary_host: str = ""
    is_sandbox: bool = False

    @property
    def is_vendor(self) -> bool:
        """Whether this is the vendor's own host."""
        return self.schema == PUBLIC

    @property
    def is_live(self) -> bool:
        """Whether its doors are open."""
        return self.state == "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantLine:
    """A broker in the vendor's lists."""

    id: uuid.UUID
    schema: str
    slug: str
    name: str
    state: str
    entitled_modules: frozenset[str]
    wanted_modules: frozenset[str]
    active_modules: frozenset[str]
    locale: str
    time_zone: str
    country: str
    cell: str
    is_sandbox: bool
    suspended_because: str
    created_at: dt.datetime
    primary_host: str
    hosts: tuple[DomainLine, ...] = ()
    health: dict[str, object] = field(default_factory=dict)
    """Numbers that the tenant publishes about itself; never a person."""
    health_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainLine:
    """A host name of a tenant's, and what its DNS must say."""

    id: uuid.UUID
    host: str
    is_primary: bool
    is_custom: bool
    state: str
    """``pending``, ``verified`` or ``lost``."""
    txt_name: str
    txt_value: str
    cname_target: str
    checked_at: dt.datetime | None
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolState:
    """The schemas that stand ready for the next brokers."""

    ready: int
    wanted: int
    oldest_at: dt.datetime | None
