"""VND-01: no page of the console shows a client, whatever it is asked."""

from __future__ import annotations

import pytest

from identity.events import PersonRegistered
from kernel import audit, events
from kernel.actor import Actor
from kernel.models import OutboxEvent
from kernel.pin import PUBLIC, pin
from tenants import services as tenancy
from tests.support.people import make_person, make_staff

CANARIES = (
    "canary.theo@example.com",
    "Theodora Canary",
    "canary.ada@alpha.example",
    "Adaline Canary",
)


@pytest.fixture
def _planted(alpha):
    """A client and a member of staff whose names must never leave Alpha's schema."""
    theo = make_person(alpha, CANARIES[0], full_name=CANARIES[1])
    make_staff(alpha, CANARIES[2])
    with alpha.pin():
        from django.db import transaction

        with transaction.atomic():
            events.publish(
                PersonRegistered(
                    person_id=theo.pk, email=CANARIES[0], full_name=CANARIES[1], language="en"
                )
            )
        OutboxEvent.objects.update(
            dead_at="2026-03-02T12:00:00Z", attempts=12, last_error="KeyError in x:1"
        )
        audit.note("clients.opened", about=theo, by=Actor.system(CANARIES[3]))
    with pin(PUBLIC):
        tenancy.record_health(
            alpha.info.id,
            {"clients": 1, "server": "up", "undelivered": 1, "unknown_key": "secretword"},
        )


@pytest.mark.usefixtures("_planted")
def test_no_page_shows_a_client_or_a_brokers_staff(omar, console_urls):  # VND-01
    for url in console_urls:
        for headers in ({}, {"HX-Request": "true"}):
            page = omar.get(url, headers=headers).content.decode()
            shown = [word for word in (*CANARIES, "canary", "secretword") if word in page]
            assert (url, shown) == (url, [])


@pytest.mark.usefixtures("_planted")
def test_searching_brokers_finds_no_client(omar):  # VND-01
    page = omar.get("/console/brokers/?q=canary").content.decode()

    assert "Theodora" not in page
    assert "Alpha Markets" not in page


@pytest.mark.usefixtures("_planted")
def test_stuck_events_are_named_without_their_content(omar, alpha):
    page = omar.get(f"/console/outbox/?broker={alpha.info.id}").content.decode()

    assert "identity.PersonRegistered" in page
    assert "KeyError in x:1" in page


@pytest.mark.usefixtures("_planted")
def test_another_brokers_outbox_does_not_show_them(omar, beta):
    page = omar.get(f"/console/outbox/?broker={beta.info.id}").content.decode()

    assert "identity.PersonRegistered" not in page


def test_a_broker_can_publish_no_address(alpha):
    with pin(PUBLIC), pytest.raises(ValueError, match="note is no number"):
        tenancy.record_health(alpha.info.id, {"note": "theo@example.com"})
