from __future__ import annotations

import uuid

import pytest

from kernel.pin import PUBLIC, pin
from tenants import queries as tenants
from tests.support.people import make_person, make_staff

OFFICE = "/office/provisioning/"


@pytest.fixture
def ada(alpha):
    return alpha.signed_in(make_staff(alpha, "ada@alpha.example"), fresh=True)


@pytest.fixture
def ben(beta):
    return beta.signed_in(make_staff(beta, "ben@beta.example"), fresh=True)


def hosts_of(place):
    with pin(PUBLIC):
        return [(one.host, one.state, one.is_primary) for one in tenants.domains_of(place.info.id)]


def custom(place):
    with pin(PUBLIC):
        return next(one for one in tenants.domains_of(place.info.id) if one.is_custom)


def test_the_checklist_is_the_first_page_of_a_new_broker(ada):
    page = ada.get(OFFICE).content.decode()

    assert page.count('data-done="yes"') == 1  # Ada's own second factor
    assert page.count('data-done="no"') == 7
    assert "5 things are left before you can open to clients." in page


def test_nobody_and_clients_do_not_see_it(alpha):
    theo = alpha.signed_in(make_person(alpha, "theo@example.com"))

    for url in (OFFICE, f"{OFFICE}company/", f"{OFFICE}domains/"):
        assert (url, alpha.client().get(url).status_code) == (url, 302)
        assert (url, theo.get(url).status_code) == (url, 403)


def test_company_details_are_changed_for_the_own_broker_only(ada, alpha, beta):
    words = {"name": "Alpha  Prime", "country": "CY", "locale": "en", "time_zone": "Asia/Nicosia"}

    assert ada.post(f"{OFFICE}company/", words).status_code == 302

    with pin(PUBLIC):
        changed = tenants.get_tenant(alpha.info.id)
        assert (changed.name, changed.country, changed.time_zone) == (
            "Alpha Prime",
            "CY",
            "Asia/Nicosia",
        )
        assert tenants.get_tenant(beta.info.id).name == "Beta Capital"


def test_an_unknown_country_changes_nothing(ada, alpha):
    words = {"name": "Alpha Prime", "country": "XX", "locale": "en", "time_zone": "UTC"}

    assert ada.post(f"{OFFICE}company/", words).status_code == 422

    with pin(PUBLIC):
        assert tenants.get_tenant(alpha.info.id).name == "Alpha Markets"


def test_a_domain_is_added_with_both_records_to_set(ada, alpha):
    assert ada.post(f"{OFFICE}domains/", {"host": "My.Alpha-Broker.com"}).status_code == 302

    line = custom(alpha)
    page = ada.get(f"{OFFICE}domains/").content.decode()
    assert hosts_of(alpha) == [
        ("alpha.localhost", "verified", True),
        ("my.alpha-broker.com", "pending", False),
    ]
    assert [word in page for word in (line.txt_name, line.txt_value, line.cname_target)] == [
        True
    ] * 3


@pytest.mark.parametrize("host", ["alpha", "not a host", "x.localhost", "http://my.broker.com/"])
def test_a_domain_that_is_none_is_refused_with_a_sentence(ada, alpha, host):
    answer = ada.post(f"{OFFICE}domains/", {"host": host})

    assert answer.status_code == 422
    assert "is not a full domain name" in answer.content.decode()
    assert hosts_of(alpha) == [("alpha.localhost", "verified", True)]


def test_a_domain_of_another_broker_is_refused_and_untouchable(ada, ben, alpha):
    ada.post(f"{OFFICE}domains/", {"host": "my.alpha-broker.com"})
    line = custom(alpha)
    ben.cookies["language"] = "en"  # his broker greets in Arabic

    answer = ben.post(f"{OFFICE}domains/", {"host": "my.alpha-broker.com"})
    assert "is in use or was freed less than 90 days ago." in answer.content.decode()
    for verb in ("check", "primary", "remove"):
        assert ben.post(f"{OFFICE}domains/{line.id}/{verb}/").status_code == 404
    assert hosts_of(alpha)[1] == ("my.alpha-broker.com", "pending", False)


def test_an_unproven_domain_cannot_become_primary(ada, alpha):
    ada.post(f"{OFFICE}domains/", {"host": "my.alpha-broker.com"})

    ada.post(f"{OFFICE}domains/{custom(alpha).id}/primary/")

    assert hosts_of(alpha)[0] == ("alpha.localhost", "verified", True)


def test_a_removed_domain_is_gone_and_the_platforms_own_stays(ada, alpha):
    ada.post(f"{OFFICE}domains/", {"host": "my.alpha-broker.com"})
    ada.post(f"{OFFICE}domains/{custom(alpha).id}/remove/")
    with pin(PUBLIC):
        (own,) = tenants.domains_of(alpha.info.id)

    ada.post(f"{OFFICE}domains/{own.id}/remove/")
    ada.post(f"{OFFICE}domains/{uuid.UUID(int=1)}/remove/")

    assert hosts_of(alpha) == [("alpha.localhost", "verified", True)]
