"""What the people of the story do in their browsers, and what they saw while doing it."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO

from PIL import Image

from devstack.story import totp
from tests.journeys.browsing import Person

CARD = {"cardExpiry": "12 / 34", "cardCvc": "123"}
DECLINED, GOOD = "4000 0000 0000 0002", "4242 4242 4242 4242"


@dataclass
class SignUp:
    """What the person who subscribed saw."""

    modules: list[str]
    totals: list[int] = field(default_factory=list)
    sums: list[int] = field(default_factory=list)
    declined: str = ""
    after_decline: str = ""
    steps: list[str] = field(default_factory=list)
    progress: list[int] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Look:
    """How a broker's door looks."""

    sheet: str
    colour: str
    logo: str


def unseen(_person):
    """Do not look any closer at a page."""


def minor(price):
    """Cents of a price as a page shows it."""
    return int(Decimal(re.sub(r"[^\d.]", "", price)) * 100)


def shown_total(person):
    """The total of the plan, in cents."""
    return int(person.page.locator("[data-plan-total]").get_attribute("data-plan-total"))


def compose(person, broker, modules):
    """Tick modules one by one on the public site, and say who asks."""
    told = SignUp(modules=list(modules))
    person.go("/")
    person.page.locator("main").get_by_role("link", name="Compose your plan").first.click()
    person.page.wait_for_url("**/start/")
    told.totals.append(shown_total(person))
    told.sums.append(shown_total(person))
    for key in modules:
        row = person.page.locator(f"label[for=m-{key}]")
        with person.page.expect_response("**/start/total/**"):
            row.locator("input").check()
        told.sums.append(told.sums[-1] + minor(row.locator(".num").inner_text()))
        person.page.wait_for_function(
            "before => document.querySelector('[data-plan-total]').dataset.planTotal !== before",
            arg=str(told.totals[-1]),
        )
        told.totals.append(shown_total(person))
    person.fill(company=broker.name, slug=broker.slug, email=broker.admin.email)
    person.page.get_by_text("is free.").wait_for()
    person.page.get_by_label("Country").select_option(broker.country)
    person.page.get_by_label("Time zone of your business day").select_option(broker.time_zone)
    person.press("Continue")
    return told


def confirm(person, broker, inbox):
    """Type the code that came by mail."""
    code = inbox.wait_for(broker.admin.email, r"\b(\d{6})\b")
    person.fill(code=code)
    person.press("Confirm")


def to_checkout(person):
    """Go to Stripe's page."""
    person.press(re.compile("Pay by card"), "link")
    person.page.get_by_text("Pay with card").wait_for()


def pay(person, number, name):
    """Fill in Stripe's page and send it."""
    person.fill(cardNumber=number, billingName=name, **CARD)
    person.press("Subscribe")


def watch_run(person, told):
    """Look on while the steps of the run appear, until the platform is live."""
    place = person.page.locator("#progress")
    end = time.monotonic() + 90
    while time.monotonic() < end:
        done = place.locator(".progress-steps > li.done").count()
        if not told.progress or told.progress[-1] != done:
            told.progress.append(done)
        if person.page.locator("[data-run-state=done]").count():
            break
        person.page.wait_for_timeout(50)
    person.says("Your platform is live.")
    told.steps = person.page.locator(".progress-steps > li .grow").all_inner_texts()
    told.complaints = person.complaints


def subscribe(person, broker, modules, inbox, look=unseen):
    """From the menu to a live platform, a declined card on the way.

    ``look`` is given every page of ours on the way.
    """
    told = compose(person, broker, modules)
    look(person)
    confirm(person, broker, inbox)
    look(person)
    to_checkout(person)
    pay(person, DECLINED, broker.admin.name)
    told.declined = person.words("[role=alert]")
    told.after_decline = person.page.url.partition("?")[0].rpartition("/")[0]
    pay(person, GOOD, broker.admin.name)
    watch_run(person, told)
    look(person)
    return told


def accept(person, broker, inbox, look=unseen):
    """Follow the invitation, set a password and an authenticator app; return its key.

    ``look`` is given every page on the way.
    """
    link = inbox.wait_for(broker.admin.email, r"(https?://\S+/accounts/invitation/\S+)")
    person.go(link)
    look(person)
    person.fill(full_name=broker.admin.name, password=broker.admin.password)
    person.press("Continue")
    return set_up_app(person, look)


def set_up_app(person, look=unseen):
    """Enrol an authenticator app and keep the recovery codes; return the app's key."""
    look(person)
    person.press("Authenticator app on a phone", "link")
    look(person)
    seed = re.search(r"\b([A-Z2-7]{32})\b", person.words()).group(1)
    totp.wait_for_new(seed)
    person.fill(code=totp.code(seed))
    person.press("Set up")
    look(person)
    person.press("I have kept them", "link")
    return seed


def checklist(person):
    """The set-up list: which entry is done."""
    person.go("/office/")
    return {
        line.get_attribute("data-check"): line.get_attribute("data-done") == "yes"
        for line in person.page.locator("[data-check]").all()
    }


