"""Clients pay in, take out and move money at once, while everything around them goes wrong.

A fifth of the callbacks come twice, a tenth out of order; the payment service and the trading
server lose answers; workers are killed by SIGKILL, Redis is flushed, every connection to the
database is cut. Afterwards nothing happened twice and nothing is lost.

``CHAOS_SEED`` repeats a run's dice, ``CHAOS_FULL=1`` takes 1,000 deposits and 500 withdrawals of
50 clients instead of a few; ``CHAOS_MONEY_SECONDS`` (40) says how long it rages at most.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
import redis
from django.conf import settings
from django.db import Error, connection, connections

from kernel import clock
from kernel.errors import OutcomeUnknown, Refused, Unavailable
from kernel.money import Money
from kernel.pin import pin
from modules.cashier import services
from modules.cashier.models import (
    Deposit,
    MethodTerms,
    Payment,
    Payout,
    ProviderAccount,
    Transfer,
    Withdrawal,
)
from modules.cashier.providers.port import PaymentKey
from modules.cashier.types import DepositWish
from modules.cashier.types.outgoing import TransferWish, WithdrawalWish
from modules.cashier.types.passages import TRANSFER_OPEN, WITHDRAWAL_OPEN
from modules.cashier.types.states import PAID
from modules.requests.models import ApprovalPolicy
from modules.trading import services as trading
from modules.trading.models import AccountType, Intent, TradingAccount
from modules.wallets import queries as wallets
from provisioning.servers.services import trading_server
from tests.chaos.trading.crew import Crew
from tests.chaos.trading.scene import PACE, SHORT
from tests.modules.cashier.conftest import connect, knock, offer
from tests.modules.cashier.going_out import client_of, worker
from tests.modules.conftest import make_client

pytestmark = [pytest.mark.chaos, pytest.mark.slow]

SEED = int(os.environ.get("CHAOS_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
FULL = os.environ.get("CHAOS_FULL") == "1"
CLIENTS, DEPOSITS, WITHDRAWALS, TRANSFERS = (50, 1000, 500, 250) if FULL else (5, 30, 15, 10)
SECONDS = float(os.environ.get("CHAOS_MONEY_SECONDS", "900" if FULL else "40"))
PATIENCE = (900.0 if FULL else 90.0) * PACE
AT_ONCE = 8 if FULL else 3
WORKERS = 2
WINDOWS = {**SHORT, "CASHIER_LOOK_SECONDS": 0.5 * PACE, "CASHIER_SETTLE_SECONDS": 4.0 * PACE}
TWICE, LATER = 0.2, 0.1
FAULTS = ("lost", "late", "late_booking", "reset", "forbidden", "html")
PATHS = ("/api/trade/balance", "/api/trade/balance", "/api/test/access", "/api/deal/get_page")
BAD_DAYS = (
    {"payout": "error"},
    {"begin": "error"},
    {"down": True},
    {"payout": "technical_decline"},
)


@dataclass(slots=True)
class Scene:
    """Everybody and everything."""

    place: Any
    psp: Any
    simulator: Any
    provider: uuid.UUID
    method: uuid.UUID
    people: list[Any]
    accounts: dict[uuid.UUID, uuid.UUID]
    stop: threading.Event = field(default_factory=threading.Event)
    heard: Counter[str] = field(default_factory=Counter)
    tries: Counter[str] = field(default_factory=Counter)


@pytest.fixture
def scene(alpha, types, psp, simulator, settings_override):
    with settings_override(**WINDOWS):
        provider = connect(alpha, psp, "redirect")
        method = offer(alpha, "card", provider)
        people = [
            make_client(alpha, f"c{one}@example.com", f"Client{one}", "Adler")
            for one in range(CLIENTS)
        ]
        accounts = {}
        with alpha.pin():
            ApprovalPolicy.objects.create(
                kind="cashier.withdrawal", is_decided=False, changed_at=clock.now(), changed_by="x"
            )
            AccountType.objects.update(accounts_max=5)
            switch_on_withdrawals(method)
            for person in people:
                accounts[person.pk] = trading.open_account(
                    person.pk, types["live"], leverage=100, by=client_of(person)
                )
            worker()
            states = set(TradingAccount.objects.values_list("state", flat=True))
            assert states == {"open"}
        made = Scene(alpha, psp, simulator, provider, method, people, accounts)
        pay_in_peace(made)
        yield made
        simulator.control("/faults/clear")


def pay_in_peace(scene: Scene) -> None:
    """Everybody has something to take out before it begins."""
    with scene.place.pin():
        for person in scene.people:
            pay_in(scene, person, Money(400_00, "USD"), "first", 1.0)
    browser = scene.place.client()
    for one in scene.psp.deliveries():
        knock(browser, scene.psp, scene.provider, one["event"])
        scene.heard["told"] += 1
    with scene.place.pin():
        services.apply_waiting()
        worker()
        assert {str(one.state) for one in Deposit.objects.all()} == {"done"}


def switch_on_withdrawals(method_id: uuid.UUID) -> None:
    from modules.cashier.models import Method, PayoutRule

    Method.objects.filter(pk=method_id).update(is_withdrawal_on=True)
    MethodTerms.objects.create(
        method_id=method_id, direction="out", currency="USD", least_minor=1_00,
        most_minor=10_000_00,
    )  # fmt: skip
    PayoutRule.objects.create(most_a_day=100)
    # Nobody has proven this server in the night; that is not what is tried here.
    from modules.trading.models import Reconciliation

    for server_id in set(AccountType.objects.values_list("server_id", flat=True)):
        Reconciliation.objects.create(
            server_id=server_id, state="done", began_at=clock.now(), worked_at=clock.now(),
            ended_at=clock.now(),
        )  # fmt: skip


def test_nothing_happens_twice_and_nothing_is_lost_whatever_is_killed(scene):
    print(f"\nCHAOS_SEED={SEED} deposits={DEPOSITS} withdrawals={WITHDRAWALS}", flush=True)
    dice = random.Random(SEED)
    wishes = plan(dice)
    began = time.monotonic()
    with crew_of(scene.place.schema) as crew:
        postman = threading.Thread(target=carry_letters, args=(scene, random.Random(SEED + 1)))
        postman.start()
        with ThreadPoolExecutor(AT_ONCE) as crowd:
            walks = [crowd.submit(walk, scene, person, wishes[n], SEED + n)
                     for n, person in enumerate(scene.people)]  # fmt: skip
            hits = rage(scene, crew, dice, walks, began)
            for one in walks:
                one.result(PATIENCE)
        scene.simulator.control("/faults/clear")
        scene.psp.behave(hold=True)
        calm(scene)
        scene.stop.set()
        postman.join(60)
    took = time.monotonic() - began
    report(scene, hits, took)
    with scene.place.pin():
        the_ledger_holds()
        every_paid_deposit_is_in_the_ledger_once(scene)
        every_payout_was_paid_once_or_waits_for_a_person(scene)
        the_servers_have_what_the_ledger_says(scene)
        everything_is_over_or_explained()
        no_cent_is_lost_or_made(scene)


def report(scene: Scene, hits: Counter[str], took: float) -> None:
    """What struck, and what came of it; every kind of thing came to its end at least once."""
    print(f"{took:.0f} s, {dict(hits)}, tries {dict(scene.tries)}, told {dict(scene.heard)}")
    with scene.place.pin():
        for model in (Deposit, Withdrawal, Payout, Transfer):
            counted = Counter(model.objects.values_list("state", flat=True))
            print(f"  {model.__name__}: {dict(counted)}", flush=True)
            assert counted["done"] + counted["paid"] > 0


def plan(dice: random.Random) -> list[list[tuple[str, int]]]:
    """What each client does in which order; he pays in first."""
    wishes: list[list[tuple[str, int]]] = [[] for _ in range(CLIENTS)]
    kinds = ["deposit"] * DEPOSITS + ["withdraw"] * WITHDRAWALS + ["transfer"] * TRANSFERS
    dice.shuffle(kinds)
    kinds.sort(key=lambda kind: kind != "deposit" and dice.random() < 0.8)
    for place, kind in enumerate(kinds):
        wishes[place % CLIENTS].append((kind, dice.randrange(10_00, 90_00)))
    return wishes


def walk(scene: Scene, person: Any, wishes: list[tuple[str, int]], seed: int) -> None:
    """One client: he tries again when the page fails, with the same form."""
    dice = random.Random(seed)
    acts = {"deposit": pay_in, "withdraw": take_out, "transfer": move}
    for kind, minor in wishes:
        form = uuid.UUID(int=dice.getrandbits(128)).hex
        for _try in range(12):
            scene.tries[kind] += 1
            try:
                with pin(scene.place.schema):
                    acts[kind](scene, person, Money(minor, "USD"), form, dice.random())
                break
            except Refused as refusal:
                scene.tries[refusal.code] += 1
                time.sleep(0.5)
            except (Error, Unavailable, OutcomeUnknown, OSError):
                leave_database()
                time.sleep(0.2)
    leave_database()


def pay_in(scene: Scene, person: Any, amount: Money, form: str, luck: float) -> None:
    on_account = luck < 0.5
    target = f"account:{scene.accounts[person.pk]}" if on_account else "wallet:USD"
    known = Deposit.objects.filter(client_id=person.pk, form_key=form).first()
    if known is None:
        wish = DepositWish(method_id=scene.method, target=target, amount=amount, key=form)
        token = services.quote(person.pk, wish).token
        made = services.ask_deposit(person.pk, token, by=client_of(person))
        assert services.ask_deposit(person.pk, token, by=client_of(person)) == made
        known = Deposit.objects.get(pk=made)
    services.begin_payment(known.pk)
    if not Payment.objects.filter(deposit=known).exclude(provider_reference="").exists():
        raise Unavailable("payment service", "not begun yet")
    scene.psp.control("POST move", reference=known.number, state="approved")


def take_out(scene: Scene, person: Any, amount: Money, form: str, luck: float) -> None:
    source = f"account:{scene.accounts[person.pk]}" if luck < 0.3 else "wallet:USD"
    wish = WithdrawalWish(method_id=scene.method, source=source, amount=amount, key=form)
    token = services.plan_withdrawal(person.pk, wish).token
    made = services.ask_withdrawal(person.pk, token, by=client_of(person))
    assert services.ask_withdrawal(person.pk, token, by=client_of(person)) == made


def move(scene: Scene, person: Any, amount: Money, form: str, luck: float) -> None:
    places = ["wallet:USD", f"account:{scene.accounts[person.pk]}"]
    source, target = places if luck < 0.5 else reversed(places)
    wish = TransferWish(source=source, target=target, amount=amount, key=form)
    token = services.plan_transfer(person.pk, wish).token
    made = services.ask_transfer(person.pk, token, by=client_of(person))
    assert services.ask_transfer(person.pk, token, by=client_of(person)) == made


def carry_letters(scene: Scene, dice: random.Random) -> None:
    """Bring the callbacks to the broker's door: some twice, some behind later ones."""
    told: set[int] = set()
    while not scene.stop.is_set():
        browser = scene.place.client()
        try:
            fresh = [one for one in scene.psp.deliveries() if one["id"] not in told]
            if dice.random() < 0.5:
                dice.shuffle(fresh)
            for one in fresh:
                if dice.random() < LATER:
                    scene.heard["put off"] += 1
                    continue
                again = dice.random() < TWICE
                for _ in range(2 if again else 1):
                    answer = knock(browser, scene.psp, scene.provider, one["event"])
                    if answer.status_code < 300:
                        told.add(one["id"])
                        scene.heard["told"] += 1
                scene.heard["twice"] += again
        except (Error, OSError):
            leave_database()
        time.sleep(0.1)
    leave_database()


