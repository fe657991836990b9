"""What a person with every key would look at afterwards: the tables, the service, the server."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from tests.chaos.money.people import Client
from tests.chaos.money.scene import Scene

PAID = {"moving", "done", "kept"}
"""States of deposits whose money is in the ledger; as long as nothing is taken back."""
FINAL = {
    "deposit": {"done", "kept", "declined", "cancelled", "expired"},
    "withdrawal": {"paid", "partly", "returned", "failed"},
    "payout": {"done", "refused", "released"},
    "transfer": {"done", "returned", "kept", "failed"},
    "payment": {"approved", "declined", "failed"},
    "intent": {"done", "refused"},
}
TABLES = {
    "deposit": "cashier_deposit",
    "payment": "cashier_payment",
    "withdrawal": "cashier_withdrawal",
    "payout": "cashier_payout",
    "transfer": "cashier_transfer",
    "intent": "trading_intent",
}


@dataclass(frozen=True, slots=True)
class Books:
    """The state of everything, read past the product's own code."""

    scene: Scene

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What Alpha's tables answer to an administrator."""
        with psycopg.connect(self.scene.stack.env["DATABASE_ADMIN_URL"]) as connection:
            schema = sql.Identifier(self.scene.told["schema"])
            connection.execute(sql.SQL("SET search_path = {}").format(schema))
            return connection.execute(query, values).fetchall()

    def states(self, kind: str) -> Counter[str]:
        """How many of a kind there are in each state."""
        return Counter(dict(self.rows(f"SELECT state, count(*) FROM {TABLES[kind]} GROUP BY 1")))

    def at_service(self, kind: str) -> dict[str, dict[str, Any]]:
        """Every payment or payout at the payment service by our reference."""
        folder = self.scene.stack.folder / "psp"
        names = "id, state, amount_minor, repeats"
        fields = ", ".join(f"body ->> '$.{name}'" for name in names.split(", "))
        with sqlite3.connect(f"file:{folder / 'psp.sqlite3'}?mode=ro", uri=True) as store:
            found = store.execute(
                f"SELECT reference, {fields} FROM object WHERE kind = ?", [kind]
            ).fetchall()
        assert len({row[0] for row in found}) == len(found)
        return {row[0]: dict(zip(names.split(", "), row[1:], strict=True)) for row in found}

    def deliveries(self) -> Counter[str]:
        """What the payment service called out, and how often it had to."""
        folder = self.scene.stack.folder / "psp"
        with sqlite3.connect(f"file:{folder / 'psp.sqlite3'}?mode=ro", uri=True) as store:
            rows = store.execute(
                "SELECT body ->> '$.event_id', count(*), sum(attempts), sum(state <> 'sent')"
                " FROM delivery GROUP BY 1"
            ).fetchall()
        return Counter(
            callbacks=len(rows),
            twice=sum(row[1] > 1 for row in rows),
            attempts=sum(row[2] for row in rows),
            undelivered=sum(row[3] for row in rows),
        )

    def on_server(self) -> dict[int, int]:
        """What is on each account of the trading server, in cents."""
        listed = self.scene.server.ask("/accounts")
        lines = listed["accounts"] if isinstance(listed, dict) else listed
        return {int(one["login"]): int(one["balance"]) for one in lines}

    def houses(self, kind: str) -> list[tuple[str, int]]:
        """The sums of the house's accounts of a kind, in cents."""
        return [
            (str(code), int(total))
            for code, total in self.rows(
                "SELECT a.code, sum(p.amount_minor) FROM wallets_posting p"
                " JOIN wallets_account a ON a.id = p.account_id"
                " WHERE split_part(a.code, ':', 1) = %s GROUP BY 1",
                kind,
            )
        ]

    def unfinished(self) -> dict[str, Any]:
        """What is promised and not done yet, by kind; what waits for a colleague is of no kind."""
        found: dict[str, Any] = {COLLEAGUE: {}}
        for kind in OPERATIONS:
            for state, number in self.states(kind).items():
                if (kind, state) in BY_A_COLLEAGUE:
                    found[COLLEAGUE][f"{kind} {state}"] = number
                elif state not in FINAL[kind]:
                    found.setdefault(kind, {})[state] = number
        found["events"] = self.rows(
            "SELECT name, attempts, last_error FROM kernel_outboxevent"
            " WHERE told_at IS NULL LIMIT 5"
        )
        found["news"] = self.rows(
            "SELECT state, attempts, last_error FROM cashier_news WHERE state = 'waiting' LIMIT 5"
        )
        found["callbacks"] = self.deliveries()["undelivered"]
        return {name: what for name, what in found.items() if what}


COLLEAGUE = "a colleague"
BY_A_COLLEAGUE = {("payout", "manual"), ("payout", "by_hand"), ("intent", "manual")}
HELD_UP = {COLLEAGUE, "deposit", "withdrawal", "transfer"}
"""What may be unfinished because a colleague has not decided something yet."""
OPERATIONS = ("deposit", "payment", "withdrawal", "payout", "intent", "transfer")


def json_of(payouts: dict[str, dict[str, Any]]) -> str:
    """The references of those that were paid."""
    return json.dumps([name for name, one in payouts.items() if one["state"] == "approved"])


