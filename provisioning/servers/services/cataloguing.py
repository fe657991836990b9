"""Symbols of a server as we keep them, and every change of symbols and groups that we see."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal

from django.db import transaction

from kernel import clock, events
from provisioning.servers.events import SymbolsChanged
from provisioning.servers.models import (
    CatalogueChange,
    ChangeKind,
    Server,
    ServerSymbol,
    Subject,
)
from provisioning.servers.services.connecting import trading_server
from provisioning.servers.types import SessionHours, Symbol

DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
SAME = ("description", "currency_base", "currency_profit", "contract_size", "digits", "calc_mode")
"""What a symbol keeps when it is only called otherwise."""
NEWS_AT_MOST = 200
"""Names that one event carries of each kind: the rest is in the list of changes."""


def read_symbols(server_id: uuid.UUID) -> None:
    """Read a server's symbols anew. Needs the network, no transaction.

    Raises:
        NoSuchServer: There is none.
        NotProven: Its connection test has not passed yet.
        Unavailable: It does not answer.
    """
    with trading_server(server_id) as server:
        symbols = server.symbols()
    with transaction.atomic():
        record_symbols(Server.objects.locked().get(pk=server_id), symbols)


def record_symbols(row: Server, symbols: Iterable[Symbol]) -> None:
    """Keep the symbols as they are now and write down what changed; needs a transaction.

    One that vanished is kept and marked: deals still name it. The first reading is no change.
    """
    before = {symbol.name: symbol for symbol in row.symbols.all()}
    now = {symbol.name: _columns(symbol) for symbol in symbols}
    appeared = [n for n in now if n not in before or not before[n].is_present]
    vanished = [n for n, kept in before.items() if kept.is_present and n not in now]
    renamed = _renamed(vanished, appeared, before=before, now=now)
    changed = _differing(before, now)
    _keep(row, now, vanished)
    if not before:
        return
    note_changes(row, Subject.SYMBOL, ChangeKind.RENAMED, [(a, "name", a, b) for a, b in renamed])
    gone = [name for name in vanished if name not in dict(renamed)]
    new = [name for name in appeared if name not in dict(renamed).values()]
    note_changes(row, Subject.SYMBOL, ChangeKind.VANISHED, [(n, "", "", "") for n in gone])
    note_changes(row, Subject.SYMBOL, ChangeKind.APPEARED, [(n, "", "", "") for n in new])
    note_changes(row, Subject.SYMBOL, ChangeKind.CHANGED, changed)
    if appeared or vanished or changed:
        events.publish(
            SymbolsChanged(
                server_id=row.pk,
                appeared=tuple(new[:NEWS_AT_MOST]),
                vanished=tuple(gone[:NEWS_AT_MOST]),
                renamed=tuple(f"{was} > {became}" for was, became in renamed[:NEWS_AT_MOST]),
                changed=tuple(sorted({name for name, *_ in changed})[:NEWS_AT_MOST]),
            )
        )


def note_changes(
    row: Server,
    subject: Subject,
    kind: ChangeKind,
    lines: Sequence[tuple[str, str, str, str]],
) -> None:
    """Append changes, each a name, a field, what it was and became; needs a transaction."""
    moment = clock.now()
    CatalogueChange.objects.bulk_create(
        CatalogueChange(
            server=row, subject=subject, kind=kind, name=name, field=field, was=was,
            became=became, seen_at=moment,
        )
        for name, field, was, became in lines
    )  # fmt: skip


def written(value: object) -> str:
    """A value as the list of changes shows it."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value)


def _keep(row: Server, now: Mapping[str, Mapping[str, object]], vanished: Sequence[str]) -> None:
    moment = clock.now()
    rows = [
        ServerSymbol(server=row, read_at=moment, is_present=True, **columns)
        for columns in now.values()
    ]
    names = [*next(iter(now.values()), {}), "is_present", "read_at"]
    ServerSymbol.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["server", "name"],
        update_fields=[name for name in names if name != "name"],
    )
    row.symbols.filter(name__in=vanished).update(is_present=False)


def _columns(symbol: Symbol) -> dict[str, object]:
    hours = "; ".join(_hours(session) for session in symbol.trade_sessions)
    columns = {**asdict(symbol), "trade_sessions": hours}
    columns["description"] = symbol.description[:300]
    columns["path"] = symbol.path[:300]
    return columns


def _hours(session: SessionHours) -> str:
    def time(minute: int) -> str:
        return f"{minute // 60:02}:{minute % 60:02}"

    day = DAYS[session.weekday % 7]
    return f"{day} {time(session.open_minute)}-{time(session.close_minute)}"


def _differing(
    before: Mapping[str, ServerSymbol], now: Mapping[str, Mapping[str, object]]
) -> list[tuple[str, str, str, str]]:
    return [
        (name, field, written(getattr(before[name], field)), written(value))
        for name, columns in now.items()
        if name in before and before[name].is_present
        for field, value in columns.items()
        if getattr(before[name], field) != value
    ]


def _renamed(
    vanished: Sequence[str],
    appeared: Sequence[str],
    *,
    before: Mapping[str, ServerSymbol],
    now: Mapping[str, Mapping[str, object]],
) -> list[tuple[str, str]]:
    """Pairs of a vanished and a new symbol that are alike, and like no other one."""
    pairs = []
    for name in vanished:
        was = tuple(getattr(before[name], field) for field in SAME)
        alike = [other for other in appeared if was == tuple(now[other][field] for field in SAME)]
        twins = [
            other
            for other in vanished
            if was == tuple(getattr(before[other], field) for field in SAME)
        ]
        if was[0] and len(alike) == len(twins) == 1:
            pairs.append((name, alike[0]))
    return pairs
