"""From a ticked module to a live broker that runs it, through Stripe's own pages."""

from __future__ import annotations

import pytest

from kernel.events import tell_all
from kernel.pin import PUBLIC, pin
from provisioning.runs import engine
from provisioning.runs.models import Run, SignUp
from tenants import queries as tenants
from tests.billing import conftest as billing
from tests.provisioning.runs.cast import ADA, mailed_code

FORM = {
    "company": "Gamma FX",
    "slug": "gamma",
    "email": ADA,
    "locale": "en",
    "time_zone": "UTC",
    "modules": ["toy_copying"],
}

_menu, _stripe = billing._menu, billing._stripe
stripe_server, shop = billing.stripe_server, billing.shop


@pytest.fixture
def browser(vendor):
    return vendor.client()


@pytest.fixture
def page(browser, vendor):
    """The page of a sign-up that may pay."""
    address = browser.post("/start/", FORM)["Location"]
    browser.post(f"{address}confirm/", {"code": mailed_code(vendor)})
    return address


def state():
    with pin(PUBLIC):
        return SignUp.objects.get().state


def test_the_total_follows_the_ticks_and_names_what_comes_along(shop, browser):
    none = browser.get("/start/total/").content.decode()
    copying = browser.get("/start/total/?modules=toy_copying").content.decode()
    unknown = browser.get("/start/total/?modules=moon&modules=clients").content.decode()

    assert 'data-plan-total="29900"' in none
    assert 'data-plan-total="44700"' in copying
    assert "was added because your choice needs it." in copying
    assert 'data-plan-total="29900"' in unknown


def test_without_javascript_the_page_itself_keeps_ticks_and_total(shop, browser):
    text = browser.get("/start/?modules=toy_copying&company=Gamma+FX").content.decode()

    assert 'data-plan-total="44700"' in text
    assert 'value="Gamma FX"' in text
    assert 'id="m-toy_copying" checked' in text


def test_paying_starts_the_run_and_the_broker_runs_what_it_pays_for(shop, browser, page):
    shop.pay(browser.get(f"{page}pay/")["Location"])
    assert state() == "paying"

    shop.hear()
    with pin(PUBLIC):
        tell_all(frozenset())
        run = Run.objects.get()
    assert state() == "paid"
    assert engine.advance(run.pk) is True

    with pin(PUBLIC):
        broker = tenants.find_tenant_by_slug("gamma")
    assert (broker.state, broker.active_modules) == ("live", {"toy_copying", "toy_signals"})
    assert state() == "live"


def test_a_declined_card_is_tried_again_on_the_same_page(shop, browser, page):
    address = browser.get(f"{page}pay/")["Location"]
    assert shop.pay(address, "4000000000000002").status == 402
    shop.hear()
    assert state() == "paying"
    with pin(PUBLIC):
        assert Run.objects.count() == 0

    assert browser.get(f"{page}pay/")["Location"] == address
    assert shop.pay(address).status == 303


def test_coming_back_and_changing_the_plan_closes_the_old_page(shop, browser, page):
    old = browser.get(f"{page}pay/")["Location"]
    browser.get(f"{page}closed/")
    browser.post(f"{page}plan/", {**FORM, "modules": ["toy_reports"]})

    new = browser.get(f"{page}pay/")["Location"]

    assert new != old
    assert shop.pay(old).status != 303
    assert shop.pay(new).status == 303


def test_paying_twice_is_answered_with_a_sentence(shop, browser, page):
    shop.pay(browser.get(f"{page}pay/")["Location"])

    text = browser.get(f"{page}pay/", follow=True).content.decode()

    assert "This sign-up is already paid." in text


def test_hearing_of_the_payment_twice_makes_one_broker(shop, browser, page):
    shop.pay(browser.get(f"{page}pay/")["Location"])
    news = shop.news()
    for delivery in [*news, *reversed(news)]:
        assert shop.post(delivery) == 204
    shop.apply()
    with pin(PUBLIC):
        tell_all(frozenset())
        tell_all(frozenset())
        (run,) = Run.objects.all()

    engine.advance(run.pk)

    with pin(PUBLIC):
        assert len([t for t in tenants.tenants() if t.slug == "gamma"]) == 1


def test_when_stripe_is_silent_nothing_is_charged_and_the_page_says_so(
    shop, browser, page, settings_override
):
    with settings_override(STRIPE_API_BASE="http://127.0.0.1:9"):
        text = browser.get(f"{page}pay/", follow=True).content.decode()

    assert "The payment page does not answer. Nothing was charged" in text
