from __future__ import annotations

import datetime as dt
import email
import json
import os
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from kernel import clock, mail
from kernel.models import Letter
from kernel.pin import pin

HOSTILE = "Offer\r\nBcc: everyone@example.com\r\n\r\n<script>"


def brand():
    language = translation.get_language()
    return {"name": "Alpha & Söhne" if language == "de" else "Alpha Markets"}


@pytest.fixture(autouse=True)
def templates(change_settings):
    folder = str(Path(__file__).parent / "templates")
    engine = {**settings.TEMPLATES[0], "DIRS": [folder]}
    change_settings(TEMPLATES=[engine], MAIL_BRAND=f"{__name__}.brand")


@pytest.fixture
def inbox():
    """Messages that the real SMTP server took, as the standard library reads them."""
    ask = urllib.request.Request(f"{os.environ['MAIL_URL']}/api", method="DELETE")
    urllib.request.urlopen(ask).close()

    def read(to):
        with urllib.request.urlopen(f"{os.environ['MAIL_URL']}/api?to={to}") as answer:
            found = json.load(answer)
        return [source(message["id"]) for message in found]

    return read


def source(message_id):
    with urllib.request.urlopen(f"{os.environ['MAIL_URL']}/raw/{message_id}") as answer:
        return email.message_from_bytes(answer.read(), policy=email.policy.default)


def send(to="theo@example.com", **context):
    words = {
        "about": "welcome",
        "name": "Theo",
        "link": "https://alpha.example/?a=1&b=2",
        **context,
    }
    return mail.send("plain_words", to=to, context=words)


def test_a_letter_goes_out_in_the_brokers_name(alpha, inbox):
    with pin(alpha.schema):
        mail.deliver.run(str(send(name="Theo O'Neil <b>")))

    (letter,) = inbox("theo@example.com")
    assert letter["Subject"] == "Alpha Markets: welcome"
    assert letter["From"] == f"Alpha Markets <{mail.parseaddr(settings.MAIL_FROM)[1]}>"
    text, html = (part.get_content().strip() for part in letter.iter_parts())
    assert text == "Hello Theo O'Neil <b>,\nhttps://alpha.example/?a=1&b=2"
    assert html == (
        '<p>Hello Theo O&#x27;Neil &lt;b&gt;, <a href="https://alpha.example/?a=1&amp;b=2">'
        "Alpha Markets: welcome</a></p>"
    )


def test_a_letter_speaks_the_language_asked_for(alpha, inbox):
    with pin(alpha.schema):
        words = {"about": "Grüße", "name": "Theo", "link": ""}
        letter = mail.send("plain_words", to="theo@example.com", context=words, language="de")
        mail.deliver.run(str(letter))

    assert [m["Subject"] for m in inbox("theo@example.com")] == ["Alpha & Söhne: Grüße"]


def test_a_header_cannot_be_smuggled_in_tpl_02(alpha, inbox):
    with pin(alpha.schema):
        mail.deliver.run(str(send(about=HOSTILE)))

    (letter,) = inbox("theo@example.com")
    assert letter["Subject"] == "Alpha Markets: Offer Bcc: everyone@example.com <script>"
    assert letter["Bcc"] is None
    assert inbox("everyone@example.com") == []


@pytest.mark.parametrize(
    "to",
    [
        "",
        "theo",
        "theo@example.com\nBcc: x@example.com",
        "theo@example.com, x@example.com",
        "<a@b.co>",
    ],
)
def test_what_is_not_one_address_is_refused_tpl_02(alpha, to):
    with pin(alpha.schema):
        with pytest.raises(mail.NoSuchAddress):
            send(to=to)
        assert Letter.objects.count() == 0


@given(st.text())
def test_no_text_makes_a_second_header_line_tpl_02(text):
    line = mail.one_line(text)

    assert len(line.splitlines()) <= 1
    assert not any(ord(c) < 32 for c in line)
    assert len(mail.sender(text).splitlines()) == 1


def test_a_letter_falls_with_the_change_that_caused_it(alpha):
    with pin(alpha.schema):
        with transaction.atomic():
            send()
            transaction.set_rollback(True)

        assert Letter.objects.count() == 0


def test_a_letter_is_sealed_until_it_is_sent_and_empty_after(alpha, inbox, raw_sql):
    with pin(alpha.schema):
        letter_id = send(name="canary")
        stored = bytes(Letter.objects.get().sealed)
        mail.deliver.run(str(letter_id))
        mail.deliver.run(str(letter_id))
        letter = Letter.objects.get()

    assert b"canary" not in stored
    assert (letter.state, bytes(letter.sealed)) == ("sent", b"")
    assert len(inbox("theo@example.com")) == 1


def test_a_dead_mail_server_puts_the_letter_off_and_then_gives_up(alpha, change_settings):
    change_settings(EMAIL_PORT=1)

    with pin(alpha.schema):
        letter_id = send()
        mail.deliver.run(str(letter_id))
        letter = Letter.objects.get()
        assert (letter.state, letter.attempts) == ("waiting", 1)
        Letter.objects.update(attempts=mail.MOST_ATTEMPTS - 1)
        mail.deliver.run(str(letter_id))

        assert Letter.objects.get().state == "failed"


def test_a_letter_whose_task_was_lost_is_sent_later(alpha, monkeypatch):
    sent = []
    monkeypatch.setattr(mail.deliver, "send", sent.append)

    with pin(alpha.schema):
        letter_id = send()
        mail.deliver_late.run()
        assert sent == [str(letter_id)]
        with clock.frozen(clock.now() + mail.GRACE + dt.timedelta(seconds=1)):
            mail.deliver_late.run()

    assert sent == [str(letter_id), str(letter_id)]


def test_each_tenants_letters_are_its_own(alpha, beta, inbox):
    with pin(alpha.schema):
        letter_id = send()
    with pin(beta.schema):
        mail.deliver.run(str(letter_id))

    assert inbox("theo@example.com") == []
