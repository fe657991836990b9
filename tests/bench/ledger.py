"""What the ledger costs: a transfer against bare INSERTs, a balance among many postings."""

from __future__ import annotations

import statistics
import subprocess
import sys

import psycopg

from tests.bench.rows import Row, slower
from tests.bench.sides import OURS, ROOT, environment, ours_only, url

CLIENTS = 8
EACH = 150
WALLETS = 64
ROUNDS = 5

BARE = """
    CREATE TABLE bare_entry (LIKE wallets_entry);
    CREATE TABLE bare_posting (LIKE wallets_posting);
    ALTER TABLE bare_entry ADD PRIMARY KEY (id);
    ALTER TABLE bare_posting ADD PRIMARY KEY (entry_id, leg);
"""

READERS = 1_000
"""Wallets that the postings are spread over."""
PAGE = 100
"""Sides of an entry: 99 wallets and the bank."""
FEW, MANY = 10_000, 10_000_000

# A side for every wallet in turn; whoever has had k before has k + 1 dollars now.
ACCOUNTS = """
    INSERT INTO wallets_account (id, code, client_id, currency, exponent, keeps_balance, opened_at)
    SELECT md5('w' || n)::uuid, 'client_wallet:' || md5('c' || n)::uuid, md5('c' || n)::uuid,
           'USD', 2, true, '2026-01-01'::timestamptz FROM generate_series(0, %(wallets)s - 1) n
    UNION ALL SELECT md5('bank')::uuid, 'bank', NULL, 'USD', 2, false, '2026-01-01'::timestamptz
"""
COPY_OUT = {
    "wallets_entry (id, kind, key, request_hash, legs, actor_kind, actor_name, cause, note,"
    " occurred_at, posted_at)": """
        SELECT lpad(to_hex(e), 32, '0')::uuid, 'deposit', e::text, '', %(page)s, 'system', 'bench',
               'bench:1', '', '2026-01-01'::timestamptz + e * interval '1 second',
               '2026-01-01'::timestamptz + e * interval '1 second'
        FROM generate_series(%(first)s, %(last)s) e
    """,
    "wallets_posting (entry_id, leg, legs, account_id, currency, amount_minor, seq,"
    " balance_after_minor, posted_at)": """
        SELECT lpad(to_hex(e), 32, '0')::uuid, l, %(page)s,
               CASE WHEN l < %(page)s THEN md5('w' || (k %% %(wallets)s))::uuid
                    ELSE md5('bank')::uuid END, 'USD',
               CASE WHEN l < %(page)s THEN 100 ELSE -100 * (%(page)s - 1) END,
               CASE WHEN l < %(page)s THEN k / %(wallets)s + 1 END,
               CASE WHEN l < %(page)s THEN (k / %(wallets)s + 1) * 100 END,
               '2026-01-01'::timestamptz + e * interval '1 second'
        FROM generate_series(%(first)s, %(last)s) e, generate_series(1, %(page)s) l,
             LATERAL (SELECT (e::bigint - 1) * (%(page)s - 1) + l - 1 AS k) places
    """,
}
BALANCES = """
    INSERT INTO wallets_balance (account_id, posted_minor, held_minor, seq, moved_at)
    SELECT account_id, sum(amount_minor), 0, count(*), max(posted_at) FROM wallets_posting
    WHERE seq IS NOT NULL GROUP BY account_id
"""


