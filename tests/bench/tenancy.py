"""What tenancy costs: a schema for a newcomer, a migration of all, a request of one."""

from __future__ import annotations

import statistics

import psycopg

from tests.bench.rows import Row, faster
from tests.bench.sides import OURS, STOCK, Worker, both, manage, ours_only, url

TENANTS = 50
SERVED = 10


def provisioning() -> list[Row]:
    """The schema that a broker waits for: from the reserve, cold, and by django-tenants."""
    both()
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


def migrations() -> list[Row]:
    """All tenants brought up to date: with nothing to do, and with one new column."""
    both()
    fill_ours(TENANTS)
    fill_stock(TENANTS)
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


def fill_ours(count: int) -> None:
    """Ours holds ``count`` tenants, made by replay."""
    worker = Worker("ours", OURS)
    worker.do("refill", count)
    worker.close()
    with psycopg.connect(url(OURS), autocommit=True) as ours:
        ours.execute(
            "INSERT INTO tenants_tenant (id, slug, name, schema_name, state, created_at, locale,"
            " time_zone, country, cell, theme_version, is_sandbox, suspended_because,"
            " entitled_modules, wanted_modules, active_modules)"
            " SELECT gen_random_uuid(), schema_name, schema_name, schema_name, 'live', now(), 'en',"
            " 'UTC', '', 'main', '', false, '', '{}', '{}', '{}' FROM tenants_readyschema"
        )
        ours.execute("DELETE FROM tenants_readyschema")


def fill_stock(count: int) -> None:
    """The other side holds as many, made from the same statements."""
    with psycopg.connect(url(OURS), autocommit=True) as ours:
        statements = ours.execute("SELECT statements FROM tenants_schemascript").fetchone()[0]
    with psycopg.connect(url(STOCK), autocommit=True) as stock:
        for n in range(count):
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
    ours_only()
    fill_ours(SERVED)
    with psycopg.connect(url(OURS), autocommit=True) as ours:
        ours.execute(
            "INSERT INTO tenants_domain (id, domain, is_primary, tenant_id, is_custom, state,"
            " token, misses, problem)"
            " SELECT gen_random_uuid(), replace(slug, '_', '-') || '.bench.localhost', true, id,"
            " false, 'verified', '', 0, '' FROM tenants_tenant"
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