def the_ledger_holds(books: Books) -> None:
    """Postings sum to zero, balances are their sums, none is below zero; the product agrees."""
    uneven = books.rows(
        "SELECT currency, sum(amount_minor) FROM wallets_posting GROUP BY 1 HAVING"
        " sum(amount_minor) <> 0"
    )
    wrong = books.rows(
        "SELECT b.account_id FROM wallets_balance b WHERE b.posted_minor < 0 OR b.held_minor <> 0"
        " OR b.posted_minor <> (SELECT coalesce(sum(p.amount_minor), 0) FROM wallets_posting p"
        " WHERE p.account_id = b.account_id)"
    )
    said = books.scene.stage("prove")

    assert (uneven, wrong, said["ledger"]) == ([], [], [])
    run = said["run"]
    assert (run["state"], run["found"], run["unexplained"]) == ("done", 0, 0), run
    assert run["accounts"] == len(books.scene.told["people"])


def everything_asked_for_is_there_once(books: Books, people: list[Client]) -> None:
    """What clients were told was accepted, and nothing else, however often they asked."""
    for kind in ("deposit", "withdraw", "transfer"):
        table = {"withdraw": "cashier_withdrawal"}.get(kind, f"cashier_{kind}")
        there = Counter(str(row[0]) for row in books.rows(f"SELECT id FROM {table}"))
        told = Counter(one for person in people for what, one in person.made if what == kind)
        assert there == told, (kind, (there - told), (told - there))
    wanted = sum(wish.kind == "deposit" for one in people for wish in one.wishes)
    states = books.states("deposit")
    assert sum(states[state] for state in PAID) == wanted, states


def every_payment_was_credited_once(books: Books) -> None:
    """Each payment that the service has is one entry of its sum, and there is no other entry."""
    there = {
        name: one["amount_minor"]
        for name, one in books.at_service("payment").items()
        if one["state"] == "approved"
    }
    paid = books.rows(
        "SELECT p.reference, p.received_minor, d.state FROM cashier_payment p"
        " JOIN cashier_deposit d ON d.id = p.deposit_id WHERE p.state = 'approved'"
    )
    entries = books.rows(
        "SELECT p.reference, count(DISTINCT e.id), sum(l.amount_minor) FROM cashier_payment p"
        " JOIN wallets_entry e ON e.kind = 'deposit' AND e.key = p.id::text"
        " JOIN wallets_posting l ON l.entry_id = e.id"
        " JOIN wallets_account a ON a.id = l.account_id AND a.client_id IS NOT NULL GROUP BY 1"
    )
    (everything,) = books.rows("SELECT count(*) FROM wallets_entry WHERE kind = 'deposit'")

    assert {row[0]: row[1] for row in paid} == there
    assert {row[2] for row in paid} <= PAID
    assert {row[0]: (row[1], row[2]) for row in entries} == {
        name: (1, amount) for name, amount in there.items()
    }
    assert everything == (len(there),)


def every_payout_left_once_and_only_what_left_is_booked(books: Books) -> None:
    """The service was asked for each payout at most once, and has those that we call done."""
    there = books.at_service("payout")
    done = books.rows(
        "SELECT reference, gross_minor - fee_minor FROM cashier_payout WHERE state = 'done'"
    )
    booked = books.rows(
        "SELECT count(*), count(DISTINCT key) FROM wallets_entry WHERE kind = 'payout'"
    )

    assert {name: one["repeats"] for name, one in there.items() if one["repeats"]} == {}
    assert dict(done) == {name: one["amount_minor"] for name, one in there.items()}
    assert {one["state"] for one in there.values()} == {"approved"}
    assert booked == [(len(done), len(done))]


def everything_is_over(books: Books) -> None:
    """Every operation is in a state that is final."""
    for kind, final in FINAL.items():
        assert set(books.states(kind)) <= final, (kind, books.states(kind))
    assert books.unfinished() == {}
    assert books.rows("SELECT name FROM kernel_outboxevent WHERE dead_at IS NOT NULL") == []


def the_server_has_what_the_ledger_says(books: Books) -> None:
    """Every account, to the cent; nothing is on the way."""
    ours = dict(books.houses("mt_mirror"))
    logins = [row[0] for row in books.rows("SELECT login FROM trading_tradingaccount")]
    server = books.scene.told["server"]
    there = books.on_server()

    assert {one: there[one] for one in logins} == {
        one: ours.get(f"mt_mirror:{server}:{one}", 0) for one in logins
    }
    assert sum(dict(books.houses("mt_in_transit")).values()) == 0


def no_cent_is_lost_or_made(books: Books) -> None:
    """What came in is in wallets and on accounts, or was paid out, or is the service's."""
    payments, payouts = books.at_service("payment"), books.at_service("payout")
    came = sum(one["amount_minor"] for one in payments.values() if one["state"] == "approved")
    left = sum(one["amount_minor"] for one in payouts.values())
    ((held,),) = books.rows("SELECT sum(posted_minor) FROM wallets_balance")
    on_server = sum(books.on_server().values())

    assert came == held + on_server + left
    assert sum(dict(books.houses("payout_pending")).values()) == 0


def callbacks_came_twice_and_late(books: Books) -> None:
    """A fifth and a tenth were ordered; the product saw them and knew them."""
    news = dict(books.rows("SELECT state, count(*) FROM cashier_news GROUP BY 1"))
    sent = books.deliveries()

    print(f"  news: {news}", flush=True)
    assert sent["twice"] > sent["callbacks"] * 0.1
    assert news["known"] >= sent["twice"]
    assert news.get("failed", 0) == 0


def beta_saw_nothing(books: Books) -> None:
    """The other broker has no money, and nothing about money."""
    with psycopg.connect(books.scene.stack.env["DATABASE_ADMIN_URL"]) as connection:
        (schema,) = connection.execute(
            "SELECT schema_name FROM tenants_tenant WHERE slug = 'beta'"
        ).fetchone() or ("",)
        for table in (*TABLES.values(), "wallets_entry", "cashier_callback"):
            query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table))
            assert connection.execute(query).fetchone() == (0,), table
