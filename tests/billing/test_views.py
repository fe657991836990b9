"""The broker's Modules page, and who may use it."""

from __future__ import annotations

import re

import pytest

from billing import queries, services
from billing.models import PlanChange
from kernel.ids import new_id
from kernel.pin import PUBLIC, pin
from tenants import queries as tenants
from tests.support.people import make_person, make_staff

MODULES = "/office/billing/modules/"
SENSITIVE = [
    f"{MODULES}toy_signals/add/",
    f"{MODULES}toy_reports/remove/",
    "/office/billing/portal/",
]
SWITCHES = [f"{MODULES}toy_reports/on/", f"{MODULES}toy_reports/off/"]


@pytest.fixture
def broker(shop, alpha):
    row = shop.buy("toy_reports")
    with pin(PUBLIC):
        services.bind_tenant(row.sign_up_id, alpha.info.id)
    return shop.again(row)


@pytest.fixture
def ada(alpha):
    """Alpha's admin, with a fresh second factor."""
    return alpha.signed_in(make_staff(alpha, "ada@alpha.example"), fresh=True)


def active(place):
    with pin(PUBLIC):
        return tenants.get_tenant(place.info.id).active_modules


def as_of(page):
    return re.search(r'name="as_of" value="(\d+)"', page.content.decode())[1]


def text(page):
    return page.content.decode()


def test_it_shows_menu_prices_marks_and_invoices(broker, ada):
    page = ada.get(MODULES)

    assert page.status_code == 200
    for words in ("Signals", "Copying", "Needs Signals", "LOCAL-00001", "318.99", "49.00"):
        assert words in text(page)
    assert f"{MODULES}toy_signals/add/" in text(page)
    assert f"{MODULES}toy_reports/remove/" in text(page)
    assert f"{MODULES}toy_reports/add/" not in text(page)


def test_the_price_that_is_shown_is_confirmed_and_charged(shop, broker, ada, alpha, beta):
    shown = ada.get(f"{MODULES}toy_signals/add/")

    answer = ada.post(f"{MODULES}toy_signals/add/", {"as_of": as_of(shown)}, follow=True)

    assert "Signals is part of your plan now." in text(answer)
    assert active(alpha) == {"toy_reports", "toy_signals"}
    assert active(beta) == frozenset()
    shop.hear()
    with pin(PUBLIC):
        newest = queries.invoices(tenant_id=alpha.info.id)[0]
        change = PlanChange.objects.get()
    assert str(change.as_of) == as_of(shown)
    assert str(newest.total.amount) in text(shown)


def test_a_module_is_removed_after_the_credit_was_shown(broker, ada, alpha):
    shown = ada.get(f"{MODULES}toy_reports/remove/")

    answer = ada.post(f"{MODULES}toy_reports/remove/", {"as_of": as_of(shown)}, follow=True)

    assert "Reports is no longer part of your plan." in text(answer)
    assert active(alpha) == frozenset()


def test_a_refused_card_is_said_and_changes_nothing(shop, broker, ada, alpha):
    shop.use_card(broker, "pm_card_chargeCustomerFail")
    shown = ada.get(f"{MODULES}toy_signals/add/")

    answer = ada.post(f"{MODULES}toy_signals/add/", {"as_of": as_of(shown)}, follow=True)

    assert "Your card was refused" in text(answer)
    assert active(alpha) == {"toy_reports"}


def test_a_confirmation_without_its_price_shows_the_price_again(broker, ada, alpha):
    answer = ada.post(f"{MODULES}toy_signals/add/", {"as_of": "soon"})

    assert answer.headers["Location"] == f"{MODULES}toy_signals/add/"
    assert active(alpha) == {"toy_reports"}


def test_what_cannot_be_added_is_said(broker, ada):
    answer = ada.get(f"{MODULES}toy_reports/add/", follow=True)

    assert "Reports is already part of your plan." in text(answer)


def test_a_silent_stripe_is_said(broker, ada, settings_override):
    with settings_override(STRIPE_API_BASE="http://127.0.0.1:1"):
        answer = ada.get(f"{MODULES}toy_signals/add/", follow=True)
        portal = ada.get("/office/billing/portal/", follow=True)

    for page in (answer, portal):
        assert "The payment service does not answer." in text(page)


def test_switches_change_no_bill(broker, ada, alpha):
    off = ada.post(f"{MODULES}toy_reports/off/")
    was_off = active(alpha)
    ada.post(f"{MODULES}toy_reports/on/")

    assert off.headers["Location"] == MODULES
    assert was_off == frozenset()
    assert active(alpha) == {"toy_reports"}


def test_a_switch_that_is_refused_says_why(ada, alpha):
    answer = ada.post(f"{MODULES}toy_signals/on/", follow=True)

    assert "is not part of your plan" in text(answer)
    assert active(alpha) == frozenset()


def test_the_portal_is_a_redirect_to_stripe_and_back(shop, broker, ada):
    answer = ada.get("/office/billing/portal/")

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(shop.stripe.base)


def test_a_broker_whose_plan_we_made_sees_the_menu_and_no_bill(shop, beta):
    ben = beta.signed_in(make_staff(beta, "ben@beta.example"), fresh=True)

    page = ben.get(MODULES)

    assert page.status_code == 200
    assert "toy_signals/add/" not in text(page)


@pytest.mark.parametrize("state", ["grace", "suspended", "ends"])
def test_trouble_is_said_at_the_top(shop, broker, ada, state):
    if state == "ends":
        wanted = {"cancel_at_period_end": True}
        shop.stripe.api.subscriptions.update(broker.stripe_id, wanted)
    else:
        shop.use_card(broker, "pm_card_chargeCustomerFail")
        shop.pass_days(32)
    shop.hear()
    if state == "suspended":
        with pin(PUBLIC):
            broker.refresh_from_db()
            broker.state = "suspended"
            broker.save()

    words = {"grace": "Your last payment failed", "suspended": "suspended", "ends": "plan ends on"}
    assert words[state] in text(ada.get(MODULES))


@pytest.mark.parametrize("url", [MODULES, *SENSITIVE])
def test_strangers_and_clients_stay_out(shop, broker, alpha, url):
    theo = alpha.signed_in(make_person(alpha, "theo@x.example"), fresh=True)

    assert alpha.client().get(url).status_code == 302
    assert theo.get(url).status_code in (403, 404)
    for switch in SWITCHES:
        assert alpha.client().post(switch).status_code == 302
        assert theo.post(switch).status_code in (403, 404)
    assert active(alpha) == {"toy_reports"}


@pytest.mark.parametrize("url", SENSITIVE)
def test_money_needs_a_fresh_second_factor(broker, alpha, url):
    stale = alpha.signed_in(make_staff(alpha, "ada@alpha.example"))

    answer = stale.get(url)

    assert answer.status_code in (302, 403)
    assert "stripe" not in answer.headers.get("Location", "")


def test_the_other_broker_sees_and_changes_nothing_of_it(shop, broker, alpha, beta):
    ben = beta.signed_in(make_staff(beta, "ben@beta.example"), fresh=True)

    page = ben.get(MODULES)
    for url in (f"{MODULES}toy_signals/add/", f"{MODULES}toy_reports/remove/"):
        ben.post(url, {"as_of": "1"})

    assert "LOCAL-00001" not in text(page)
    assert active(alpha) == {"toy_reports"}
    with pin(PUBLIC):
        assert queries.subscription_of(beta.info.id) is None
        assert queries.find_sign_up_subscription(new_id()) is None
