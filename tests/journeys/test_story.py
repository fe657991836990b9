"""The story of the platform, in a real browser: from the menu to a trader's equity curve."""

from __future__ import annotations

import re
from decimal import Decimal
from html import escape

import httpx
import pytest

from devstack.story import fence
from tests.journeys.browsing import Person

STEPS = [
    "Reserve the address",
    "Give it a database schema",
    "Make its encryption keys",
    "Set up roles",
    "Switch on modules",
    "Open file storage",
    "Publish the first theme",
    "Invite the administrator",
    "Open the doors",
]
CONSOLE = ("", "brokers/", "runs/", "pool/", "outbox/", "catalogue/", "revenue/", "audit/")


@pytest.fixture
def theo(traded, browser):
    """Theo's browser, in his room."""
    person = Person(browser, traded.base, state=traded.states["client"])
    yield person
    person.leave()


def test_the_total_follows_every_module_that_is_ticked(subscribed):
    assert subscribed.sign_up.totals == subscribed.sign_up.sums
    assert len(subscribed.sign_up.totals) == 3


def test_a_declined_card_is_said_where_it_was_entered(subscribed):
    assert subscribed.sign_up.declined == "Your card was declined."
    assert subscribed.sign_up.after_decline == f"{subscribed.product.state['stripe_url']}/c/pay"


def test_the_steps_of_the_run_appear_while_it_runs(subscribed):
    seen = subscribed.sign_up.progress

    assert subscribed.sign_up.steps == STEPS
    assert seen == sorted(seen)
    assert seen[-1] == len(STEPS)  # how many looks it takes depends on the machine


def test_the_admin_lands_on_the_checklist_with_a_second_factor(accepted):
    assert accepted.first_office_page == "/office/provisioning/"
    assert accepted.checklists[0] == {
        "company": True,
        "second_factor": True,
        "branding": False,
        "trading_server": False,
        "account_types": False,
        "staff": False,
        "mail": True,
        "domain": False,
    }


def test_the_door_wears_the_logo_and_the_colour_at_once(branded):
    before, after = branded.looks

    assert before.sheet != after.sheet
    assert (before.logo, after.colour) == ("", branded.cast.brand)
    assert re.fullmatch(r"/t/[0-9a-f]{20}\.svg", after.logo)


def test_the_office_wears_them_too(branded, browser):
    ada = Person(browser, branded.base, state=branded.states["admin"])
    ada.go("/office/")
    sheet = ada.page.locator("link[href^='/t/theme.']").get_attribute("href")
    drawn = ada.page.locator("img[src^='/t/']").evaluate_all("all => all.map(i => i.naturalWidth)")
    ada.leave()

    assert sheet == branded.looks[1].sheet
    assert drawn
    assert 0 not in drawn


def test_the_letters_wear_them_too(traded, inbox):
    before = _letters(inbox, traded.cast.admin.email, "/accounts/invitation/")
    after = _letters(inbox, traded.cast.client.email, escape(traded.cast.name))
    logo = rf'<img src="{re.escape(traded.base)}/t/[0-9a-f]{{20}}\.png"'

    assert [bool(re.search(logo, letter)) for letter in before[:1]] == [False]
    assert [bool(re.search(logo, letter)) for letter in after[:1]] == [True]


def test_a_wrong_server_password_is_said_with_what_to_do(wired):
    unknown, refused, passed = [outcomes for outcomes, _ in wired.tests]
    said = wired.tests[1][1]["sign_in"]

    assert (unknown["certificate"], unknown["sign_in"]) == ("failed", "skipped")
    assert (refused["certificate"], refused["sign_in"]) == ("passed", "failed")
    assert set(passed.values()) <= {"passed", "warned"}
    assert said[0].startswith("The server did not accept the password of manager")


def test_the_checklist_is_done_once_server_and_types_are_there(wired):
    done = {key for key, is_done in wired.checklists[1].items() if is_done}

    assert done == {
        *("company", "second_factor", "mail"),
        *("branding", "trading_server", "account_types"),
    }


