"""Every main page, in light and dark, on a desk and on a phone."""

from __future__ import annotations

import re

import pytest

from tests.journeys import checks
from tests.journeys.browsing import Person

SITE = ("/", "/trust/", "/start/", "/accounts/login/", "/accounts/password/reset/")
DOOR = ("/accounts/login/", "/accounts/register/", "/accounts/password/reset/")
ROOM = (
    "/room/traders_room/",
    "/room/traders_room/trades/",
    "/room/traders_room/money/",
    "/room/traders_room/settings/",
    "/room/trading/",
    "/room/trading/ > /room/trading/ID/",
    "/room/trading/open/",
    "/room/trading/open/ > /room/trading/open/ID/",
    "/room/trading/bind/",
    "/room/requests/",
    "/room/clients/",
    "/accounts/security/",
)
ANALYTICS = ("/room/analytics/",)
OFFICE = (
    "/office/provisioning/",
    "/office/provisioning/company/",
    "/office/provisioning/domains/",
    "/office/provisioning/servers/",
    "/office/provisioning/servers/ > /office/provisioning/servers/ID/",
    "/office/provisioning/servers/connect/",
    "/office/themes/",
    "/office/billing/modules/",
    "/office/identity/people/",
    "/office/identity/people/invite/",
    "/office/identity/roles/",
    "/office/identity/teams/",
    "/office/identity/addresses/",
    "/office/kernel/api-keys/",
    "/office/clients/",
    "/office/clients/ > /office/clients/ID/",
    "/office/trading/accounts/",
    "/office/trading/accounts/ > /office/trading/accounts/ID/",
    "/office/requests/",
    "/office/requests/?of=all",
    "/office/trading/types/",
    "/office/trading/types/new/",
    "/office/notes/tasks/",
    "/api/docs",
)
ANNOUNCEMENTS = ("/office/announcements/", "/office/announcements/new/")
CONSOLE = (
    "/console/",
    "/console/brokers/",
    "/console/brokers/ > /console/brokers/ID/",
    "/console/runs/",
    "/console/runs/ > /console/runs/ID/",
    "/console/pool/",
    "/console/outbox/",
    "/console/catalogue/",
    "/console/revenue/",
    "/console/audit/",
    "/console/identity/people/",
    "/console/themes/gallery/",
)


@pytest.fixture
def window(browser):
    """Opens windows, and closes them after the test."""
    opened = []

    def open_one(base, state=None, **more):
        opened.append(Person(browser, base, state=state, **more))
        return opened[-1]

    yield open_one
    for person in opened:
        person.leave()


@pytest.mark.parametrize("path", SITE)
def test_the_public_site_is_for_everyone(path, product, window):
    person = window(product.url)
    checks.find(person, path)

    assert checks.faults(person) == []


@pytest.mark.parametrize("path", DOOR)
def test_a_broker_s_door_is_for_everyone(path, branded, window):
    person = window(branded.base)
    checks.find(person, path)

    assert checks.faults(person) == []


@pytest.mark.parametrize("path", ROOM + ANALYTICS)
def test_the_trader_s_room_is_for_everyone(path, traded, window):
    person = window(traded.base, traded.states["client"])
    checks.find(person, path)

    assert checks.faults(person) == []


@pytest.mark.parametrize("path", OFFICE)
def test_the_back_office_is_for_everyone(path, traded, window):
    person = window(traded.base, traded.states["admin"])
    checks.find(person, path, seed=traded.seed)

    assert checks.faults(person) == []


@pytest.mark.parametrize("path", CONSOLE)
def test_the_console_is_for_everyone(path, traded, omar, product, window):
    person = window(product.url, omar)
    checks.find(person, path)

    assert checks.faults(person) == []


def test_pages_that_are_seen_once_only_are_for_everyone(traded):
    assert {title: found for title, found in traded.violations.items() if found} == {}
    assert len(traded.violations) == 9


@pytest.mark.parametrize("path", ROOM)
def test_the_room_reads_from_right_to_left_in_arabic(path, noor, window):
    person = window(noor.base, noor.states["client"], locale="ar")
    checks.find(person, path)
    html = person.page.locator("html")

    assert (html.get_attribute("lang"), html.get_attribute("dir")) == ("ar", "rtl")
    assert checks.loose_figures(person) == []
    assert checks.faults(person) == []


@pytest.mark.parametrize("path", ANNOUNCEMENTS)
def test_the_office_reads_from_right_to_left_in_arabic(path, noor, window):
    person = window(noor.base, noor.states["admin"], locale="ar")
    checks.find(person, path, seed=noor.seed)

    assert person.page.locator("html").get_attribute("dir") == "rtl"
    assert checks.loose_figures(person) == []
    assert checks.faults(person) == []


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/register/"])
def test_chinese_is_named_and_drawn_in_a_chinese_face(path, branded, window):
    person = window(branded.base)
    checks.find(person, path)
    with person.page.expect_navigation(wait_until="load"):
        person.page.locator("select[name=language]:visible").select_option("zh-hans")
    face = person.page.evaluate("getComputedStyle(document.body).fontFamily")

    assert person.page.locator("html").get_attribute("lang") == "zh-hans"
    assert any(name in face for name in ("PingFang SC", "Microsoft YaHei", "Noto Sans SC"))
    assert checks.faults(person) == []


def test_the_checks_find_what_is_planted(product, window):
    person = window(product.url)
    checks.find(person, "/trust/")
    person.page.evaluate(
        """() => {
          const main = document.querySelector('main');
          const [picture, wide, words] = ['img', 'div', 'p'].map(n => document.createElement(n));
          picture.src = '/t/icon.svg';
          wide.style.width = '500px';
          wide.textContent = 'Wide';
          words.style.color = '#777777';
          words.style.background = '#888888';
          words.textContent = 'Hidden from most: 12.50';
          main.append(picture, wide, words);
          document.documentElement.dir = 'rtl';
          console.error('Planted');
        }"""
    )

    found = checks.faults(person)
    kinds = {re.sub(r"^\d+ pixels", "pixels", line).partition(":")[0] for line in found}

    assert kinds == {
        *("light image-alt", "light color-contrast", "dark color-contrast"),
        *("pixels wide on a phone", "console /trust/"),
    }
    assert checks.loose_figures(person) == ["Hidden from most: 12.50"]
