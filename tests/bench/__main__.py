"""Ours against the named baseline, measured in turn in one run: a table and var/bench.json.

Names of rows as arguments measure only the suites that have them.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict

from tests.bench.rows import HEADING, Row
from tests.bench.sides import ROOT

SUITES: Mapping[str, tuple[str, ...]] = {
    "tests.bench.tenancy.provisioning": ("provision_warm", "provision_cold"),
    "tests.bench.tenancy.migrations": ("migrate_noop", "migrate_addfield"),
    "tests.bench.tenancy.serving": ("tenant_request",),
    "tests.bench.ledger.ledger_transfers": ("ledger_transfer_spread", "ledger_transfer_hot"),
    "tests.bench.ledger.balance_read": ("balance_read",),
    "tests.bench.deal_ingest.deal_ingest": ("deal_ingest",),
    "tests.bench.deal_lag.deal_lag": ("deal_lag",),
    "tests.bench.simulator_paging.simulator_paging": (
        "simulator_paging",
        "simulator_orders",
        "simulator_window",
        "simulator_accounts",
    ),
}
"""What measures, and the rows that it answers."""
TARGET = ROOT / "var" / "bench.json"


def measure(place: str) -> list[Row]:
    module, _, name = place.rpartition(".")
    suite: Callable[[], list[Row]] = getattr(importlib.import_module(module), name)
    return suite()


def keep(rows: list[Row]) -> None:
    """Everything measured so far, so that a run that is cut leaves what it had."""
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")


def main(wanted: list[str]) -> int:
    chosen = [place for place, names in SUITES.items() if not wanted or {*names} & {*wanted}]
    rows: list[Row] = []
    failed = []
    print(HEADING, flush=True)
    for place in chosen:
        try:
            measured = measure(place)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the others are measured still
            failed.append(place)
            print(f"{place} failed: {error}", flush=True)
            continue
        for row in measured:
            print(row, flush=True)
        rows += measured
        keep(rows)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
