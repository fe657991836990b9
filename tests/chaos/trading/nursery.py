"""Workers to be killed: ``python -m tests.chaos.trading.nursery SCHEMA WORKERS SEED [NAME=VALUE]``.

It prints a line ``pid N`` for every worker that it forks, forks another as soon as one dies, and
ends with all of them when its input is closed. Forking takes milliseconds where starting takes
seconds, so many can be killed in little time.
"""

from __future__ import annotations

import os
import random
import select
import signal
import sys
import time

import django


def main() -> None:
    """Fork and replace workers until the input is closed."""
    schema, number, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    django.setup()
    from django.conf import settings

    for pair in sys.argv[4:]:
        name, _, value = pair.partition("=")
        setattr(settings, name, float(value))
    workers = {_fork(schema, seed + place) for place in range(number)}
    while not select.select([sys.stdin], [], [], 0.005)[0]:
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
    _work(schema, random.Random(seed))
    return 0


def _work(schema: str, dice: random.Random) -> None:
    """What a worker does: take what is due, one step each."""
    from kernel.pin import pin
    from modules.trading import services

    while True:
        with pin(schema):
            due = list(services.due_intents())
            dice.shuffle(due)  # several workers do not all begin with the same one
            for operation_id in due:
                services.carry_out(operation_id)
        time.sleep(0 if due else 0.01)


if __name__ == "__main__":
    main()
