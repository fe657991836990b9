"""One whole product for all journeys: every service, two brokers, people with browsers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from devstack.stack import Stack
from devstack.story import broker as over_http
from devstack.story import trader
from devstack.story.cast import BROKERS, VENDOR_EMAIL, VENDOR_NAME
from devstack.story.inbox import Inbox
from tests.journeys import steps
from tests.journeys.browsing import Person, chromium
from tests.journeys.places import Told

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LONGEST = 600
"""Seconds for one test; the first one pays for the stack and the whole story."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These tests share one stack: they run in one go and module by module, however shuffled."""
    ours = [item for item in items if item.path.is_relative_to(HERE)]
    for item in ours:
        for mark in ("browser", "slow", "no_database"):
            item.add_marker(mark)
        item.add_marker(pytest.mark.timeout(LONGEST))
    ours.sort(key=lambda item: item.path.name)
    items[:] = [item for item in items if not item.path.is_relative_to(HERE)] + ours


@pytest.fixture(scope="package")
def product():
    """Everything that `make demo` runs, with data, ports and secrets of its own."""
    with Stack("journeys", database="atrium_journeys", durable=False) as running:
        yield running


@pytest.fixture(scope="package")
def inbox(product):
    """The page of the mail server."""
    return Inbox(product.env["MAIL_URL"])


@pytest.fixture(scope="package")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture(scope="package")
def servers(product):
    """The two simulated trading servers."""
    return product.state["trading_servers"]


@pytest.fixture
def visitor(product, browser):
    """Somebody new, on the vendor's public site."""
    person = Person(browser, product.url)
    yield person
    person.leave()


@pytest.fixture(scope="package")
def harrow(product):
    """The broker of Ada, in English."""
    return Told(BROKERS[0], product)


@pytest.fixture(scope="package")
def subscribed(harrow, browser, inbox):
    """Ada has composed a plan, paid for it and seen it being built."""
    person = Person(browser, harrow.product.url)
    harrow.sign_up = steps.subscribe(
        person, harrow.cast, ("analytics", "notes"), inbox, harrow.look
    )
    person.leave()
    return harrow


@pytest.fixture(scope="package")
def accepted(subscribed, browser, inbox):
    """Ada has a password and a second factor."""
    person = Person(browser, subscribed.base)
    subscribed.seed = steps.accept(person, subscribed.cast, inbox, subscribed.look)
    subscribed.first_office_page = person.path
    subscribed.checklists.append(steps.checklist(person))
    return subscribed.keep("admin", person)


@pytest.fixture(scope="package")
def branded(accepted, browser):
    """The rooms wear a logo and colours."""
    person = Person(browser, accepted.base, state=accepted.states["admin"])
    accepted.looks.append(steps.look_of(browser, accepted.base))
    steps.brand(person, accepted.cast)
    accepted.looks.append(steps.look_of(browser, accepted.base))
    return accepted.keep("admin", person)


@pytest.fixture(scope="package")
def wired(branded, browser, servers):
    """The trading server is connected, two account types are on offer."""
    one = branded.cast
    person = Person(browser, branded.base, state=branded.states["admin"])
    branded.tests = steps.wire(person, one, servers[one.server], branded.look)
    steps.map_type(person, "Standard", one.live_group, "live", deposit_min="100")
    steps.map_type(person, "Practice", one.demo_group, "demo", demo_amount="50000")
    branded.checklists.append(steps.checklist(person))
    return branded.keep("admin", person)


@pytest.fixture(scope="package")
def traded(wired, browser, inbox, servers):
    """Theo has registered, opened a live and a demo account, and trades were made for him."""
    one, server = wired.cast, servers[wired.cast.server]
    person = Person(browser, wired.base)
    steps.register(person, one, inbox, wired.look)
    wired.logins = {
        "live": steps.open_account(person, "Standard"),
        "demo": steps.open_account(person, "Practice"),
    }
    trader.trade(one, wired.logins, server["control_url"])
    wired.keep("client", person)
    trader.see(wired.visitor("client"), wired.logins, server["control_url"])
    return wired


@pytest.fixture(scope="package")
def noor(product, inbox, servers, traded):
    """The second broker: other modules, Arabic, its own server; made over HTTP."""
    one = BROKERS[1]
    told = Told(one, product)
    told.modules = over_http.subscribe(told.cast, product.url, inbox)
    admin, told.seed = over_http.accept(one, inbox)
    over_http.brand(one, admin)
    over_http.wire(one, admin, servers[one.server])
    client = trader.register(one, admin.base, inbox)
    told.logins = trader.open_accounts(client)
    trader.trade(one, told.logins, servers[one.server]["control_url"])
    trader.see(client, told.logins, servers[one.server]["control_url"])
    told.remember("admin", admin)
    told.remember("client", client)
    return told


@pytest.fixture(scope="package")
def omar(product, browser):
    """The vendor's administrator, signed in with both factors: what his browser remembers."""
    words = {
        "VENDOR_ADMIN_EMAIL": VENDOR_EMAIL,
        "VENDOR_ADMIN_NAME": VENDOR_NAME,
        "VENDOR_ADMIN_PASSWORD": "harbour lantern oak 17",
    }
    subprocess.run(
        [sys.executable, str(ROOT / "platform" / "manage.py"), "seed_vendor"],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, **product.env, **words},
    )
    person = Person(browser, product.url)
    person.go("/accounts/login/")
    person.fill(login=VENDOR_EMAIL, password=words["VENDOR_ADMIN_PASSWORD"])
    person.press("Sign in")
    steps.set_up_app(person)
    return person.leave()