def test_real_logins_appear_on_the_server(traded, servers):
    listed = httpx.get(f"{servers[0]['control_url']}/accounts", timeout=30).json()
    lines = listed["accounts"] if isinstance(listed, dict) else listed

    assert {str(line["login"]) for line in lines} >= set(traded.logins.values())


def test_the_room_shows_balance_positions_and_a_drawn_curve(traded, theo):
    ours = traded.visitor("client").look("/api/v1/trading/my/accounts").json()["items"]
    live = next(one for one in ours if str(one["login"]) == traded.logins["live"])

    theo.go("/room/traders_room/")
    theo.page.locator("#hero canvas").wait_for()

    row = theo.page.locator("#live tr", has_text=traded.logins["live"])
    assert _figure(row.locator("td.num").first.inner_text()) == Decimal(live["balance"])
    assert _drawn(theo.page.locator("#hero canvas").first)
    assert theo.page.locator("#h-pos").inner_text() == "Open positions"


def test_the_account_page_shows_its_curve_and_its_closed_trades(traded, theo):
    theo.go("/room/traders_room/")
    theo.page.locator("#live tr", has_text=traded.logins["live"]).get_by_role("link").click()
    theo.page.locator("#curve canvas").wait_for()

    assert _drawn(theo.page.locator("#curve canvas").first)
    assert theo.page.locator("#trades tbody tr").count() > 5


def test_the_history_lists_the_trades_of_all_accounts(traded, theo):
    theo.go("/room/traders_room/trades/")

    assert theo.page.locator("main table tbody tr").count() > 5


def test_nobody_s_browser_complained_on_the_way(traded):
    declined = "402 (Payment Required)"  # Stripe's own answer to a declined card

    assert [line for line in traded.sign_up.complaints if declined not in line] == []
    assert traded.complaints == []


def test_the_second_broker_has_other_modules_language_and_look(noor, traded, browser):
    ines = Person(browser, noor.base, state=noor.states["client"])
    ines.go("/room/traders_room/")
    html = ines.page.locator("html")
    sheet = ines.page.locator("link[href^='/t/theme.']").get_attribute("href")
    seen = (html.get_attribute("lang"), html.get_attribute("dir"), sheet == traded.looks[1].sheet)
    ines.leave()

    assert seen == ("ar", "rtl", False)
    assert noor.modules == ["announcements"]
    assert traded.visitor("client").look("/room/analytics/").status_code == 200
    assert noor.visitor("client").look("/room/analytics/").status_code == 404


def test_nothing_of_one_broker_is_reachable_from_the_other(noor, traded):
    fence.try_to_cross(traded.visitor("client"), noor.visitor("client"))


@pytest.mark.parametrize(
    "path", ["/office/provisioning/", "/office/clients/", "/office/trading/accounts/"]
)
def test_an_admin_s_session_opens_no_office_but_his_own(path, noor, traded):
    thief = traded.visitor("admin", at=noor.base)

    answer = thief.http.get(noor.base + path, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (
        302,
        "/accounts/login/",
    )


def test_the_console_shows_brokers_and_no_client(noor, traded, omar, product, browser):
    person = Person(browser, product.url, state=omar)
    person.go("/console/brokers/")
    listed = person.words()
    links = person.page.locator("main a[href^='/console/brokers/']").evaluate_all(
        "all => all.map(a => new URL(a.href).pathname)"
    )
    pages = [f"/console/{page}" for page in CONSOLE] + sorted(set(links))
    told = {page: _html(person, page) for page in pages}
    person.leave()

    assert all(name in listed for name in (traded.cast.name, noor.cast.name))
    secret = [w for one in (traded, noor) for w in (one.cast.client.email, one.cast.client.name)]
    assert {page: [w for w in secret if w in html] for page, html in told.items()} == {
        page: [] for page in pages
    }


def _html(person, page):
    assert person.go(page).status == 200
    return person.page.content()


def _letters(inbox, to, words):
    found = httpx.get(f"{inbox.base}/api", params={"to": to}, timeout=10).json()
    return [letter["html"] for letter in found if words in letter["html"]]


def _figure(shown):
    return Decimal(re.sub(r"[^\d.]", "", shown))


def _drawn(canvas):
    """Whether anything but emptiness is on it."""
    return canvas.evaluate(
        "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v !== 0)"
    )
