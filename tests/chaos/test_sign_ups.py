"""Many brokers sign up while everything that can be killed is killed.

``CHAOS_SIGN_UPS`` says how many (12; the full run is 50), ``CHAOS_SEED`` repeats a run's dice,
``CHAOS_SECONDS`` (45) for how long services are killed at most.
"""

from __future__ import annotations

import logging
import os
import random
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import httpx
import pytest

from devstack.stack import Stack
from tests.chaos.findings import House
from tests.chaos.monkey import kills, rage, up_again
from tests.chaos.people import Person, Wish

pytestmark = [pytest.mark.chaos, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
SIGN_UPS = int(os.environ.get("CHAOS_SIGN_UPS", "12"))
SEED = int(os.environ.get("CHAOS_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
SECONDS = float(os.environ.get("CHAOS_SECONDS", "45"))
AT_ONCE = 8
PAUSE = (1.0, 4.0)
"""Between two kills, in seconds."""
PATIENCE = 600.0
"""For everybody to be through, and then again for the house to become quiet, in seconds."""
SERVICES = (
    *("postgres", "valkey", "mail", "stripe", "prepare", "static"),
    *("web", "worker", "provisioner", "beat", "teller"),
)
VICTIMS = ("web", "worker", "provisioner", "teller", "postgres", "valkey")


def test_every_broker_ends_live_exactly_once_and_billed_once_whatever_was_killed() -> None:
    # One test: what it looks at takes minutes to happen and seconds to see.
    with Stack("chaos", database="atrium_chaos", only=SERVICES, **kept()) as stack:
        sign_up_among_kills(stack)
        house = House(stack)
        stack.wait_for()
        wait_until_quiet(house)

        every_broker_is_live_exactly_once(house)
        every_broker_answers_at_its_own_address(house)
        every_sign_up_that_paid_has_one_run_and_each_step_of_it_was_done_once(house)
        every_broker_was_billed_once(house)
        our_books_say_what_stripes_say(house)
        every_broker_has_what_it_paid_for(house)
        no_schema_and_no_role_is_left_without_an_owner(house)
        one_invitation_of_every_broker_is_open_and_its_link_works(house)
        every_audit_chain_holds(house)
        assert house.waiting() == {}


def kept() -> dict[str, Path]:
    """Where logs and data stay afterwards, when ``CHAOS_FOLDER`` names an empty folder."""
    folder = os.environ.get("CHAOS_FOLDER")
    return {"root": Path(folder)} if folder else {}


def sign_up_among_kills(stack: Stack) -> None:
    """Everybody signs up, services are killed meanwhile; returns when all are through."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    print(f"\nCHAOS_SEED={SEED} CHAOS_SIGN_UPS={SIGN_UPS}", flush=True)
    dice = random.Random(SEED)
    stop = threading.Event()
    wishes = [Wish(number, dice.randrange(10**6)) for number in range(1, SIGN_UPS + 1)]
    people = [Person(wish, stack.url, stack.env["MAIL_URL"], stop) for wish in wishes]
    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as crowd:
        walks = [crowd.submit(person.sign_up) for person in people]

        def enough(_hits: object) -> bool:
            return all(walk.done() for walk in walks) or time.monotonic() - began > SECONDS

        hits = rage(kills(stack, *VICTIMS), dice, pause=PAUSE, enough=enough)
        up_again(stack, *VICTIMS)
        wait(walks, timeout=PATIENCE)
        stop.set()
    troubles = [trouble for person in people for trouble in person.troubles]
    through = [
        person.wish.number for person, walk in zip(people, walks, strict=True) if walk.result()
    ]
    print(
        f"{len(through)} live after {time.monotonic() - began:.0f} s,"
        f" {len(troubles)} errors seen, killed {dict(hits)}",
        flush=True,
    )
    assert len(through) == SIGN_UPS, troubles[-3:]


def wait_until_quiet(house: House) -> None:
    end = time.monotonic() + PATIENCE
    while left := house.waiting():
        assert time.monotonic() < end, left
        time.sleep(1)


def slugs() -> list[str]:
    return [Wish(number, 0).slug for number in range(1, SIGN_UPS + 1)]


def emails() -> list[str]:
    return [Wish(number, 0).email for number in range(1, SIGN_UPS + 1)]


def every_broker_is_live_exactly_once(house: House) -> None:
    assert house.rows("SELECT slug, state FROM tenants_tenant ORDER BY slug") == [
        (slug, "live") for slug in slugs()
    ]
    assert len(set(house.tenant_schemas)) == SIGN_UPS


def every_broker_answers_at_its_own_address(house: House) -> None:
    for slug in slugs():
        visitor = house.visitor(slug)
        with visitor.http:
            visitor.go("/accounts/login/")
        assert visitor.status == httpx.codes.OK


def every_sign_up_that_paid_has_one_run_and_each_step_of_it_was_done_once(house: House) -> None:
    runs = house.rows(
        "SELECT s.slug, r.state, r.done, r.tenant_id = s.id FROM runs_run r"
        " JOIN runs_signup s ON s.id = r.sign_up_id WHERE s.state = 'live' ORDER BY s.slug"
    )
    steps = house.rows(
        "SELECT a.run_id, a.step FROM runs_stepattempt a WHERE outcome = 'done'"
        " GROUP BY a.run_id, a.step HAVING count(*) <> 1"
    )
    unfinished = house.column("SELECT step FROM runs_stepattempt WHERE outcome = 'running'")

    assert runs == [(slug, "done", 9, True) for slug in slugs()]
    assert house.column("SELECT count(*) FROM runs_run") == [SIGN_UPS]
    assert (steps, unfinished) == ([], [])


def every_broker_was_billed_once(house: House) -> None:
    subscriptions = house.at_stripe("subscriptions", status="all")
    customers = {one["id"]: one["email"] for one in house.at_stripe("customers")}
    invoices = house.at_stripe("invoices")

    assert sorted((customers[s["customer"]], s["status"]) for s in subscriptions) == [
        (email, "active") for email in emails()
    ]
    assert sorted((customers[i["customer"]], i["status"]) for i in invoices) == [
        (email, "paid") for email in emails()
    ]


def our_books_say_what_stripes_say(house: House) -> None:
    ours = house.rows(
        "SELECT s.stripe_id, s.state, t.slug FROM billing_subscription s"
        " JOIN tenants_tenant t ON t.id = s.tenant_id AND t.id = s.sign_up_id"
    )
    invoices = house.rows("SELECT stripe_id, state, total_minor FROM billing_invoice")

    assert sorted(ours) == sorted(
        (s["id"], "active", slug_of(house, s)) for s in house.at_stripe("subscriptions")
    )
    assert sorted(invoices) == sorted(
        (i["id"], "paid", i["total"]) for i in house.at_stripe("invoices")
    )
    assert house.column("SELECT count(*) FROM billing_subscription") == [SIGN_UPS]


def slug_of(house: House, subscription: dict[str, str]) -> str:
    customer = next(
        one for one in house.at_stripe("customers") if one["id"] == subscription["customer"]
    )
    return str(customer["email"].partition("@")[2].removesuffix(".example"))


def every_broker_has_what_it_paid_for(house: House) -> None:
    lines = house.rows(
        "SELECT t.entitled_modules, t.slug, array_agg(i.key ORDER BY i.key)"
        " FROM tenants_tenant t JOIN billing_subscription s ON s.tenant_id = t.id"
        " JOIN billing_subscriptionitem i ON i.subscription_id = s.id GROUP BY t.id"
    )

    assert [(slug, sorted(has)) for has, slug, _ in lines] == [
        (slug, sorted(set(paid) - {"platform"})) for _, slug, paid in lines
    ]


def no_schema_and_no_role_is_left_without_an_owner(house: House) -> None:
    known = house.known_schemas

    assert house.existing_schemas == known
    assert house.existing_roles == sorted(
        f"{schema}_{kind}" for schema in known for kind in ("app", "owner")
    )


def one_invitation_of_every_broker_is_open_and_its_link_works(house: House) -> None:
    for slug, email in zip(slugs(), emails(), strict=True):
        (schema,) = house.column("SELECT schema_name FROM tenants_tenant WHERE slug = %s", slug)
        found = house.rows(
            f"SELECT email FROM {schema}.identity_invitation"
            " WHERE accepted_at IS NULL AND revoked_at IS NULL"
        )
        links = house.invitation_links(email)
        assert (found, len(links)) == ([(email,)], 1), slug
        visitor = house.visitor(slug)
        with visitor.http:
            visitor.go(next(iter(links)))
        assert visitor.form("full_name", "password").values["full_name"] == [""]


def every_audit_chain_holds(house: House) -> None:
    command = [sys.executable, str(ROOT / "platform" / "manage.py"), "audit_verify", "--all"]
    done = subprocess.run(
        command,
        env={**os.environ, **house.stack.env},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == SIGN_UPS + 1