class crew_of:  # noqa: N801 - reads as the function that it stands for
    """Workers of the cashier in processes of their own."""

    def __init__(self, schema: str) -> None:
        command = [sys.executable, "-m", "tests.chaos.money.nursery", schema, str(WORKERS)]
        command += [str(SEED), *(f"{name}={value}" for name, value in WINDOWS.items())]
        self.nursery = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True,
        )  # fmt: skip
        self.crew = Crew(self.nursery)

    def __enter__(self) -> Crew:
        threading.Thread(target=self.crew.follow, daemon=True).start()
        self.crew.wait_for(WORKERS)
        return self.crew

    def __exit__(self, *_: object) -> None:
        assert self.nursery.stdin is not None
        self.nursery.stdin.close()
        self.nursery.wait(30)
        assert self.nursery.stdout is not None
        self.nursery.stdout.close()


def rage(
    scene: Scene, crew: Crew, dice: random.Random, walks: list[Any], began: float
) -> Counter[str]:
    """Do something bad now and then, until everybody is through or the time is over."""
    hits: Counter[str] = Counter()
    while not all(one.done() for one in walks) and time.monotonic() - began < SECONDS:
        time.sleep(dice.uniform(0.3, 1.2))
        what = dice.choice(["kill", "kill", "server", "server", "psp", "redis", "database"])
        hits[what] += 1
        if what == "kill":
            try:
                crew.kill(dice)
            except (ProcessLookupError, IndexError):
                continue
        elif what == "server":
            scene.simulator.control(
                "/faults", path=dice.choice(PATHS), kind=dice.choice(FAULTS), seconds=0.7 * PACE
            )
        elif what == "psp":
            scene.psp.behave(hold=True, **dice.choice(BAD_DAYS))
            time.sleep(dice.uniform(0.2, 0.8))
            scene.psp.behave(hold=True)
        elif what == "redis":
            redis.Redis.from_url(settings.REDIS_URL).flushdb()
        else:
            cut_connections()
    return hits


