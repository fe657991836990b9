"""Clients pay in, take out and move money at once, while everything around them goes wrong.

They call real web processes, whose answers, callbacks and workers are lost: everything is killed
by SIGKILL at random, Redis is flushed, PostgreSQL restarts, the payment service and the trading
server err. Afterwards nothing happened twice and nothing is lost.

``CHAOS_SEED`` repeats a run's dice, ``CHAOS_FULL=1`` takes 1,000 deposits and 500 withdrawals of
50 clients instead of a few, ``CHAOS_MONEY_SECONDS`` says how long it rages at most,
``CHAOS_FOLDER`` names an empty folder where logs and data stay.
"""

from __future__ import annotations

import logging
import os
import random
import threading
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import psycopg
import pytest

from tests.chaos.money import findings
from tests.chaos.money.findings import Books
from tests.chaos.money.harm import KILLED, acts_of, as_usual, calm_down
from tests.chaos.money.people import Client, plan
from tests.chaos.money.scene import Scene, product
from tests.chaos.monkey import rage, up_again

pytestmark = [pytest.mark.chaos, pytest.mark.slow]

SEED = int(os.environ.get("CHAOS_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
FULL = os.environ.get("CHAOS_FULL") == "1"
CLIENTS, DEPOSITS, WITHDRAWALS, TRANSFERS = (50, 1000, 500, 100) if FULL else (20, 80, 40, 12)
SECONDS = float(os.environ.get("CHAOS_MONEY_SECONDS", "120" if FULL else "30"))
PACE = min(max(os.getloadavg()[0] / (os.cpu_count() or 1) / 1.5, 1.0), 4.0)
"""What was killed takes longer to come back on a machine that has much else to do."""
PAUSE = (0.4 * PACE, 2.0 * PACE)
"""Between two bad things, in seconds."""
PATIENCE = 1800.0 if FULL else 900.0
"""For everybody to be through, and then again for the house to become quiet; both end early."""


def test_nothing_happens_twice_and_nothing_is_lost_whatever_is_killed(tmp_path: Path) -> None:
    # One test: what it looks at takes minutes to happen and seconds to see.
    folder = os.environ.get("CHAOS_FOLDER")
    with product(tmp_path, clients=CLIENTS, kept=Path(folder) if folder else None) as scene:
        books = Books(scene)
        people = live_among_harm(scene)
        calm_down(scene)
        decided = wait_until_quiet(books)
        report(books, decided)

        findings.the_ledger_holds(books)
        findings.everything_asked_for_is_there_once(books, people)
        findings.every_payment_was_credited_once(books)
        findings.every_payout_left_once_and_only_what_left_is_booked(books)
        findings.everything_is_over(books)
        findings.the_server_has_what_the_ledger_says(books)
        findings.no_cent_is_lost_or_made(books)
        findings.callbacks_came_twice_and_late(books)
        findings.beta_saw_nothing(books)


def live_among_harm(scene: Scene) -> list[Client]:
    """Everybody wants what is planned, harm is done meanwhile; returns when all are through."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    print(f"\nCHAOS_SEED={SEED} clients={CLIENTS} deposits={DEPOSITS} withdrawals={WITHDRAWALS}"
          f" transfers={TRANSFERS}", flush=True)  # fmt: skip
    dice = random.Random(SEED)
    stop = threading.Event()
    people = crowd_of(scene, dice, stop)
    acts = acts_of(scene, dice)
    as_usual(scene)
    began = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as threads:
        lives = [threads.submit(one.live) for one in people]

        def enough(hits: Counter[str]) -> bool:
            passed = time.monotonic() - began
            over = passed > SECONDS or all(one.done() for one in lives)
            # Each kind of harm at least once, if only it can be done.
            return passed > PATIENCE or (over and len(hits) == len(acts))

        hits = rage(acts, dice, pause=PAUSE, enough=enough)
        raged = time.monotonic() - began
        up_again(scene.stack, *KILLED)
        wait(lives, timeout=PATIENCE)
        stop.set()
    tell(people, hits, raged, time.monotonic() - began)
    assert_all_through(people, lives)
    return people


def crowd_of(scene: Scene, dice: random.Random, stop: threading.Event) -> list[Client]:
    wishes = plan(
        dice, clients=CLIENTS, deposits=DEPOSITS, withdrawals=WITHDRAWALS, transfers=TRANSFERS
    )
    return [
        Client(
            told=told,
            wishes=wishes[place],
            url=scene.stack.url,
            host=scene.told["host"],
            method=scene.told["method"],
            stop=stop,
            dice=random.Random(dice.randrange(10**9)),
        )
        for place, told in enumerate(scene.told["people"])
    ]


def tell(people: list[Client], hits: Counter[str], raged: float, took: float) -> None:
    tries: Counter[str] = sum((one.tries for one in people), Counter())
    print(f"through after {took:.0f} s, {sum(hits.values())} harms in {raged:.0f} s:")
    for title, counted in (("harm", hits), ("clients saw", tries)):
        print(f"  {title}: {', '.join(f'{what} {n}' for what, n in sorted(counted.items()))}")


def assert_all_through(people: list[Client], lives: list[Future[bool]]) -> None:
    stuck = [one.last for one, life in zip(people, lives, strict=True) if not life.result()]
    assert not stuck, stuck[:5]


def wait_until_quiet(books: Books) -> Counter[str]:
    """Until nothing is promised that is not done; how much a colleague had to decide by hand.

    He is asked when all the rest is over: the settling times have passed by then.
    """
    decided: Counter[str] = Counter()
    end = time.monotonic() + PATIENCE
    while left := _unfinished(books):
        assert time.monotonic() < end, left
        if findings.COLLEAGUE in left and left.keys() <= findings.HELD_UP:
            paid = findings.json_of(books.at_service("payout"))
            decided.update(books.scene.stage("decide", paid))
        time.sleep(1)
    return decided


def _unfinished(books: Books) -> dict[str, object]:
    try:
        return books.unfinished()
    except psycopg.OperationalError as trouble:
        return {"database": str(trouble)}


def report(books: Books, decided: Counter[str]) -> None:
    """What came of it; every kind of thing came to a good end at least once."""
    for kind in ("deposit", "payment", "withdrawal", "payout", "transfer", "intent"):
        states = books.states(kind)
        print(f"  {kind}s: {dict(states)}", flush=True)
        assert states["done"] + states["paid"] + states["approved"] > 0, kind
    print(
        f"  a colleague decided {dict(decided)}; callbacks {dict(books.deliveries())}", flush=True
    )