def look_of(browser, base):
    """What a stranger sees at the door: the style sheet, its colour and the logo."""
    guest = Person(browser, base)
    guest.go("/accounts/login/")
    style = "getComputedStyle(document.documentElement).getPropertyValue('--brand').trim()"
    logos = guest.page.locator(".login-brand img")
    seen = Look(
        sheet=guest.page.locator("link[href^='/t/theme.']").get_attribute("href"),
        colour=guest.page.evaluate(style),
        logo=logos.first.get_attribute("src") if logos.count() else "",
    )
    guest.leave()
    return seen


def upload(person, slot, file):
    """Choose a file for one of the places of the logo."""
    with person.page.expect_navigation(wait_until="load"):
        place = person.page.locator(f"form[action$='/logo/{slot}/'] input[type=file]")
        place.set_input_files(file)


def pick_colour(person, colour):
    """Type the brand colour; the studio tries it out and saves the draft."""
    with person.page.expect_response("**/themes/save/") as saved:
        person.page.locator("#t-brand").fill(colour.upper())
        person.page.locator("#t-brand").blur()
    return saved.value.json()


def brand(person, broker):
    """Upload logos, choose a preset and a colour, publish; all by clicks."""
    person.go("/office/themes/")
    drawing = {"name": "logo.svg", "mimeType": "image/svg+xml", "buffer": broker.logo.encode()}
    upload(person, "dark", drawing)
    upload(
        person,
        "light",
        {"name": "logo.png", "mimeType": "image/png", "buffer": picture(broker.brand)},
    )
    person.click("Presets")
    with person.page.expect_navigation(wait_until="load"):
        person.page.locator(f"button[name=preset][value={broker.preset}]").click()
    pick_colour(person, broker.brand)
    person.press("Publish")


def picture(colour):
    """A PNG file in one colour."""
    out = BytesIO()
    Image.new("RGB", (320, 96), colour).save(out, "PNG")
    return out.getvalue()


def connect(person, broker, server, password):
    """Fill in the first page of the wizard."""
    host, _, port = str(server["url"]).partition("://")[2].rpartition(":")
    person.fill(
        name=broker.server_name,
        host=host,
        port=port,
        login=str(server["login"]),
        password=password,
    )
    person.press("Save and test the connection")


def await_test(person):
    """Wait until the connection test stands; return the outcome of each check by name."""
    person.page.locator(
        "#checks:not([data-probe-state=waiting]):not([data-probe-state=running])"
    ).wait_for()
    person.page.locator("#checks form[action$='/test/']").first.wait_for()
    return {
        line.get_attribute("data-check"): line.get_attribute("data-outcome")
        for line in person.page.locator("#checks [data-check]").all()
    }


def wire(person, broker, server, look=unseen):
    """Connect the trading server, with a wrong password first; return what each test said."""
    said = []
    person.go("/office/provisioning/servers/connect/")
    connect(person, broker, server, "not the password")
    said.append((await_test(person), sentences(person)))
    look(person)
    person.press(re.compile("trust this certificate"))
    said.append((await_test(person), sentences(person)))
    person.press("Change address or sign-in", "link")
    connect(person, broker, server, str(server["api_password"]))
    said.append((await_test(person), sentences(person)))
    person.press("Choose groups", "link")
    look(person)
    for group in (broker.live_group, broker.demo_group):
        person.page.get_by_label(group, exact=True).check()
    person.press("Use these groups")
    return said


def sentences(person):
    """What is said beside each check of the connection test."""
    return {
        line.get_attribute("data-check"): [
            " ".join(words.split()) for words in line.locator(".note-line").all_inner_texts()
        ]
        for line in person.page.locator("#checks [data-check]").all()
    }


def map_type(person, name, group, kind, **fields):
    """Offer an account type of one group."""
    person.go("/office/trading/types/new/")
    person.fill(name=name, **fields)
    person.page.locator(f"label.opt-card:has(input[value={kind}])").click()
    place = person.page.locator("[name=place]")
    wanted = place.locator("option", has_text=re.compile(re.escape(group)))
    place.select_option(wanted.first.get_attribute("value"))
    person.press("Offer it")


def register(person, broker, inbox, look=unseen):
    """Register as a client, confirm the mail, complete the profile; ``look`` at the code's page."""
    client = broker.client
    person.go("/accounts/register/")
    person.fill(full_name=client.name, email=client.email, password1=client.password)
    person.press("Open the account")
    look(person)
    person.fill(code=inbox.wait_for(client.email, r"\b(\d{6})\b"))
    person.press("Confirm")
    person.go("/room/clients/")
    first, _, last = client.name.partition(" ")
    person.fill(first_name=first, last_name=last)
    person.page.locator("[name=country]").select_option(broker.client_country)
    person.press("Save")


def open_account(person, type_name):
    """Open an account of a type, watch it open, be shown its password; return its login."""
    person.go("/room/trading/open/")
    person.press(f"Choose {type_name}", "link")
    person.press("Open account")
    person.says("Your account is open")
    login = person.page.locator("#opening .callout bdi").inner_text()
    person.press("Show the password")
    person.says("Keep these now")
    return login