class Client:
    """A process that works on the ledger."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.ledger_worker"],
            cwd=ROOT,
            env=environment("ours", OURS),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, *words: object) -> None:
        """Say what to do."""
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def answer(self) -> str:
        """Wait for what it says."""
        said = self.process.stdout.readline().strip()
        if not said:
            raise SystemExit("a client of the ledger's bench failed")
        return said

    def do(self, *words: object) -> float:
        """Have it done; the seconds that it took there."""
        self.ask(*words)
        return float(self.answer())

    def close(self) -> None:
        """Let it end."""
        self.process.stdin.close()
        self.process.wait()


def ledger_transfers() -> list[Row]:
    """A transfer by eight at once, spread over wallets and all on one, beside bare INSERTs."""
    ours_only()
    clients = _clients(CLIENTS)
    clients[0].ask("make", "ledger")
    schema = clients[0].answer()
    with _owner(schema) as owner:
        owner.execute(BARE)
    clients[0].do("fund", schema, WALLETS)
    took: dict[str, list[float]] = {"bare": [], "spread": [], "hot": []}
    for number in range(ROUNDS + 1):
        for kind, times in took.items():
            seconds = _together(clients, schema, kind, number)
            if number:  # the first round fills caches and plans
                times.append(seconds / (CLIENTS * EACH))
    clients[0].do("check", schema)
    for client in clients:
        client.close()
    bare, spread, hot = (statistics.median(took[kind]) for kind in ("bare", "spread", "hot"))
    note = f"{1 / spread:.0f} transfers a second"
    return [
        slower("ledger_transfer_spread", spread, bare, aim=3, note=note),
        slower("ledger_transfer_hot", hot, bare, aim=6, note=f"{1 / hot:.0f} a second"),
    ]


def balance_read() -> list[Row]:
    """What is in a wallet, read among ten million postings and among ten thousand."""
    ours_only()
    (client,) = _clients(1)
    schemas = []
    for name, postings in (("few", FEW), ("many", MANY)):
        client.ask("make", name)
        schemas.append(client.answer())
        _load(schemas[-1], postings)
    checked = client.do("check", schemas[1])
    times: list[list[float]] = [[], []]
    for number in range(2 * ROUNDS + 1):
        for place, schema in enumerate(schemas):
            seconds = client.do("reads", schema, 500, number)
            if number:
                times[place].append(seconds / 500)
    client.close()
    few, many = (statistics.median(one) for one in times)
    note = f"all invariants of the ten million proved in {checked:.0f} s"
    return [slower("balance_read", many, few, aim=1.2, note=note)]


def _clients(count: int) -> list[Client]:
    clients = [Client() for _ in range(count)]
    for client in clients:
        client.answer()
    return clients


def _together(clients: list[Client], schema: str, kind: str, number: int) -> float:
    """Let all begin; the seconds of the slowest."""
    for place, client in enumerate(clients):
        client.ask("transfers", schema, kind, EACH, number * 100 + place)
    return max(float(client.answer()) for client in clients)


def _owner(schema: str) -> psycopg.Connection:
    connection = psycopg.connect(url(OURS), autocommit=True)
    connection.execute(f'SET ROLE "{schema}_owner"')
    connection.execute(f'SET search_path = "{schema}"')
    return connection


def _load(schema: str, postings: int) -> None:
    """Consistent entries, by COPY and past the triggers; the check of all invariants follows."""
    names = {"wallets": READERS, "page": PAGE}
    entries = postings // PAGE
    with psycopg.connect(url(OURS), autocommit=True) as source, _owner(schema) as target:
        target.execute("RESET ROLE; SET session_replication_role = replica")
        _run(target, ACCOUNTS, names)
        step = max(1, entries // 10)
        for first in range(1, entries + 1, step):
            part = names | {"first": first, "last": min(entries, first + step - 1)}
            for table, statement in COPY_OUT.items():
                _copy(source, target, table, statement % part)
        target.execute(BALANCES)
        target.execute("ANALYZE")


def _run(target: psycopg.Connection, statement: str, names: dict[str, int]) -> None:
    target.execute(statement % names)


def _copy(
    source: psycopg.Connection, target: psycopg.Connection, table: str, statement: str
) -> None:
    with (
        source.cursor().copy(f"COPY ({statement}) TO STDOUT") as out,
        target.cursor().copy(f"COPY {table} FROM STDIN") as into,
    ):
        for chunk in out:
            into.write(chunk)
