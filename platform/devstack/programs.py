"""The product's own programs: what runs beside the servers when somebody uses it."""

from __future__ import annotations

import dataclasses
import signal
import sys
from pathlib import Path

from devstack import probes
from devstack.layout import REPOSITORY, Layout
from devstack.plan import Plan, command
from devstack.postgres import Postgres
from devstack.process import Command
from devstack.service import Program

CELERY = ("-A", "config.celery")
QUIET_START = ("--without-gossip", "--without-mingle", "--loglevel", "INFO")


TRADING_SERVERS = ("trading_server", "trading_server_2")
"""One per broker of the story."""
MERCHANTS = ("harrow", "noor")
"""The brokers of the story: each has an account at the local payment services."""


def add_all(plan: Plan) -> None:
    """Add the outside world on loopback, the preparation and the programs that it lets start."""
    if not {"STRIPE_API_BASE"} & plan.env.keys():
        _add_stripe(plan)
    _add_payment_services(plan)
    for seed, name in enumerate(TRADING_SERVERS, start=1):
        _add_trading_server(plan, name, seed)
    _add_prepare(plan)
    _add_web(plan)
    _add_workers(plan)


def trading_server_argv(layout: Layout, port: int, seed: int) -> tuple[str, ...]:
    """The command of a simulated trading server that keeps its world in the profile's folder."""
    folder = str(layout.home / f"trading-server-{seed}")
    # A demo on a Saturday must see prices move.
    arguments = ("--port", str(port), "--seed", str(seed), "--state", folder, "--open-weekends")
    return (sys.executable, "-m", "provisioning.simulator", *arguments)


def _add_stripe(plan: Plan) -> None:
    port = plan.ports.port("stripe")
    url = f"http://localhost:{port}"
    plan.env["STRIPE_API_BASE"] = url
    hook = f"http://localhost:{plan.env['PUBLIC_PORT']}/stripe/"
    state = str(plan.layout.home / "stripe")
    arguments = ("--port", str(port), "--state", state, "--webhook-url", hook)
    plan.services.append(
        Program(
            name="stripe",
            template=command(plan, "stripe", "devstack.stripe", *arguments),
            ready=probes.answers_http(port, "/"),
            address=url,
        )
    )


def _add_payment_services(plan: Plan) -> None:
    """Where brokers' clients pay: a PSP with a crypto server, and a Stripe account of brokers."""
    port = plan.ports.port("psp")
    plan.env["PSP_URL"] = url = f"http://localhost:{port}"
    state = str(plan.layout.home / "psp")
    merchants = (part for name in MERCHANTS for part in ("--merchant", name))
    arguments = ("--port", str(port), "--state", state, *merchants)
    plan.services.append(
        Program(
            name="psp",
            template=command(plan, "psp", "devstack.psp", *arguments),
            ready=probes.answers_http(port, "/"),
            address=url,
        )
    )
    if "CASHIER_STRIPE_API_BASE" not in plan.env:
        _add_stripe_of_brokers(plan)


def _add_stripe_of_brokers(plan: Plan) -> None:
    port = plan.ports.port("cashier_stripe")
    plan.env["CASHIER_STRIPE_API_BASE"] = url = f"http://localhost:{port}"
    state = str(plan.layout.home / "cashier-stripe")
    # Events go nowhere until a cashier registers where it wants to hear them.
    arguments = ("--port", str(port), "--state", state, "--webhook-url", "http://localhost:9/")
    launched = command(plan, "cashier_stripe", "devstack.stripe", *arguments)
    keys = {"STRIPE_SECRET_KEY": plan.env["CASHIER_STRIPE_KEY"]}
    plan.services.append(
        Program(
            name="cashier_stripe",
            template=dataclasses.replace(launched, env={**launched.env, **keys}),
            ready=probes.answers_http(port, "/"),
            address=url,
        )
    )


def _add_trading_server(plan: Plan, name: str, seed: int) -> None:
    port, control = plan.ports.port(name), plan.ports.port(f"{name}_control")
    argv = (
        *trading_server_argv(plan.layout, port, seed),
        *("--control-port", str(control)),
    )
    plan.services.append(
        Program(
            name=name,
            template=Command(argv, plan.unprivileged, REPOSITORY, plan.layout.log(name)),
            ready=probes.prints_json,
            address=f"https://127.0.0.1:{port}",
        )
    )


def _add_prepare(plan: Plan) -> None:
    # Of a database that is not ours we cannot know whether it is still the one of last time.
    ours = [service.made for service in plan.services if isinstance(service, Postgres)]
    made = ours[0] if ours else Path("unknown")
    mark = plan.layout.home / "prepared"
    argv = (sys.executable, "-m", "devstack.prepared", str(mark), str(made))
    plan.services.append(
        Program(
            name="prepare",
            template=Command(argv, plan.env, REPOSITORY, plan.layout.log("prepare")),
            ready=probes.never,
            needs=("postgres", "valkey"),
            runs_once=True,
            start_limit=600,
        )
    )
    plan.services.append(
        Program(
            name="static",
            template=command(plan, "static", "devstack.assets"),
            ready=probes.never,
            runs_once=True,
        )
    )


def _add_web(plan: Plan) -> None:
    port = plan.env["PUBLIC_PORT"]
    arguments = (
        *("config.wsgi", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"),
        *("--workers", "2", "--threads", "4", "--timeout", "60", "--graceful-timeout", "5"),
        # One import for both workers.
        *("--preload", "--access-logfile", "-", "--no-control-socket"),
    )
    launched = command(plan, "web", "gunicorn", *arguments)
    plan.services.append(
        Program(
            name="web",
            # SIGTERM, not SIGKILL: the master has workers of its own to end.
            template=dataclasses.replace(launched, on_orphaned=signal.SIGTERM),
            ready=probes.answers_http(int(port), "/healthz"),
            needs=("prepare", "static"),
            address=f"http://localhost:{port}",
        )
    )


def _add_workers(plan: Plan) -> None:
    ready = r"\bready\b"
    mail_too = ("worker", "-P", "threads", "-c", "4", "-Q", "default,mail", "-n", "worker@%h")
    worker = command(plan, "worker", "celery", *CELERY, *mail_too, *QUIET_START)
    alone = ("worker", "-P", "threads", "-c", "2", "-Q", "provisioning", "-n", "provisioner@%h")
    provisioner = command(plan, "provisioner", "celery", *CELERY, *alone, *QUIET_START)
    # The one long-running program that may make schemas and roles.
    provisioner = dataclasses.replace(provisioner, env=plan.env)
    clock = str(plan.layout.home / "beat-schedule")
    on_time = ("beat", "--schedule", clock, "--pidfile", "", "--loglevel", "INFO")
    beat = command(plan, "beat", "celery", *CELERY, *on_time)
    argv = (sys.executable, str(REPOSITORY / "platform" / "manage.py"), "tell")
    teller = Command(argv, plan.unprivileged, REPOSITORY, plan.layout.log("teller"))
    for name, launched, pattern, seconds in (
        ("worker", worker, ready, 60),
        ("provisioner", provisioner, ready, 60),
        ("beat", beat, r"beat: Starting", 60),
        ("teller", teller, ready, 3),
    ):
        started = probes.prints(pattern, or_lives_for=seconds)
        plan.services.append(Program(name, launched, started, needs=("prepare",)))
