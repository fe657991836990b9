"""Ours against the named baseline, measured in turn in one run: a table and var/bench.json."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parents[2]
TENANTS = 50
OURS, STOCK = "atrium_bench_ours", "atrium_bench_stock"


@dataclass(frozen=True)
class Row:
    """One comparison. ``ratio`` is how much better ours is, when ``better`` is higher."""

    name: str
    ours: float
    baseline: float
    ratio: float
    aim: float
    better: str
    unit: str


def url(name: str) -> str:
    return urlunsplit(urlsplit(os.environ["DATABASE_ADMIN_URL"])._replace(path=f"/{name}"))


def environment(side: str, database: str, release: str = "first") -> dict[str, str]:
    requests = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}"))
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "platform"), str(ROOT)]),
        "DATABASE_ADMIN_URL": url(database),
        "DATABASE_URL": requests,
        "DJANGO_SETTINGS_MODULE": f"tests.bench.settings.{side}",
        "BENCH_RELEASE": release,
        "LOG_LEVEL": "ERROR",
    }


def manage(side: str, database: str, *words: str, release: str = "first") -> float:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, str(ROOT / "platform" / "manage.py"), *words],
        check=True,
        cwd=ROOT,
        env=environment(side, database, release),
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - began


class Worker:
    """A process that does one thing at a time and says how long it took."""

    def __init__(self, side: str, database: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.worker"],
            cwd=ROOT,
            env=environment(side, database),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.process.stdout.readline()

    def do(self, command: str, argument: object) -> float:
        self.process.stdin.write(f"{command} {argument}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{command} failed")
        return float(answer)

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def fresh(name: str) -> None:
    with psycopg.connect(url("postgres"), autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {name}")


def provisioning() -> list[Row]:
    """The schema that a broker waits for: from the reserve, cold, and by django-tenants."""
    ours, stock = Worker("ours", OURS), Worker("stock", STOCK)
    ours.do("refill", 5)
    warm, cold, default = [], [], []
    ours.do("warm", 99)
    ours.do("cold", 0)
    for n in range(3):
        default.append(stock.do("stock", n))
        cold.append(ours.do("cold", n))
        warm.append(ours.do("warm", n))
    ours.close()
    stock.close()
    base = statistics.median(default)
    return [
        faster("provision_warm", statistics.median(warm), base, aim=100),
        faster("provision_cold", statistics.median(cold), base, aim=9),
    ]


def faster(name: str, ours: float, baseline: float, *, aim: float) -> Row:
    return Row(name, ours, baseline, baseline / ours, aim, "higher", "s")


def migrations() -> list[Row]:
    """All tenants brought up to date: with nothing to do, and with one new column."""
    fill_with_tenants()
    noop = [[], []]
    for _ in range(2):
        noop[0].append(manage("ours", OURS, "migrate_tenants"))
        noop[1].append(manage("stock", STOCK, "migrate_schemas", "--tenant", "-v", "0"))
    added = (
        manage("ours", OURS, "migrate_tenants", release="later"),
        manage("stock", STOCK, "migrate_schemas", "--tenant", "-v", "0", release="later"),
    )
    return [
        faster("migrate_noop", *(statistics.median(times) for times in noop), aim=25),
        faster("migrate_addfield", *added, aim=25),
    ]


def fill_with_tenants() -> None:
    """Both databases hold the same number of tenants, made by replay in both."""
    with psycopg.connect(url(OURS), autocommit=True) as ours:
        ours.execute(
            "INSERT INTO tenants_tenant (id, slug, name, schema_name, state, created_at, locale,"
            " time_zone, country, cell, theme_version, is_sandbox, suspended_because,"
            " entitled_modules, wanted_modules, active_modules)"
            " SELECT gen_random_uuid(), schema_name, schema_name, schema_name, 'live', now(), 'en',"
            " 'UTC', '', 'main', '', false, '', '{}', '{}', '{}' FROM tenants_readyschema"
        )
        have = ours.execute("SELECT count(*) FROM tenants_tenant").fetchone()[0]
        ours.execute("DELETE FROM tenants_readyschema")
        statements = ours.execute("SELECT statements FROM tenants_schemascript").fetchone()[0]
    worker = Worker("ours", OURS)
    worker.do("refill", TENANTS - have)
    worker.close()
    with psycopg.connect(url(STOCK), autocommit=True) as stock:
        have = stock.execute("SELECT count(*) FROM tenants_tenant").fetchone()[0]
        for n in range(have, TENANTS):
            with stock.transaction():
                stock.execute(f"CREATE SCHEMA more{n}; SET LOCAL search_path = more{n}, public")
                stock.execute(statements)
            copy_tenant(stock, f"more{n}")


def copy_tenant(stock: psycopg.Connection, schema: str) -> None:
    stock.execute(
        "INSERT INTO tenants_tenant (id, slug, name, schema_name, state, created_at, locale,"
        " time_zone, country, cell, theme_version, is_sandbox, suspended_because,"
        " entitled_modules, wanted_modules, active_modules)"
        " VALUES (gen_random_uuid(), %(s)s, %(s)s, %(s)s, 'live', now(), 'en', 'UTC', '', 'main',"
        " '', false, '', '{}', '{}', '{}')",
        {"s": schema},
    )


def serving() -> list[Row]:
    """Requests a second of a page with one query, ours over ten tenants, plain Django without."""
    with psycopg.connect(url(OURS), autocommit=True) as ours:
        ours.execute(
            "INSERT INTO tenants_domain (id, domain, is_primary, tenant_id, is_custom, state,"
            " token, misses, problem) SELECT gen_random_uuid(), slug || '.bench.localhost', true,"
            " id, false, 'verified', '', 0, '' FROM tenants_tenant"
        )
        rows = ours.execute(
            "SELECT domain FROM tenants_domain WHERE domain LIKE '%.bench.localhost' LIMIT 10"
        ).fetchall()
    tenants, plain = Worker("ours", OURS), Worker("plain", OURS)
    tenants.do("hosts", ",".join(host for (host,) in rows))
    plain.do("hosts", "plain.localhost")
    rates = ([], [])
    for worker in (tenants, plain):
        worker.do("requests", 300)
    for _ in range(7):
        for worker, rate in zip((tenants, plain), rates, strict=True):
            rate.append(600 / worker.do("requests", 600))
    tenants.close()
    plain.close()
    ours_rate, base = (statistics.median(rate) for rate in rates)
    return [Row("tenant_request", ours_rate, base, ours_rate / base, 0.8, "higher", "requests/s")]


def main() -> int:
    for name in (OURS, STOCK):
        fresh(name)
    manage("ours", OURS, "prepare", "--ready", "0")
    manage("stock", STOCK, "migrate_schemas", "--shared", "-v", "0")
    rows = [*provisioning(), *migrations(), *serving()]
    width = max(len(row.name) for row in rows)
    print(f"{'':{width}}  {'ours':>12} {'baseline':>12} {'ratio':>9} {'aim':>6}")
    for row in rows:
        print(
            f"{row.name:{width}}  {row.ours:12.4f} {row.baseline:12.4f} {row.ratio:8.2f}x"
            f" {row.aim:5g}x  {row.unit}"
        )
    target = ROOT / "var" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
