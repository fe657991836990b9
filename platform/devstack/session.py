"""A plan being carried out, from the first start to the last stop."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
import types
from collections.abc import Iterator
from typing import Any

from devstack import probes, state
from devstack.display import Display
from devstack.plan import Plan
from devstack.programs import TRADING_SERVERS
from devstack.service import Program
from devstack.supervisor import TICK_SECONDS, Supervisor

OLD_LOG_BYTES = 5_000_000


class Session:
    """One run of a plan's services."""

    def __init__(self, plan: Plan, *, announces: bool) -> None:
        self.plan = plan
        self._announces = announces
        self.display = Display(sys.stderr)
        self.supervisor = Supervisor(plan.services, self.display, self.write_state)
        self.stop_asked = False

    def bring_up(self) -> None:
        """Start everything; returns early when a signal asks to stop.

        Raises:
            StartFailed: a service cannot be started.
        """
        self.supervisor.bring_up(lambda: self.stop_asked)
        self.write_state()

    def turn(self) -> None:
        """Look after the services once and rest a little."""
        self.supervisor.tick()
        time.sleep(TICK_SECONDS)

    def write_state(self) -> None:
        """Tell the state file what runs where, if this session announces itself."""
        if not self._announces:
            return
        env = self.plan.env
        seen: dict[str, Any] = {
            "vendor": {"url": f"{env['PUBLIC_SCHEME']}://localhost:{env['PUBLIC_PORT']}"},
            "mail_url": env.get("MAIL_URL", ""),
            "stripe_url": env.get("STRIPE_API_BASE", ""),
            "payments": {
                "psp_url": env.get("PSP_URL", ""),
                "psp_control_key": env.get("PSP_CONTROL_KEY", ""),
                "stripe_url": env.get("CASHIER_STRIPE_API_BASE", ""),
                "stripe_key": env.get("CASHIER_STRIPE_KEY", ""),
            },
            # A person who looks around sees every schema, as no process of the product does.
            "database_url": env.get("DATABASE_ADMIN_URL", env["DATABASE_URL"]),
            "pids": self.supervisor.pids,
        }
        servers = self._trading_servers()
        if servers:
            seen |= {"trading_server": servers[0], "trading_servers": servers}
        state.update(self.plan.layout.state_file, seen)

    def _trading_servers(self) -> list[dict[str, Any]]:
        printed = (
            probes.printed_json(service.printed())
            for service in self.plan.services
            if service.name in TRADING_SERVERS and isinstance(service, Program)
        )
        return [found for found in printed if found]

    def _ask_to_stop(self, _number: int, _frame: types.FrameType | None) -> None:
        self.stop_asked = True


@contextlib.contextmanager
def running(plan: Plan, *, announces: bool) -> Iterator[Session]:
    """A session that notes signals instead of dying of them, and ends everything at its own end."""
    for log in plan.layout.logs.glob("*.log"):
        if log.stat().st_size > OLD_LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
    session = Session(plan, announces=announces)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, session._ask_to_stop)  # noqa: SLF001 - the other half of the session
    file = plan.layout.env_file
    file.touch(mode=0o600)
    own = {name: value for name, value in plan.env.items() if os.environ.get(name) != value}
    file.write_text(json.dumps(own))
    try:
        yield session
    finally:
        session.supervisor.stop_all()
        file.unlink(missing_ok=True)
        session.write_state()