def leave_database() -> None:
    """Forget this thread's connections: they may be dead."""
    for one in connections.all(initialized_only=True):
        one.close()
    connection.forget_connections()


def cut_connections() -> None:
    """Every connection to the tests' database dies, as when it restarts."""
    name = connection.settings_dict["NAME"]
    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"], autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND pid <> pg_backend_pid()",
            [name],
        )


def calm(scene: Scene) -> None:
    """Wait until all is over, or waits for a person."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with pin(scene.place.schema):
                left = unfinished()
        except Error:
            leave_database()
            left = {"database": 1}
        if not left:
            return
        assert time.monotonic() < end, left
        time.sleep(0.5)


def unfinished() -> dict[str, Any]:
    from kernel.models import OutboxEvent

    outbox = OutboxEvent.objects.filter(told_at=None, dead_at=None)
    found = {
        "events": outbox.count(),
        "operations": Intent.objects.exclude(state__in=["done", "refused", "manual"]).count(),
        "payouts": Payout.objects.filter(
            state__in=["ready", "sending", "unknown", "underway"]
        ).count(),
        "deposits": Deposit.objects.filter(state="moving").count(),
        "payments": sum(
            1 for one in Payment.objects.filter(deposit__state__in=["asked", "paying"])
            if is_paid_there(one)
        ),
    }  # fmt: skip
    return {name: count for name, count in found.items() if count}


def is_paid_there(payment: Payment) -> bool:
    fact = services.provider_of(payment.account).payment(PaymentKey(reference=payment.reference))
    return fact is not None and str(fact.state) == "approved"


def the_ledger_holds() -> None:
    assert wallets.check_ledger() == ()


def every_paid_deposit_is_in_the_ledger_once(scene: Scene) -> None:
    paid = [one for one in Payment.objects.select_related("deposit") if is_paid_there(one)]
    assert {one.deposit.state for one in paid} <= {str(state) for state in PAID}
    assert Deposit.objects.filter(state__in=PAID).count() == len(paid)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT key) FROM wallets_entry"
                       " WHERE kind = 'deposit'")  # fmt: skip
        assert cursor.fetchone() == (len(paid), len(paid))
    assert scene.heard["told"] >= len(paid)


def every_payout_was_paid_once_or_waits_for_a_person(scene: Scene) -> None:
    provider = services.provider_of(ProviderAccount.objects.get(pk=scene.provider))
    for payout in Payout.objects.all():
        there = provider.payout(PaymentKey(reference=payout.reference))
        if payout.state == "done":
            assert there is not None, payout
            assert there.is_done
        elif payout.state in {"refused", "released", "by_hand", "planned"}:
            assert there is None or not there.is_done, payout
        else:
            assert payout.state == "manual", payout


def the_servers_have_what_the_ledger_says(scene: Scene) -> None:
    houses = {one.code: one.balance.minor for one in wallets.house_balances()}
    waiting = Intent.objects.filter(state="manual").exists()
    for row in TradingAccount.objects.all():
        with trading_server(row.server_id) as server:
            there = int(server.account(row.login).balance * 100)
        ours = houses.get(f"mt_mirror:{row.server_id}:{row.login}", 0)
        assert there == ours or waiting, (row.login, there, ours)
        assert houses.get(f"mt_in_transit:{row.server_id}", 0) == 0 or waiting


def everything_is_over_or_explained() -> None:
    stuck = {True} if Intent.objects.filter(state="manual").exists() else set()
    for row in Withdrawal.objects.filter(state__in=WITHDRAWAL_OPEN):
        waits = row.payouts.filter(state__in=["manual", "by_hand"]).exists()
        assert waits or row.is_stuck in stuck, row
    for row in Transfer.objects.filter(state__in=TRANSFER_OPEN):
        assert row.is_stuck in stuck, row


def no_cent_is_lost_or_made(scene: Scene) -> None:
    """What came in is on wallets, accounts and ways, was paid out, or is the provider's fee."""
    houses: Counter[str] = Counter()
    for one in wallets.house_balances():
        houses[one.code.partition(":")[0]] += one.balance.minor
    held = sum(line.balance.minor for one in scene.people for line in wallets.wallets_of(one.pk))
    paid = sum(one.net.minor for one in Payout.objects.filter(state="done"))
    came = sum(one.received_minor or 0 for one in Payment.objects.all() if one.state == "approved")
    inside = held + houses["mt_mirror"] + houses["mt_in_transit"] + houses["payout_pending"]
    assert came == inside + paid, (came, inside, paid, dict(houses))
