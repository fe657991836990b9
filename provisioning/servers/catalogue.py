"""What is known about a server's symbols, and about changes on it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext_lazy as _

from kernel.module import Text
from provisioning.servers.models import CatalogueChange, ServerSymbol

PER_PAGE = 50

FIELDS: Mapping[str, Text] = {
    "name": _("Name"),
    "path": _("Folder"),
    "description": _("Description"),
    "currency": _("Currency"),
    "currency_digits": _("Digits of the currency"),
    "currency_base": _("Base currency"),
    "currency_profit": _("Profit currency"),
    "currency_margin": _("Margin currency"),
    "digits": _("Digits"),
    "contract_size": _("Contract size"),
    "lots_min": _("Smallest lots"),
    "lots_max": _("Largest lots"),
    "lots_step": _("Step of lots"),
    "trade_mode": _("Trade mode"),
    "calc_mode": _("Calculation"),
    "swap_mode": _("Swap mode"),
    "swap_long": _("Swap long"),
    "swap_short": _("Swap short"),
    "swap_triple_weekday": _("Day of triple swap"),
    "trade_sessions": _("Trading hours"),
    "margin_mode": _("Margin mode"),
    "margin_call_level": _("Margin call"),
    "stop_out_level": _("Stop out"),
    "is_stop_out_in_percent": _("Stop out in per cent"),
    "leverage_default": _("Leverage"),
    "demo_deposit": _("Demo deposit"),
    "password_length_min": _("Shortest password"),
    "company": _("Company"),
}
TONES: Mapping[str, str] = {"appeared": "info", "vanished": "bad", "renamed": "warn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """One change of a group or symbol, as a page shows it."""

    subject_label: str
    kind: str
    kind_label: str
    name: str
    field_label: Text
    was: str
    became: str
    seen_at: dt.datetime
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePage:
    """A page of them, newest first."""

    lines: tuple[ChangeLine, ...]
    page: Page[CatalogueChange]


def changes(server_id: uuid.UUID, *, page: int = 1) -> ChangePage:
    """What changed on a server, newest first."""
    rows = CatalogueChange.objects.filter(server_id=server_id).order_by("-seen_at", "-pk")
    found: Page[CatalogueChange] = Paginator(rows, PER_PAGE).get_page(page)
    return ChangePage(lines=tuple(_line(row) for row in found), page=found)


def symbol_count(server_id: uuid.UUID) -> int:
    """How many symbols the server has."""
    return ServerSymbol.objects.filter(server_id=server_id, is_present=True).count()


def _line(row: CatalogueChange) -> ChangeLine:
    return ChangeLine(
        subject_label=row.get_subject_display(),
        kind=row.kind,
        kind_label=row.get_kind_display(),
        name=row.name,
        field_label=FIELDS.get(row.field, row.field),
        was=row.was,
        became=row.became,
        seen_at=row.seen_at,
        tone=TONES.get(row.kind, ""),
    )
