from __future__ import annotations

import pytest

from identity import services as identity
from kernel.actor import Actor
from kernel.models.mail import Letter
from kernel.pin import PUBLIC, pin
from provisioning.runs import checklist, health
from tenants import queries as tenants
from tenants import services as tenancy
from tests.support.people import make_person, make_staff
from themes import services as themes

ADA = Actor.system("ada")


def done(place):
    with place.pin():
        return {item.key: item.is_done for item in checklist.checklist().items}


def test_a_new_broker_has_everything_before_it_in_order(alpha):  # TEN-01
    with alpha.pin():
        found = checklist.checklist()

    assert [item.key for item in found.items] == [
        "company",
        "second_factor",
        "branding",
        "trading_server",
        "account_types",
        "staff",
        "mail",
        "domain",
    ]
    assert (found.done, found.percent, found.is_ready) == (0, 0, False)
    assert found.next.key == "company"


def test_going_live_waits_for_what_is_required_only(alpha):  # TEN-14
    with alpha.pin():
        found = checklist.checklist()

    assert [item.key for item in found.missing] == [
        "company",
        "second_factor",
        "branding",
        "trading_server",
        "account_types",
        "mail",
    ]


def test_items_follow_the_data_and_only_the_own(alpha, beta):
    alpha.signed_in(make_staff(alpha, "ada@alpha.example"))
    with alpha.pin():
        identity.invite(email="sam@alpha.example", role="support", by=ADA)
        themes.apply_preset("voltr", by=ADA)
        themes.publish(alpha.info, by=ADA)
        Letter.objects.update(state="sent")
    with pin(PUBLIC):
        tenancy.describe(alpha.info.id, by=ADA, country="CY")

    assert {key for key, is_done in done(alpha).items() if is_done} == {
        "company",
        "second_factor",
        "branding",
        "staff",
        "mail",
    }
    assert set(done(beta).values()) == {False}


def test_the_look_that_provisioning_gave_is_not_branding(alpha):
    from provisioning.runs.steps import BY

    with alpha.pin():
        themes.publish_default(name="Alpha Markets", by=BY)

    assert done(alpha)["branding"] is False


def test_one_person_without_a_second_factor_is_one_too_many(alpha):
    alpha.signed_in(make_staff(alpha, "ada@alpha.example"))
    make_staff(alpha, "sam@alpha.example", role="support")

    assert done(alpha)["second_factor"] is False


def test_a_broker_publishes_counts_and_nothing_else(alpha, beta):  # VND-01
    make_person(alpha, "theo@example.com")
    with alpha.pin():
        health.publish()

    with pin(PUBLIC):
        published = tenants.get_tenant(alpha.info.id).health
        assert tenants.get_tenant(beta.info.id).health == {}
    assert published == {
        "accounts_demo": 0,
        "accounts_live": 0,
        "clients": 0,
        "differences": 0,
        "open_positions": 0,
        "proof": "none",
        "undelivered": 0,
    }


def test_the_vendors_own_schema_publishes_nothing(in_public):
    health.publish()

    assert [tenant.health for tenant in tenants.tenants()] == [{}, {}]


@pytest.mark.parametrize("role", ["support", "sales"])
def test_only_administrators_see_the_set_up(alpha, role):
    sam = alpha.signed_in(make_staff(alpha, "sam@alpha.example", role=role), fresh=True)

    for url in ("", "company/", "domains/"):
        assert (url, sam.get(f"/office/provisioning/{url}").status_code) == (url, 403)
