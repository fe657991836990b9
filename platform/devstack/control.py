"""A supervisor that a program drives: orders as JSON lines on stdin, answers on stdout.

Orders are {"do": "stop" | "start" | "kill", "name": ..., "signal": ...}; the end of stdin ends
everything, so that no caller can leave it behind.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from devstack import layout as layouts
from devstack import plan as plans
from devstack import programs
from devstack.layout import Layout
from devstack.plan import Wishes
from devstack.session import Session, running


def serve(layout: Layout, wishes: Wishes, only: tuple[str, ...]) -> int:
    """Run everything, or `only` some, and obey until stdin ends."""
    with layouts.held(layout):
        plan = plans.backing(layout, os.environ, wishes)
        programs.add_all(plan)
        if only:
            plan.keep_only(only)
        with running(plan, announces=True) as session:
            orders = _read_orders(session)
            session.bring_up()
            _answer(
                {"ready": not session.stop_asked, "env": plan.env, "pids": session.supervisor.pids}
            )
            while not session.stop_asked:
                session.turn()
                while not orders.empty():
                    _obey(session, orders.get())
    return 0


def _read_orders(session: Session) -> queue.Queue[dict[str, Any]]:
    orders: queue.Queue[dict[str, Any]] = queue.Queue()

    def read() -> None:
        for line in sys.stdin:
            orders.put(json.loads(line))
        session.stop_asked = True

    threading.Thread(target=read, daemon=True).start()
    return orders


def _obey(session: Session, order: dict[str, Any]) -> None:
    name = str(order.get("name", ""))
    supervisor = session.supervisor
    actions: dict[str, Callable[[], None]] = {
        "stop": lambda: supervisor.stop(name),
        "start": lambda: supervisor.start(name),
        "kill": lambda: _kill(supervisor.pids.get(name), int(order.get("signal", signal.SIGKILL))),
        "look": lambda: None,
    }
    actions[str(order["do"])]()
    _answer(
        {
            "pids": supervisor.pids,
            "up": {
                service.name: supervisor.is_up(service.name) for service in session.plan.services
            },
        }
    )


def _kill(pid: int | None, number: int) -> None:
    if pid is not None:
        os.kill(pid, number)


def _answer(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)
