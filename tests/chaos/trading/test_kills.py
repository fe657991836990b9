"""Two hundred operations among misfortunes, with the workers killed at random.

``CHAOS_SEED`` repeats a run's dice, ``CHAOS_OPERATIONS`` (200) says how many are asked for.
"""

from __future__ import annotations

import os
import random
import signal
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pytest

from kernel.actor import Actor
from modules.trading import services
from modules.trading.models import Intent, IntentMove
from provisioning.servers.errors import NotPermitted
from tests.chaos.trading.crew import Crew, crew
from tests.chaos.trading.scene import LATENESS, PACE, PATIENCE, SHORT, START, Scene

pytestmark = [pytest.mark.chaos, pytest.mark.slow]

SEED = int(os.environ.get("CHAOS_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
OPERATIONS = int(os.environ.get("CHAOS_OPERATIONS", "200"))
ACCOUNTS = 40
WORKERS = 2
PAUSE = (0.2, 0.8)
"""Between two kills, in seconds."""
KILLS = 20
"""After so many the rest is done in peace, on slow machines too."""
FAULTS = ("lost", "late", "late_booking", "reset", "forbidden", "retcode", "truncated", "html")
PATHS = ("/api/trade/balance",) * 4 + ("/api/user/update", "/api/deal/get_page", "/api/test/access")
TOO_MUCH = -5_000_000_00


@dataclass(frozen=True, slots=True)
class Wish:
    """One operation that somebody wants."""

    kind: str
    account: int
    minor: int

    @property
    def is_possible(self) -> bool:
        return self.minor != TOO_MUCH


@dataclass(frozen=True, slots=True)
class End:
    """What became of the plan; balances and credits follow from it, and were proven."""

    states: list[str | None]
    """``None`` where a person had to decide, or two sessions in a row were shut in our face."""
    groups: list[str | None]
    """Of the accounts; ``None`` where changing it was one of those."""

    def unlike(self, other: list[str] | list[str | None]) -> list[tuple[int, str, str]]:
        """What ended differently: its number in the plan, how here, how there."""
        both = enumerate(zip(self.states, other, strict=True))
        known = [(number, *pair) for number, pair in both if None not in pair]
        assert len(known) > len(other) * 0.9
        return [one for one in known if one[1] != one[2]]


def plan(dice: random.Random) -> list[Wish]:
    """What is asked for, in this order; a few ask for more than there is."""
    wishes = []
    for number in range(OPERATIONS):
        kind = dice.choices(("balance", "credit", "group"), weights=(75, 15, 10))[0]
        minor = TOO_MUCH if number % 20 == 7 else dice.choice((1, -1)) * dice.randint(1, 9_99)
        if kind == "credit":
            minor = abs(minor) if minor != TOO_MUCH else minor
        if kind == "group":
            minor = 0
        wishes.append(Wish(kind, dice.randrange(ACCOUNTS), minor))
    seen: set[int] = set()
    return [one for one in wishes if one.kind != "group" or _first(one.account, seen)]


def _first(account: int, seen: set[int]) -> bool:
    """Whether the account is met for the first time: its group changes once."""
    is_first = account not in seen
    seen.add(account)
    return is_first


def order_faults(scene: Scene, dice: random.Random) -> None:
    """Misfortunes for the calls to come: about a fifth of those that move money."""
    for _ in range(60):
        kind = dice.choice(FAULTS)
        more = {
            "seconds": LATENESS,
            "retcode": dice.choice((7, 9, 12, 15)),
            "is_booked": dice.random() < 0.5,
            "after": dice.randrange(OPERATIONS * 2 // 3),
        }
        scene.simulator.control("/faults", kind=kind, path=dice.choice(PATHS), **more)


def ask(scene: Scene, accounts: list[uuid.UUID], wishes: list[Wish], name: str) -> list[uuid.UUID]:
    asked = []
    for number, wish in enumerate(wishes):
        account_id, key = accounts[wish.account], f"{name}:{number}"
        if wish.kind == "group":
            asked.append(scene.ask_group(account_id, key))
        elif wish.kind == "credit":
            asked.append(scene.ask_credit(account_id, wish.minor, key))
        else:
            asked.append(scene.ask_balance(account_id, wish.minor, key))
    return asked


def wait_until_decided(scene: Scene, meanwhile: Callable[[], None]) -> None:
    end = time.monotonic() + PATIENCE
    while scene.undecided():
        assert time.monotonic() < end, scene.undecided()
        meanwhile()


def decide_by_hand(scene: Scene, asked: list[uuid.UUID]) -> list[uuid.UUID]:
    """A person looks at the server and says what is there of those that wait for him."""
    left = [one for one, state in zip(asked, scene.states(asked), strict=True) if state == "manual"]
    booked = scene.bookings(left)
    with scene.place.pin():
        for one in left:
            assert booked[one] <= 1
            services.decide_operation(
                one,
                booked=booked[one] == 1,
                evidence=f"{booked[one]} deals with its tag",
                by=Actor.system("finance"),
                reason="seen on the server",
            )
    return left


def run(scene: Scene, wishes: list[Wish], name: str, dice: random.Random, *, kill: bool) -> End:
    """Carry out the plan on accounts of its own; the end state, after it was proven."""
    accounts = scene.accounts(ACCOUNTS)
    order_faults(scene, dice)
    asked = ask(scene, accounts, wishes, name)
    by_hand: list[uuid.UUID] = []
    began = time.monotonic()
    with crew(scene.place.schema, workers=WORKERS, seed=SEED, windows=SHORT) as hands:

        def meanwhile() -> None:
            time.sleep(dice.uniform(*PAUSE))
            by_hand.extend(decide_by_hand(scene, asked))
            if kill and hands.kills < KILLS:
                hands.kill(dice)

        wait_until_decided(scene, meanwhile)
        kills = hands.kills
    scene.simulator.control("/faults/clear")
    by_hand += decide_by_hand(scene, asked)
    more = f"{kills} kills, {len(by_hand)} decided by hand"
    tell(scene, asked, name, time.monotonic() - began, more)
    prove(scene, accounts, wishes, asked)
    states = scene.states(asked)
    open_to_chance = {*by_hand, *not_let_in(scene, asked)}
    chance = [wish for one, wish in zip(asked, wishes, strict=True) if one in open_to_chance]
    return End(
        [
            None if one in open_to_chance else state
            for one, state in zip(asked, states, strict=True)
        ],
        _groups(scene, accounts, chance),
    )


def _groups(scene: Scene, accounts: list[uuid.UUID], chance: list[Wish]) -> list[str | None]:
    unsure = {wish.account for wish in chance if wish.kind == "group"}
    there = enumerate(scene.records(accounts))
    return [None if number in unsure else record.group for number, record in there]


def not_let_in(scene: Scene, asked: list[uuid.UUID]) -> set[uuid.UUID]:
    """What was refused since a new session was shut too: so does a server that lacks a right."""
    with scene.place.pin():
        rows = Intent.objects.filter(pk__in=asked, state="refused", sentence=str(NotPermitted()))
        return set(rows.values_list("pk", flat=True))


def tell(scene: Scene, asked: list[uuid.UUID], name: str, seconds: float, more: str) -> None:
    with scene.place.pin():
        doubts = Intent.objects.filter(pk__in=asked, moves__state_to="unknown").distinct().count()
        again = Intent.objects.filter(pk__in=asked, sends__gt=1).count()
    print(f"{name}: {len(asked)} operations in {seconds:.1f} s, {more}, {doubts} were in doubt,"
          f" {again} sent again", flush=True)  # fmt: skip


def prove(
    scene: Scene, accounts: list[uuid.UUID], wishes: list[Wish], asked: list[uuid.UUID]
) -> None:
    """Nothing twice, nothing lost, everything decided, and both sides agree."""
    states = scene.states(asked)
    money = [one for one, wish in zip(asked, wishes, strict=True) if wish.kind != "group"]
    booked = scene.bookings(money)
    done = {one for one, state in zip(asked, states, strict=True) if state == "done"}
    assert {one: booked[one] for one in money} == {one: int(one in done) for one in money}
    assert set(states) <= {"done", "refused"}
    balances = [START] * ACCOUNTS
    lent = [Decimal(0)] * ACCOUNTS
    for one, wish in zip(asked, wishes, strict=True):
        if one in done and wish.kind != "group":
            side = balances if wish.kind == "balance" else lent
            side[wish.account] += Decimal(wish.minor).scaleb(-2)
    records = scene.records(accounts)
    assert [record.balance for record in records] == balances
    assert [record.credit for record in records] == lent


def test_killed_workers_lose_nothing_and_do_nothing_twice_sag_02(scene):
    print(f"\nCHAOS_SEED={SEED} CHAOS_OPERATIONS={OPERATIONS}", flush=True)
    wishes = plan(random.Random(SEED))

    calm = run(scene, wishes, "calm", random.Random(SEED), kill=False)
    killed = run(scene, wishes, "killed", random.Random(SEED), kill=True)

    expected = ["done" if wish.is_possible else "refused" for wish in wishes]
    assert calm.unlike(expected) == []
    assert killed.unlike(expected) == []
    assert killed.unlike(calm.states) == []
    groups = zip(killed.groups, calm.groups, strict=True)
    assert [pair for pair in groups if None not in pair and pair[0] != pair[1]] == []


def wait_for_state(scene: Scene, operation_id: uuid.UUID, state: str) -> None:
    end = time.monotonic() + PATIENCE
    while scene.states([operation_id]) != [state]:
        assert time.monotonic() < end, scene.stories(operation_id)
        time.sleep(0.005)


def holder(scene: Scene, hands: Crew, operation_id: uuid.UUID) -> None:
    """Until a worker has written down that it sends, and waits for the sign of life before."""
    hands.wait_for(1)
    wait_for_state(scene, operation_id, "sent")
    time.sleep(0.05)


WINDOWS = {**SHORT, "TRADING_CALL_SECONDS": 3.0 * PACE, "TRADING_SETTLE_SECONDS": 1.2 * PACE}


def test_worker_killed_between_writing_down_and_sending_leaves_a_trace_sag_01(scene):
    (account_id,) = scene.accounts(1)
    scene.simulator.control("/faults", kind="late", path="/api/test/access", seconds=1.0 * PACE)
    operation_id = scene.ask_balance(account_id, 3_00, "killed before sending")
    windows = {**WINDOWS, "TRADING_CALL_SECONDS": SHORT["TRADING_CALL_SECONDS"]}

    with crew(scene.place.schema, workers=1, seed=SEED, windows={**windows}) as hands:
        holder(scene, hands, operation_id)
        hands.kill(random.Random(SEED))
        assert scene.states([operation_id]) == ["sent"]
        assert scene.bookings([operation_id])[operation_id] == 0
        wait_for_state(scene, operation_id, "done")

    assert scene.bookings([operation_id])[operation_id] == 1
    assert scene.stories(operation_id)[:3] == ["asked", "sent", "worker_lost"]


def test_frozen_worker_does_not_send_when_it_wakes_up_sag_04(scene):
    (account_id,) = scene.accounts(1)
    scene.simulator.control("/faults", kind="late", path="/api/test/access", seconds=0.3 * PACE)
    operation_id = scene.ask_balance(account_id, 4_00, "frozen")

    windows = {**WINDOWS, "TRADING_LEASE_SECONDS": 5.0 * PACE}
    with crew(scene.place.schema, workers=2, seed=SEED, windows=windows) as hands:
        holder(scene, hands, operation_id)
        for worker in hands.alive:
            hands.send(worker, signal.SIGSTOP)
        time.sleep(WINDOWS["TRADING_GUARD_SECONDS"] + 0.3)
        assert scene.states([operation_id]) == ["sent"]
        for worker in hands.alive:
            hands.send(worker, signal.SIGCONT)
        wait_for_state(scene, operation_id, "done")

    assert scene.bookings([operation_id])[operation_id] == 1
    with scene.place.pin():
        held_up = IntentMove.objects.filter(intent_id=operation_id, what="not_sent")
        assert "held up" in held_up.get().why


def test_worker_frozen_beyond_the_settle_window_finds_it_done_by_another_sag_04(scene):
    (account_id,) = scene.accounts(1)
    scene.simulator.control("/faults", kind="late", path="/api/test/access", seconds=0.3 * PACE)
    operation_id = scene.ask_balance(account_id, 4_00, "frozen for long")

    with crew(scene.place.schema, workers=1, seed=SEED, windows=WINDOWS) as first:
        holder(scene, first, operation_id)
        first.send(first.alive[0], signal.SIGSTOP)
        quick = {**WINDOWS, "TRADING_CALL_SECONDS": SHORT["TRADING_CALL_SECONDS"]}
        with crew(scene.place.schema, workers=1, seed=SEED, windows=quick):
            wait_for_state(scene, operation_id, "done")
        first.send(first.alive[0], signal.SIGCONT)
        time.sleep(0.5)

    assert scene.states([operation_id]) == ["done"]
    assert scene.bookings([operation_id])[operation_id] == 1
