"""One reader per server, whoever is killed: nothing twice, nothing lost, nobody starved."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time

import pytest

from kernel import clock, locks
from kernel.actor import Actor
from kernel.models.locks import Lease
from modules.trading import queries, services
from modules.trading.models import Backfill, DailyResult, Deal, TradingAccount
from modules.trading.services.reading import lease_of, take_turn
from provisioning.servers.services import trading_server
from tests.modules.trading.test_opening import open_one
from tests.modules.trading.test_syncing import look

ADA = Actor.system("ada")
WORKER = """
import sys, uuid, time, django
django.setup()
from kernel import pin
from modules.trading import services
from modules.trading.models import ServerSync
with pin.pin(sys.argv[1]):
    while True:
        ServerSync.objects.update(due_at=None)
        services.pull(uuid.UUID(sys.argv[2]))
        print("looked", flush=True)
"""


def worker(place, server_id):
    """A process that reads the server over and over, as a Celery worker does."""
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, place.schema, str(server_id)],
        stdout=subprocess.PIPE,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        text=True,
    )


def there(place, server_id, login):
    """What the server has of an account."""
    with place.pin(), trading_server(server_id) as server:
        since = clock.now() - dt.timedelta(days=400)
        deals = server.deals_of(login, since=since, until=clock.now() + dt.timedelta(days=2))
        return sorted(deal.deal_id for deal in deals)


def end(process):
    """Kill a worker, wherever it is."""
    process.kill()
    process.wait()
    process.stdout.close()


def free(place, server_id):
    """Do not wait until the lease of a killed worker runs out."""
    with place.pin():
        Lease.objects.filter(name=lease_of(server_id)).update(held_until_at=clock.now())


def fence_of(place, server_id):
    """How often a reader took the lease."""
    with place.pin():
        return Lease.objects.get(name=lease_of(server_id)).fence


def replaced(place, server_id, simulator):
    """Seconds until another reader has the lease, while the market goes on for two at least."""
    began, fence = time.monotonic(), fence_of(place, server_id)
    while (passed := time.monotonic() - began) < 60:
        if passed > 2 and fence_of(place, server_id) > fence:
            return passed
        simulator.control("/step", rounds=5)
        time.sleep(0.1)
    raise AssertionError("nobody took over")


@pytest.mark.slow
def test_two_workers_of_which_one_is_killed_read_all_of_it_once(
    alpha, theo, wired, types, simulator
):
    account = open_one(alpha, theo, types["live"])
    first, second = worker(alpha, wired), worker(alpha, wired)
    try:
        simulator.control(
            "/traders", login=account.login, kind="scalper", history_days=40, deposit=5000
        )
        first.stdout.readline()
        os.kill(first.pid, signal.SIGKILL)  # maybe in the middle of a page, with the lease
        assert replaced(alpha, wired, simulator) <= 20
        for _ in range(3):
            second.stdout.readline()
    finally:
        for process in (first, second):
            end(process)
        free(alpha, wired)
    look(alpha, wired)
    look(alpha, wired, later=30)

    with alpha.pin():
        here = Deal.objects.filter(login=account.login).values_list("deal_id", flat=True)
        row = TradingAccount.objects.get(login=account.login, server_id=wired)
        assert sorted(here) == there(alpha, wired, account.login)
        assert services.differing_days(row.pk) == ()
        assert row.deals_balance_minor == row.balance_minor


def test_a_server_in_the_queue_is_not_sent_again(alpha, wired, types):
    with alpha.pin():
        assert services.take_due_servers() == (wired,)
        assert services.take_due_servers() == ()
        with clock.frozen(clock.now() + dt.timedelta(minutes=1)):
            assert services.take_due_servers() == (wired,)
        services.pull(wired)
        assert services.take_due_servers() == ()


def test_a_reader_that_waits_for_a_slow_server_keeps_its_lease(alpha, wired, types, monkeypatch):
    monkeypatch.setattr("modules.trading.services.reading.BEAT_S", 0.1)
    monkeypatch.setattr("modules.trading.services.reading.LEASE", dt.timedelta(seconds=1))
    with alpha.pin():
        reader = take_turn(wired, ())
        time.sleep(1.3)
        assert take_turn(wired, ()) is None
        reader.end()
        other = take_turn(wired, ())
        assert other.held.fence == reader.held.fence + 1
        other.ended.set()  # as if it were killed
        time.sleep(1.2)
        third = take_turn(wired, ())
        assert third.held.fence == other.held.fence + 1
        third.end()


def test_a_slow_server_holds_up_no_other_one(alpha, wired, types):
    with alpha.pin():
        held = locks.acquire(lease_of(wired), lasts=dt.timedelta(minutes=1))
        began = time.monotonic()
        assert services.pull(wired).was_due is False
        assert time.monotonic() - began < 1
        locks.release(held)


def test_history_is_read_in_portions_that_go_on_where_they_stood(
    alpha, theo, wired, types, simulator, monkeypatch
):
    account = open_one(alpha, theo, types["live"])
    simulator.control("/traders", login=account.login, kind="swing", history_days=60)
    monkeypatch.setattr("modules.trading.services.backfilling.PORTION_S", 0.0)

    look(alpha, wired)
    with alpha.pin():
        first = Backfill.objects.get()
        shown = queries.newest_backfill(wired)
        services.pause_backfill(wired, by=ADA)
    look(alpha, wired, later=5)
    with alpha.pin():
        paused = Backfill.objects.get()
        services.resume_backfill(wired, by=ADA)
    for turn in range(12):
        look(alpha, wired, later=10 + turn)

    with alpha.pin():
        done = Backfill.objects.get()
        assert queries.newest_backfill(wired).percent == 100
        assert DailyResult.objects.exists()
        here = Deal.objects.filter(login=account.login).values_list("deal_id", flat=True)
        assert sorted(here) == there(alpha, wired, account.login)
    assert (first.state, shown.percent < 100) == ("running", True)
    assert paused.cursor_server_s == first.cursor_server_s
    assert (done.state, done.cursor_server_s >= done.until_server_s) == ("done", True)
