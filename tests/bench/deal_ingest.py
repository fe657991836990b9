"""Deals from a server's page to committed rows, against a bare COPY of the same rows.

Ours begins with the port's ``Deal`` objects and ends with the commit of rows under four indexes and
a foreign key, daily results, balances, and one event for every deal. The baseline begins with rows
that are made already and copies them into a table with nothing but its primary key.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import psycopg

from tests.bench.rows import HEADING, Row, slower
from tests.bench.sides import ROOT
from tests.support import database

PAGE, ROUNDS, ACCOUNTS, DAYS = 20_000, 5, 1_000, 2
"""As many deals as one answer of a server holds: a window of two days, ten trades an account."""
FAVOURITES = 2
"""Symbols that one account trades."""
SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY", "AUDUSD", "EURJPY", "XAUUSD", "USDCHF", "USDCAD")
BEGAN = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)


def deal_ingest() -> list[Row]:
    """Measured in a process of its own, which has a database and a broker of its own."""
    paths = os.pathsep.join([str(ROOT / "platform"), str(ROOT)])
    told = subprocess.run(
        [sys.executable, "-m", "tests.bench.deal_ingest"],
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": paths, "LOG_LEVEL": "ERROR"},
        stdout=subprocess.PIPE,
        text=True,
    )
    return [Row(**row) for row in json.loads(told.stdout.splitlines()[-1])]


def measure(place: Any) -> list[Row]:
    """Both in turn, on pages that neither has seen."""
    accounts = open_accounts(place)
    bare_table(place)
    times: dict[str, list[float]] = {"bare": [], "rows": [], "ours": []}
    for number in range(ROUNDS + 1):
        bare, rows, ours = (page(accounts, 3 * number + part) for part in range(3))
        taken = {
            "bare": timed(copy_bare(accounts, bare)),
            "rows": timed(recorded(rows, accounts, is_told=False)),
            "ours": timed(recorded(ours, accounts)),
        }
        for name, seconds in taken.items() if number else ():  # the first round warms up
            times[name].append(seconds)
    median = {name: statistics.median(taken) for name, taken in times.items()}
    note = (
        f"{PAGE / median['ours']:,.0f} deals/s with rows, daily results, balances and events;"
        f" without events {median['rows'] / median['bare']:.2f}x"
    )
    return [slower("deal_ingest", median["ours"], median["bare"], aim=5, note=note)]


def timed(act: Callable[[], object]) -> float:
    """Seconds that it takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def recorded(deals: Any, accounts: Any, *, is_told: bool = True) -> Callable[[], None]:
    """One page, as a look records it; what is no news of the accounts is set before."""
    from modules.trading.models import TradingAccount
    from modules.trading.services import recording

    since = BEGAN if is_told else BEGAN + dt.timedelta(days=400)
    server_id = next(iter(accounts.values())).server_id

    def record() -> None:
        assert recording.record_deals(server_id, deals, accounts=accounts) == PAGE

    TradingAccount.objects.update(followed_from_at=since)
    for account in accounts.values():
        account.followed_from_at = since
    return record


def copy_bare(accounts: Any, deals: Any) -> Callable[[], None]:
    """The bare COPY of a page whose rows are made."""
    from django.db import connection, transaction

    from modules.trading.services.recording import _NAMES, rows_of

    rows = list(rows_of(next(iter(accounts.values())).server_id, deals, accounts))

    def copy() -> None:
        statement = f"COPY bare_deal ({_NAMES}) FROM STDIN"
        with transaction.atomic(), connection.cursor() as cursor, cursor.copy(statement) as target:
            for row in rows:
                target.write_row(row)

    return copy


