"""The public site: from the menu to the payment page, and what bad input meets there."""

from __future__ import annotations

import uuid

import pytest

from kernel.pin import PUBLIC, pin
from provisioning.runs import engine
from provisioning.runs.models import Run, SignUp
from tests.provisioning.runs.cast import ADA, a_plan, mailed_code, mailed_token, record_subscription
from tests.support.people import letters

FORM = {"company": "Gamma FX", "slug": "gamma", "email": ADA, "locale": "en", "time_zone": "UTC"}


@pytest.fixture
def browser(vendor):
    return vendor.client()


def start(browser, **words):
    return browser.post("/start/", {**FORM, **words})


def begun(browser):
    """Begin a sign-up and return its page's address."""
    answer = start(browser)
    assert answer.status_code == 302
    return answer["Location"]


def test_everyone_may_read_the_site(browser):
    for url in ("/", "/trust/", "/start/", "/start/total/", "/start/address/?slug=gamma"):
        assert (url, browser.get(url).status_code) == (url, 200)


def test_a_broker_has_no_public_site_of_ours(alpha):
    assert alpha.client().get("/start/").status_code == 404


def test_the_total_is_billings(browser):
    page = browser.get("/start/total/").content.decode()

    assert 'data-plan-total="29900"' in page


@pytest.mark.parametrize(
    ("slug", "sentence"),
    [
        ("alpha", "alpha is already taken. Try another address."),
        ("admin", "admin is reserved. Try another address."),
        ("a b", "Use 3 to 30 lower-case letters"),
    ],
)
def test_an_address_that_cannot_be_had_is_said_while_typing_and_at_the_end(browser, slug, sentence):
    assert sentence in browser.get("/start/address/", {"slug": slug}).content.decode()

    answer = start(browser, slug=slug)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert FORM["company"] in answer.content.decode()
    with pin(PUBLIC):
        assert SignUp.objects.count() == 0


def test_a_free_address_is_said_to_be_free(browser):
    page = browser.get("/start/address/", {"slug": "Gamma"}).content.decode()

    assert "gamma.localhost" in page
    assert "is free." in page


def test_a_wrong_email_begins_nothing(browser, vendor):
    assert start(browser, email="ada@").status_code == 422
    assert start(browser, company="x").status_code == 422

    with pin(PUBLIC):
        assert SignUp.objects.count() == 0
    assert letters(vendor) == []


def test_the_way_from_the_form_to_the_pay_button(browser, vendor):
    page = begun(browser)
    assert ADA in browser.get(page).content.decode()

    wrong = browser.post(f"{page}confirm/", {"code": "abc"})
    assert wrong.status_code == 422
    assert "That is not the code we sent." in wrong.content.decode()

    assert browser.post(f"{page}confirm/", {"code": mailed_code(vendor)}).status_code == 302
    assert f"{page}pay/" in browser.get(page).content.decode()


def test_paying_before_confirming_is_refused_with_a_sentence(browser):
    page = begun(browser)

    answer = browser.get(f"{page}pay/", follow=True)

    assert "Confirm your e-mail first" in answer.content.decode()


def test_the_link_works_in_another_browser_after_a_click(browser, vendor):
    page = begun(browser)
    other = vendor.client()
    link = f"/start/c/{mailed_token(vendor)}/"
    assert other.get(page).status_code == 404

    assert other.get(link).status_code == 200  # a mail scanner follows it: nothing happens
    with pin(PUBLIC):
        assert SignUp.objects.get().state == "started"

    assert other.post(link)["Location"] == page
    assert other.get(page).status_code == 200


def test_a_forged_link_is_refused_with_a_sentence(browser):
    answer = browser.post("/start/c/made-up-token/")

    assert answer.status_code == 422
    assert "That is not the code we sent." in answer.content.decode()


def test_a_stranger_sees_no_sign_up(browser, vendor):
    page = begun(browser)
    stranger = vendor.client()

    for url in (page, f"{page}plan/", f"{page}pay/", f"{page}closed/", f"{page}progress/"):
        assert (url, stranger.get(url).status_code) == (url, 404)
    for url in (f"{page}confirm/", f"{page}code/", f"{page}plan/"):
        assert (url, stranger.post(url, FORM).status_code) == (url, 404)
    assert browser.get(f"/start/{uuid.UUID(int=1)}/").status_code == 404


def test_a_closed_payment_page_leads_back_to_the_plan_with_everything_kept(browser, vendor):
    page = begun(browser)
    browser.post(f"{page}confirm/", {"code": mailed_code(vendor)})
    with pin(PUBLIC):
        SignUp.objects.update(state="paying")

    answer = browser.get(f"{page}closed/", follow=True)

    text = answer.content.decode()
    assert answer.redirect_chain[-1][0] == f"{page}plan/"
    assert "Nothing was charged, and everything is kept." in text
    assert [f'value="{FORM[name]}"' in text for name in ("company", "slug", "email")] == [True] * 3
    with pin(PUBLIC):
        assert SignUp.objects.get().state == "confirmed"


def test_the_run_appears_step_by_step_until_the_platform_is_live(browser, vendor):
    page = begun(browser)
    browser.post(f"{page}confirm/", {"code": mailed_code(vendor)})
    with pin(PUBLIC):
        sign_up = SignUp.objects.get()
        record_subscription(sign_up.pk, a_plan())
        from provisioning.runs import services

        services.start_run(sign_up.pk)
        run = Run.objects.get()

    before = browser.get(f"{page}progress/").content.decode()
    engine.advance(run.pk)
    after = browser.get(f"{page}progress/").content.decode()

    assert 'hx-trigger="every 1s"' in before
    assert 'data-run-state="waiting"' in before
    assert 'hx-trigger="every 1s"' not in after
    assert 'data-run-state="done"' in after
    assert "http://gamma.localhost" in after
    assert "We mailed the invitation to" in after


def test_a_stopped_run_is_told_calmly_without_its_reason(browser, vendor):
    page = begun(browser)
    browser.post(f"{page}confirm/", {"code": mailed_code(vendor)})
    with pin(PUBLIC):
        from kernel import clock

        sign_up = SignUp.objects.get()
        SignUp.objects.update(state="paid")
        run = Run.objects.create(
            sign_up=sign_up, state="failed", due_at=clock.now(), created_at=clock.now()
        )
        run.attempts.create(
            step="domain",
            number=1,
            fence=1,
            outcome="failed",
            reason="KeyError in x",
            started_at=clock.now(),
        )

    text = browser.get(page).content.decode()

    assert "One step needs a hand." in text
    assert "KeyError" not in text


def test_codes_are_not_mailed_without_end(browser, vendor):
    page = begun(browser)

    for _ in range(6):
        browser.post(f"{page}code/")

    assert len(letters(vendor)) == 5
