"""How long a deal takes from the server to a row here, while ten thousand accounts are followed.

A simulated server with a large book, a process of its own; a broker that follows it through the
real pull, looked at every three seconds as the beat does; and deals that are made one by one.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.bench.deal_ingest import broker
from tests.bench.rows import HEADING, Row
from tests.bench.sides import ROOT
from tests.support.simulator import Simulator, running

ACCOUNTS, DEALS = 10_000, 40_000
NEW = 8
BEAT_S = 3.0
"""How often ``tasks.pull_due`` looks which servers are due."""
AIM_S = 10.0
PATIENCE_S = 30.0


def deal_lag() -> list[Row]:
    """Measured in a process of its own, which has a database and a broker of its own."""
    paths = os.pathsep.join([str(ROOT / "platform"), str(ROOT)])
    told = subprocess.run(
        [sys.executable, "-m", "tests.bench.deal_lag"],
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": paths, "LOG_LEVEL": "ERROR"},
        stdout=subprocess.PIPE,
        text=True,
    )
    return [Row(**row) for row in json.loads(told.stdout.splitlines()[-1])]


def measure(place: Any, server: Simulator) -> list[Row]:
    """Seconds from the deal there to the row here, one deal after the other."""
    server_id = follow(place, server)
    looks = [pull(server_id) for _ in range(3)]
    login = server.ask("/accounts")[0]["login"]
    lags = [one_deal(server_id, login) for _ in range(NEW)]
    median, worst = statistics.median(lags), max(lags)
    note = (
        f"{accounts_here(server_id):,} accounts followed; seconds from the deal to its row,"
        f" longest {worst:.2f}; first look {looks[0]:.1f} s, later ones {looks[-1]:.2f} s"
    )
    return [Row("deal_lag", median, AIM_S, median / AIM_S, 1, "lower", "s", note)]


def follow(place: Any, server: Simulator) -> uuid.UUID:
    """Wire the server and map every group of it."""
    from kernel import clock
    from modules.trading.models import AccountType
    from provisioning.servers import services
    from provisioning.servers.queries import group_lines
    from provisioning.servers.records import Wiring
    from tests.support.tenants import SYSTEM

    wish = Wiring(
        name="Bench", environment="both", host="127.0.0.1", port=server.port, login=server.login,
        authority_pem=server.authority_pem,
    )  # fmt: skip
    server_id = services.draft_server(wish, server.password, by=SYSTEM)
    services.probe(server_id, by=SYSTEM)
    groups = group_lines(server_id)
    services.choose_groups(server_id, [line.name for line in groups], by=SYSTEM)
    AccountType.objects.bulk_create(
        AccountType(
            name=line.name, environment="live", server_id=server_id, group=line.name,
            currency=line.currency, leverages=[100], leverage_default=100, created_at=clock.now(),
        )
        for line in groups
    )  # fmt: skip
    return server_id


def pull(server_id: uuid.UUID) -> float:
    """One look, as the worker does it; the seconds that it took."""
    from modules.trading import services

    began = time.perf_counter()
    services.pull(server_id)
    return time.perf_counter() - began


def one_deal(server_id: uuid.UUID, login: int) -> float:
    """Book a deal on the server and let the beat go on until it is here."""
    from modules.trading import services
    from modules.trading.models import Deal
    from provisioning.servers.services import trading_server
    from provisioning.servers.types import BalanceKind, BalanceOperation

    wish = BalanceOperation(
        login=login, kind=BalanceKind.BALANCE, amount=Decimal(10), tag=uuid.uuid4().hex[:12]
    )
    with trading_server(server_id) as server:
        deal_id = server.change_balance(wish)
    began = time.perf_counter()
    while time.perf_counter() < began + PATIENCE_S:
        for due in services.take_due_servers():
            services.pull(due)
        if Deal.objects.filter(server_id=server_id, deal_id=deal_id).exists():
            return time.perf_counter() - began
        time.sleep(BEAT_S)
    raise SystemExit(f"deal {deal_id} did not come within {PATIENCE_S:.0f} seconds")


def accounts_here(server_id: uuid.UUID) -> int:
    from modules.trading.models import TradingAccount

    return TradingAccount.objects.filter(server_id=server_id).count()


def main() -> int:
    options = f"accounts={ACCOUNTS},deals={DEALS},days=30"
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), "--bulk", options) as server,
        broker() as place,
        place.pin(),
    ):
        rows = measure(place, server)
        close_all()
    print(HEADING, *rows, sep="\n", file=sys.stderr)
    print(json.dumps([asdict(row) for row in rows]))
    return 0


def close_all() -> None:
    """End the sessions, so that the server can stop."""
    from provisioning.servers import services

    services.close_sessions()


if __name__ == "__main__":
    sys.exit(main())
