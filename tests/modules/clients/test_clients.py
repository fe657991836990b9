"""Clients: registered once, seen by those who may, in part where masked."""

from __future__ import annotations

import datetime as dt

import pytest

from identity.events import PersonRegistered
from kernel import audit
from kernel.actor import Actor, ActorKind, Scope
from kernel.events import tell_all
from kernel.ids import new_id
from kernel.models import OutboxEvent
from modules.clients import queries, services
from modules.clients.errors import ClientIsBlocked, NoSuchClient, NotInThisState
from modules.clients.models import Client
from modules.clients.types import ClientFilter, Profile
from tests.modules.conftest import make_client
from tests.support.people import make_person, make_staff
from tests.support.tenants import SYSTEM


def seer(scope=Scope.ALL, masked=(), actor_id=None, teams=()):
    return Actor(
        kind=ActorKind.PERSON,
        id=actor_id or new_id(),
        name="Ada",
        grants={"clients.see_clients": scope},
        masked=frozenset(masked),
        team_ids=frozenset(teams),
        is_staff=True,
    )


def test_registering_twice_keeps_one_client(alpha):
    person = make_person(alpha, "theo@example.com")
    with alpha.pin():
        services.ensure_client(person.pk)
        services.ensure_client(person.pk)

        assert list(Client.objects.values_list("number", "email")) == [(10_001, "theo@example.com")]
        assert OutboxEvent.objects.filter(name="clients.ClientRegistered").count() == 1


def test_person_who_registered_becomes_a_client(alpha):
    from django.db import transaction

    from kernel.events import publish

    person = make_person(alpha, "theo@example.com", full_name="Theo Adler Meyer")
    with alpha.pin():
        with transaction.atomic():
            event = PersonRegistered(
                person_id=person.pk, email=person.email, full_name="Theo Adler", language="de"
            )
            publish(event)
        tell_all(frozenset())

        row = Client.objects.get(pk=person.pk)
        assert (row.first_name, row.last_name) == ("Theo", "Adler Meyer")


def test_one_of_the_house_is_no_client(alpha, ada):
    with alpha.pin(), pytest.raises(NoSuchClient):
        services.ensure_client(ada.pk)


def test_phone_address_and_birth_are_sealed_in_the_table(alpha, theo):
    born = dt.date(1989, 3, 14)
    told = Profile(
        first_name="Theo",
        last_name="Adler",
        country="DE",
        phone="+49 30 901820",
        address="Ring 1",
        born_on=born,
    )
    with alpha.pin():
        services.update_profile(theo.pk, told, by=SYSTEM)

        row = Client.objects.get(pk=theo.pk)
        kept = b"".join(bytes(row.__dict__[f"{n}_sealed"]) for n in ("phone", "address", "born_on"))
        assert queries.profile(theo.pk) == told
    for plain in (b"901820", b"Ring", b"1989"):
        assert plain not in kept


def test_audit_names_fields_and_no_values(alpha, theo):
    with alpha.pin():
        services.update_profile(
            theo.pk, Profile(first_name="Teo", last_name="Adler", country="DE"), by=SYSTEM
        )
        (last, *_older) = audit.entries(about=f"clients.Client:{theo.pk}")

    assert last.changes == {"fields": ["first_name", "phone"]}


@pytest.mark.parametrize(
    "words", ["theo", "ADLER", "Theo Adler", "theo@example", "+49 (30) 901820"]
)
def test_client_is_found_by_name_mail_and_phone(alpha, theo, words):
    make_client(alpha, "eve@example.com", "Eve", "Weiss", "AT")
    with alpha.pin():
        Client.objects.exclude(pk=theo.pk).update(phone_index=None)
        found = queries.clients(ClientFilter(words=words), by=seer())

    assert [line.id for line in found.lines] == [theo.pk]


def test_masked_colleague_sees_contacts_in_part(alpha, theo):
    with alpha.pin():
        card = queries.client(theo.pk, by=seer(masked=["email", "phone", "birth_date"]))

    assert "theo@example.com" not in card.line.email
    assert "9018" not in card.profile.phone
    assert card.profile.born_on is None


def test_scope_own_reaches_ones_own_clients_only(alpha, theo):
    sol = make_staff(alpha, "sol@alpha.example", role="sales")
    eve = make_client(alpha, "eve@example.com", "Eve", "Weiss")
    with alpha.pin():
        services.assign(eve.pk, owner_id=sol.pk, team_id=None, by=SYSTEM)
        by = seer(Scope.OWN, actor_id=sol.pk)

        assert [line.id for line in queries.clients(ClientFilter(), by=by).lines] == [eve.pk]
        with pytest.raises(NoSuchClient):
            queries.client(theo.pk, by=by)


def test_blocked_client_may_not_act_and_closed_is_for_ever(alpha, theo):
    with alpha.pin():
        services.change_state(theo.pk, "blocked", reason="Fraud check", by=SYSTEM)
        with pytest.raises(ClientIsBlocked):
            queries.refuse_blocked(theo.pk)
        services.change_state(theo.pk, "closed", reason="Asked for it", by=SYSTEM)
        with pytest.raises(NotInThisState):
            services.change_state(theo.pk, "active", reason="", by=SYSTEM)

        assert Client.objects.get(pk=theo.pk).state == "closed"


def test_client_keeps_his_profile_by_the_page(alpha, theo):
    browser = alpha.signed_in(theo)
    words = {"first_name": "Theo", "last_name": "Adler", "country": "AT", "city": "Wien"}

    page = browser.get("/room/clients/")
    saved = browser.post("/room/clients/", words)
    minor = browser.post("/room/clients/", words | {"born_on": "2020-01-01"})

    with alpha.pin():
        assert queries.profile(theo.pk).country == "AT"
    assert (page.status_code, saved.status_code, minor.status_code) == (200, 302, 422)


@pytest.mark.parametrize("path", ["", "{id}/", "{id}/quick/", "{id}/edit/"])
def test_who_may_see_the_clients_pages(alpha, ada, theo, path):
    address = "/office/clients/" + path.format(id=theo.pk)

    assert alpha.signed_in(ada).get(address).status_code == 200
    assert alpha.signed_in(theo).get(address).status_code == 403
    assert alpha.client().get(address).status_code == 302


def test_ben_of_beta_never_sees_theo(alpha, beta, ben, theo):
    # ISO-02
    browser = beta.signed_in(ben)

    assert browser.get(f"/office/clients/{theo.pk}/").status_code == 404
    assert "theo@example.com" not in browser.get("/office/clients/").content.decode()


def test_colleague_blocks_and_assigns_by_the_page(alpha, ada, theo):
    browser = alpha.signed_in(ada)

    browser.post(f"/office/clients/{theo.pk}/state/", {"state": "blocked", "reason": "Check"})
    browser.post(f"/office/clients/{theo.pk}/assign/", {"owner": str(ada.pk), "team": ""})
    page = browser.get(f"/office/clients/{theo.pk}/").content.decode()

    with alpha.pin():
        row = Client.objects.get(pk=theo.pk)
    assert (row.state, row.owner_id) == ("blocked", ada.pk)
    assert "Blocked" in page


def test_list_of_clients_costs_the_same_for_one_and_three(alpha, ada, theo, queries_of):
    browser = alpha.signed_in(ada)
    one = queries_of(lambda: browser.get("/office/clients/"))
    make_client(alpha, "eve@example.com", "Eve", "Weiss")
    make_client(alpha, "noa@example.com", "Noa", "Roth")

    assert queries_of(lambda: browser.get("/office/clients/")) == one
