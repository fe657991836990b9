"""What the console's pages are made of: brokers as plans, money and counts, never people."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal

from billing.types import InvoiceLine, SubscriptionLine
from kernel.audit import EntryLine
from kernel.module import Text
from kernel.money import Money
from provisioning.runs.types import RunView
from tenants.types import TenantLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number or a state that a broker publishes about itself."""

    label: Text
    value: str
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerLine:
    """A broker in a list."""

    id: uuid.UUID
    name: str
    host: str
    state: str
    state_label: str
    tone: str
    modules: tuple[Text, ...]
    monthly: Money | None
    is_overdue: bool
    clients: int | None
    server: Figure
    is_sandbox: bool
    created_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerPage:
    """Brokers that were asked for, and how many there are of each kind."""

    lines: tuple[BrokerLine, ...]
    text: str
    state: str
    counts: tuple[dict[str, object], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleLine:
    """A module of a broker's plan."""

    key: str
    title: Text
    price: Money | None
    is_entitled: bool
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerHealth:
    """How a broker's trading servers are, as it publishes it: a colour, since when, counts."""

    state: Figure
    since_at: dt.datetime | None
    """When it last was otherwise."""
    servers: int | None
    not_answering: int | None
    incidents: int | None
    success_percent: Decimal | None
    """Of the calls of the past 24 hours."""
    certificate_days: int | None
    """Until the first certificate expires."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSheet:
    """One broker, as far as the vendor knows it."""

    line: BrokerLine
    tenant: TenantLine
    url: str
    subscription: SubscriptionLine | None
    invoices: tuple[InvoiceLine, ...]
    modules: tuple[ModuleLine, ...]
    server: ServerHealth
    figures: tuple[Figure, ...]
    run: RunView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """An entry of the audit log, and the broker that it is about."""

    entry: EntryLine
    broker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueLine:
    """Something on the menu, and what it earns."""

    key: str
    title: Text
    price: Money | None
    requires: tuple[str, ...]
    brokers: int
    monthly: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    """Columns of a chart: a label each, and the values of each series."""

    labels: tuple[str, ...]
    series: tuple[dict[str, object], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The first page of the console."""

    brokers: BrokerPage
    live: int
    in_setup: str
    sign_ups: int
    clients: str
    servers: str
    run: RunView | None
