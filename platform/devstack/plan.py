"""Which services a command needs, and the environment that their users get."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from devstack import keys, probes
from devstack.layout import REPOSITORY, Layout
from devstack.ports import Ports
from devstack.postgres import Postgres
from devstack.process import Command
from devstack.service import Program, Service
from devstack.valkey import Valkey

VENDOR_ROLE = "atrium_vendor"
WEB_PORT = 8000
GRACE_SECONDS = 5.0
ADMIN_ONLY = "DATABASE_ADMIN_URL"
# What a nested stack must not take from the stack around it.
OURS = (
    *keys.MAKERS,
    *("DATABASE_URL", ADMIN_ONLY, "REDIS_URL", "EMAIL_URL", "MAIL_URL", "STRIPE_API_BASE"),
    *("CASHIER_STRIPE_API_BASE", "PSP_URL"),
    *(
        "PUBLIC_PORT",
        "FILES_ROOT",
        "DJANGO_SETTINGS_MODULE",
        "AWS_S3_ENDPOINT_URL",
        "DEVSTACK_HOME",
    ),
)


@dataclass(slots=True)
class Plan:
    """Services in the order in which people read them, and what their users need to know."""

    layout: Layout
    ports: Ports
    env: dict[str, str]
    services: list[Service] = field(default_factory=list)

    @property
    def unprivileged(self) -> dict[str, str]:
        """The environment without the one URL that may change schemas and roles."""
        return {name: value for name, value in self.env.items() if name != ADMIN_ONLY}

    def keep_only(self, names: tuple[str, ...]) -> None:
        """Leave out every service but these, and needs that nobody meets."""
        self.services = [service for service in self.services if service.name in names]
        for service in self.services:
            if isinstance(service, Program):
                service.needs = tuple(need for need in service.needs if need in names)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a plan is asked for.

    `durable` is false for servers whose data nobody needs after a power cut.
    `web_port` is tried first; without it any port will do.
    """

    settings: str = "config.settings.local"
    database: str = "atrium"
    durable: bool = True
    web_port: int | None = None


def backing(layout: Layout, given: Mapping[str, str], wishes: Wishes) -> Plan:
    """PostgreSQL, Valkey and mail; each only where `given` names no such service already."""
    plan = Plan(layout, Ports(layout.home), dict(given))
    if layout.env_file.exists():  # the last supervisor was killed; what it ran may be ending yet
        plan.ports.wait_until_free(GRACE_SECONDS)
    for name, value in keys.remembered(layout.home).items():
        plan.env.setdefault(name, value)
    if "DATABASE_URL" not in given:
        _add_postgres(plan, wishes)
    if "REDIS_URL" not in given:
        log = layout.log("valkey")
        valkey = Valkey(layout.home, plan.ports.port("valkey"), log=log, durable=wishes.durable)
        plan.services.append(valkey)
        plan.env["REDIS_URL"] = valkey.url
    if "EMAIL_URL" not in given:
        _add_mail(plan)
    _add_addresses(plan, wishes)
    return plan


def add_s3(plan: Plan) -> None:
    """Add an S3 server, unless there is one, that keeps everything in memory.

    It checks no signature and no expiry.
    """
    if "AWS_S3_ENDPOINT_URL" in plan.env:
        return
    port = plan.ports.port("s3")
    plan.services.append(
        Program(
            name="s3",
            template=command(plan, "s3", "moto.server", "-H", "127.0.0.1", "-p", str(port)),
            ready=probes.answers_http(port, "/moto-api/"),
            address=f"http://localhost:{port}",
        )
    )
    plan.env["AWS_S3_ENDPOINT_URL"] = f"http://127.0.0.1:{port}"
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        plan.env.setdefault(name, "testing")
    plan.env.setdefault("AWS_DEFAULT_REGION", "us-east-1")


def command(plan: Plan, name: str, module: str, *arguments: str) -> Command:
    """The command that runs a Python module with the unprivileged environment."""
    argv = (sys.executable, "-m", module, *arguments)
    return Command(argv, plan.unprivileged, REPOSITORY, plan.layout.log(name))


def outside() -> dict[str, str]:
    """Our own environment without what a stack around us put there."""
    return {name: value for name, value in os.environ.items() if name not in OURS}


def _add_postgres(plan: Plan, wishes: Wishes) -> None:
    postgres = Postgres(
        plan.layout.home,
        plan.ports.port("postgres"),
        log=plan.layout.log("postgres"),
        database=wishes.database,
        durable=wishes.durable,
    )
    plan.services.append(postgres)
    password = keys.role_password(plan.env["DATABASE_ROLE_KEY"], VENDOR_ROLE)
    plan.env["DATABASE_URL"] = postgres.url(VENDOR_ROLE, password)
    plan.env[ADMIN_ONLY] = postgres.url()


def _add_mail(plan: Plan) -> None:
    smtp, web = plan.ports.port("smtp"), plan.ports.port("mail")
    box = str(plan.layout.home / "mail")
    arguments = ("--smtp-port", str(smtp), "--web-port", str(web), "--dir", box)
    plan.env["EMAIL_URL"] = f"smtp://127.0.0.1:{smtp}"
    plan.env["MAIL_URL"] = f"http://localhost:{web}"
    plan.services.append(
        Program(
            name="mail",
            template=command(plan, "mail", "devstack.mail", *arguments),
            ready=probes.answers_http(web, "/api"),
            address=plan.env["MAIL_URL"],
        )
    )


def _add_addresses(plan: Plan, wishes: Wishes) -> None:
    if "PUBLIC_PORT" not in plan.env:
        plan.env["PUBLIC_PORT"] = str(plan.ports.port("web", wishes.web_port))
    defaults = {
        "PUBLIC_SCHEME": "http",
        "TENANT_BASE_DOMAIN": "localhost",
        "VENDOR_HOSTS": "localhost",
        "ATRIUM_DEVSTACK": "1",
        "ALLOW_PRIVATE_TRADING_SERVERS": "1",
        "FILES_ROOT": str(Path(plan.layout.home / "files")),
        "DJANGO_SETTINGS_MODULE": wishes.settings,
        "DEVSTACK_HOME": str(plan.layout.home),
        "PYTHONUNBUFFERED": "1",
    }
    plan.env |= {name: value for name, value in defaults.items() if name not in plan.env}