def page(accounts: Any, number: int) -> list[Any]:
    """Positions opened and closed within the window, of all accounts."""
    dice = random.Random(number)
    logins = sorted(accounts)
    made = []
    for place in range(PAGE // 2):
        login = dice.choice(logins)
        symbol = SYMBOLS[(login + dice.randrange(FAVOURITES)) % len(SYMBOLS)]
        opened = BEGAN + dt.timedelta(days=DAYS * number, seconds=dice.randrange(DAYS * 86_400))
        closed = opened + dt.timedelta(seconds=dice.randrange(60, 14_400))
        deal_id = number * PAGE + 2 * place + 1
        lots = Decimal(dice.randrange(1, 200)).scaleb(-2)
        profit = Decimal(dice.randrange(-20_000, 20_000)).scaleb(-2)
        first = one_deal(deal_id, login, symbol, lots, opened)
        made += [
            first,
            one_deal(deal_id + 1, login, symbol, lots, closed, opened=first, won=profit),
        ]
    return made


def one_deal(  # noqa: PLR0917 - a deal has that many sides
    deal_id: int,
    login: int,
    symbol: str,
    lots: Decimal,
    done_at: dt.datetime,
    opened: Any = None,
    won: Decimal = Decimal(0),
) -> Any:
    """A deal as the adapter translates it."""
    from provisioning.servers.types import Deal, DealAction, DealEntry

    return Deal(
        deal_id=deal_id,
        login=login,
        order_id=deal_id,
        position_id=opened.deal_id if opened else deal_id,
        action=DealAction.SELL if opened else DealAction.BUY,
        entry=DealEntry.OUT if opened else DealEntry.IN,
        symbol=symbol,
        digits=5,
        lots=lots,
        lots_closed=lots if opened else Decimal(0),
        contract_size=Decimal(100_000),
        price=Decimal("1.08765"),
        price_position=Decimal("1.08701") if opened else Decimal(0),
        price_stop_loss=Decimal(0),
        price_take_profit=Decimal(0),
        profit=won,
        swap=Decimal("-0.12") if opened else Decimal(0),
        commission=Decimal("-3.50"),
        fee=Decimal(0),
        rate_profit=Decimal(1),
        reason=0,
        comment="",
        external_id="",
        dealer=0,
        done_at=done_at,
        done_server_ms=int(done_at.timestamp() * 1000) + 7_200_000,
    )


def open_accounts(place: Any) -> Any:
    """A thousand accounts of clients, by login."""
    from kernel.ids import new_id
    from modules.trading.models import AccountType, TradingAccount

    server_id = new_id()
    kind = AccountType.objects.create(
        name="Standard", environment="live", server_id=server_id, group="real\\a", currency="USD",
        leverages=[100], leverage_default=100, created_at=BEGAN,
    )  # fmt: skip
    rows = [
        TradingAccount(
            server_id=server_id, login=500_000 + number, type=kind, client_id=new_id(),
            currency="USD", leverage=100, is_live=True, state="open", asked_at=BEGAN,
        )
        for number in range(ACCOUNTS)
    ]  # fmt: skip
    TradingAccount.objects.bulk_create(rows)
    return {row.login: row for row in rows}


def bare_table(place: Any) -> None:
    """A table like that of deals, with its primary key and no other index."""
    from tenants.backend.credentials import role_of

    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"], autocommit=True) as admin:
        admin.execute(f"SET search_path = {place.schema}")
        admin.execute("CREATE TABLE bare_deal (LIKE trading_deal)")
        admin.execute("ALTER TABLE bare_deal ADD PRIMARY KEY (id)")
        admin.execute(f'GRANT ALL ON bare_deal TO "{role_of(place.schema)}"')


@contextmanager
def broker() -> Iterator[Any]:
    """A database of its own with one broker in it."""
    name = database.own_name()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    database.use_database(name)
    database.clone_database(name)
    import django

    django.setup()
    from django.db import connections

    from tests.support.tenants import make_tenant

    try:
        yield make_tenant("bench", name="Bench Markets")
    finally:
        for alias in connections:
            connections[alias].close()
        database.drop_database(name)


def main() -> int:
    with broker() as place, place.pin():
        rows = measure(place)
    print(HEADING, *rows, sep="\n", file=sys.stderr)
    print(json.dumps([asdict(row) for row in rows]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
