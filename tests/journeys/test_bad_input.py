"""What goes wrong at the doors: a clear sentence each time, and nothing half-made."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from devstack.story.visitor import Visitor
from tests.journeys import steps
from tests.journeys.browsing import Person

MEGABYTE = 1024 * 1024
SCRIPTED = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">'
    "<script>alert(1)</script><path d='M0 0h8v8z'/></svg>"
)


def ask(visitor, slug):
    """Fill in the plan page for an address of choice."""
    visitor.go("/start/")
    visitor.page.locator("#m-notes").check()
    visitor.fill(company="Second Try", slug=slug, email=f"sam@{slug.strip('-')}.example")
    visitor.press("Continue")


@pytest.fixture
def studio(branded, browser):
    """Ada's browser in the studio; what is published is the same afterwards."""
    before = steps.look_of(browser, branded.base)
    person = Person(browser, branded.base, state=branded.states["admin"])
    person.go("/office/themes/")
    yield person
    person.leave()
    assert steps.look_of(browser, branded.base) == before


def logos(person):
    """The files in the places of the logo, by place."""
    person.go("/office/themes/")
    return person.page.locator(".logos img").evaluate_all("all => all.map(i => i.src)")


def test_an_address_that_is_taken_is_refused_at_once(subscribed, visitor):
    visitor.go("/start/")
    visitor.fill(slug=subscribed.cast.slug)

    visitor.says("harrow is already taken. Try another address.")


@pytest.mark.parametrize(
    ("slug", "sentence"),
    [
        ("harrow", "harrow is already taken. Try another address."),
        ("admin", "admin is reserved. Try another address."),
        ("-x-", "Use 3 to 30 lower-case letters, digits or hyphens"),
    ],
)
def test_a_refused_address_keeps_all_that_was_filled_in(slug, sentence, subscribed, visitor):
    ask(visitor, slug)

    visitor.says(sentence)
    assert visitor.path == "/start/"
    assert visitor.page.locator("[name=company]").input_value() == "Second Try"
    assert visitor.page.locator("[name=email]").input_value() == f"sam@{slug.strip('-')}.example"
    assert visitor.page.locator("#m-notes").is_checked()


def test_nobody_pays_before_the_mail_is_confirmed(subscribed, visitor):
    ask(visitor, "hasty")
    place = visitor.path

    visitor.go(f"{place}pay/")

    visitor.says("Confirm your e-mail first: enter the code that we sent to sam@hasty.example.")
    assert visitor.path == place


def test_a_wrong_code_is_said_and_confirms_nothing(subscribed, visitor):
    ask(visitor, "mistyped")
    visitor.fill(code="000000")
    visitor.press("Confirm")

    visitor.says("That is not the code we sent.")
    assert visitor.page.get_by_role("link", name="Pay by card").count() == 0


def test_a_checkout_that_is_left_comes_back_with_everything_kept(subscribed, visitor, inbox):
    ask(visitor, "hesitant")
    visitor.fill(code=inbox.wait_for("sam@hesitant.example", r"\b(\d{6})\b"))
    visitor.press("Confirm")
    total = steps.shown_total(visitor)
    place = visitor.path
    steps.to_checkout(visitor)
    steps.pay(visitor, steps.DECLINED, "Sam Second")
    visitor.says("Your card was declined.")

    visitor.press("← Back", "link")

    assert visitor.path == f"{place}plan/"
    assert steps.shown_total(visitor) == total
    assert visitor.page.locator("[name=company]").input_value() == "Second Try"
    assert visitor.page.locator("#m-notes").is_checked()
    visitor.press("Continue")
    steps.to_checkout(visitor)
    assert visitor.page.locator("#email").input_value() == "sam@hesitant.example"


def test_nothing_was_made_for_those_who_did_not_pay(subscribed, omar, product, browser):
    person = Person(browser, product.url, state=omar)
    person.go("/console/brokers/")
    brokers = person.words()
    person.leave()
    known = {"admin", "hasty", "mistyped", "hesitant"}

    assert "Second Try" not in brokers
    for slug in known:
        answer = Visitor(f"http://{slug}.localhost:{product.env['PUBLIC_PORT']}").look("/")
        assert answer.status_code == 404


def test_a_forged_webhook_is_refused(product):
    paid = {"id": "evt_forged", "type": "checkout.session.completed", "data": {"object": {}}}
    for signature in ({}, {"Stripe-Signature": "t=1,v1=00"}):
        answer = httpx.post(f"{product.url}/stripe/", content=json.dumps(paid), headers=signature)
        assert answer.status_code == 400


def test_a_logo_of_20_megabytes_is_refused(studio, tmp_path):
    before = logos(studio)
    big = tmp_path / "big.png"
    big.write_bytes(b"\x89PNG\r\n\x1a\n".ljust(20 * MEGABYTE, b"\0"))

    steps.upload(studio, "light", big)

    studio.says("This file has 20.0 MB. A logo may have at most 2 MB.")
    assert logos(studio) == before


def test_a_drawing_with_a_script_is_refused(studio):
    before = logos(studio)
    bad = {"name": "bad.svg", "mimeType": "image/svg+xml", "buffer": SCRIPTED.encode()}
    steps.upload(studio, "light", bad)

    studio.says("This SVG contains")
    assert logos(studio) == before


def test_two_colours_that_cannot_be_read_on_each_other_are_refused(studio):
    sentence = re.compile("#[Ff]{6} on #[Ff]{4}00 reaches a contrast of 1.1:1 only")
    studio.page.locator("#t-brand").fill("#FFFF00")
    studio.page.locator("#t-label").fill("#FFFFFF")
    studio.page.locator("[data-report]").get_by_text(sentence).wait_for()

    studio.press("Publish")

    studio.says(sentence)


def test_a_bright_colour_alone_is_made_readable(studio):
    with studio.page.expect_response("**/themes/try/"):
        studio.page.locator("#t-brand").fill("#FFF000")
    studio.page.locator("[data-report] rect[fill='#fff000' i]").first.wait_for(state="attached")
    ratios = studio.page.locator("[data-report] .pair b").all_inner_texts()

    assert ratios
    assert [one for one in ratios if float(one.partition(":")[0]) < 3] == []
