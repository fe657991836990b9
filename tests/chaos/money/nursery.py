"""Workers of the cashier to be killed: ``python -m tests.chaos.money.nursery SCHEMA WORKERS SEED``.

The rest as in :mod:`tests.chaos.trading.nursery`: each prints ``pid N``, and is replaced when it
dies. ``NAME=SECONDS`` shortens a setting.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import select
import signal
import sys
import time

import django

SWEEP_EACH = 20


def main() -> None:
    """Fork and replace workers until the input is closed."""
    schema, number, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    django.setup()
    from django.conf import settings

    from modules.cashier.services import payouts

    for pair in sys.argv[4:]:
        name, _, value = pair.partition("=")
        setattr(settings, name, float(value))
    payouts.LEASE = dt.timedelta(seconds=settings.TRADING_LEASE_SECONDS * 4)
    payouts.LATER = payouts.UNDERWAY_LOOK = dt.timedelta(seconds=1)
    workers = {_fork(schema, seed + place) for place in range(number)}
    while not select.select([sys.stdin], [], [], 0.01)[0]:
        gone, _status = os.waitpid(-1, os.WNOHANG)
        if gone:
            seed += 1
            workers.discard(gone)
            workers.add(_fork(schema, seed + number))
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)


def _fork(schema: str, seed: int) -> int:
    child = os.fork()
    if child:
        print("pid", child, flush=True)
        return child
    try:
        _work(schema, random.Random(seed))
    finally:
        os._exit(1)


def _work(schema: str, dice: random.Random) -> None:
    """What workers and the teller do: tell, carry out, apply, pay, sweep; one step each."""
    from kernel.events import tell_next
    from kernel.pin import pin
    from modules.cashier import services
    from modules.trading import services as trading

    active = frozenset({"cashier"})
    turn = dice.randrange(SWEEP_EACH)
    while True:
        turn += 1
        with pin(schema):
            done = sum(tell_next(active) for _ in range(5))
            for step, due in (
                (trading.carry_out, trading.due_intents()),
                (services.pay, services.due_payouts()),
                (services.begin_payment, services.due_beginnings()),
            ):
                shuffled = list(due)
                dice.shuffle(shuffled)
                done += sum(bool(step(one)) for one in shuffled)
            services.apply_waiting()
            if turn % SWEEP_EACH == 0:
                services.sweep()
                for server_id in trading.take_due_servers():
                    trading.pull(server_id)
        time.sleep(0 if done else 0.05)


if __name__ == "__main__":
    main()
