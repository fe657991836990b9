"""The console by caller: nobody, a broker's people, the wrong role, the right one."""

from __future__ import annotations

import uuid

import pytest

from identity.models import Role
from kernel import audit
from kernel.pin import PUBLIC, pin
from tenants import queries as tenants
from tests.support.people import make_person, make_staff

NOBODY = uuid.UUID(int=1)


def posts(alpha):
    broker = f"/console/brokers/{alpha.info.id}"
    return [
        (f"{broker}/suspend/", {"reason": "unpaid for long"}),
        (f"{broker}/resume/", {"reason": "paid again"}),
        (f"{broker}/sandbox/", {"is_sandbox": "1"}),
        (f"/console/runs/{NOBODY}/retry/", {}),
        (f"/console/outbox/{NOBODY}/revive/", {}),
        (f"/console/outbox/{NOBODY}/drop/", {"reason": "made by a test"}),
    ]


def unchanged(alpha):
    with pin(PUBLIC):
        tenant = tenants.get_tenant(alpha.info.id)
        return tenant.state, tenant.is_sandbox


@pytest.fixture
def idle(vendor):
    """Someone of the vendor's who may do nothing."""
    with pin(PUBLIC):
        Role.objects.create(key="idle", name="Idle", kind="vendor", grants={})
    return vendor.signed_in(make_staff(vendor, "idle@atrium.example", role="idle"), fresh=True)


def test_nobody_is_sent_to_sign_in_and_changes_nothing(vendor, alpha, console_urls):
    client = vendor.client()

    for url in console_urls:
        assert (url, client.get(url).status_code) == (url, 302)
    for url, words in posts(alpha):
        assert (url, client.post(url, words).status_code) == (url, 302)
    assert unchanged(alpha) == ("live", False)


def test_the_wrong_role_is_refused_and_changes_nothing(alpha, console_urls, idle):
    for url in console_urls:
        assert (url, idle.get(url).status_code) == (url, 403)
    for url, words in posts(alpha):
        assert (url, idle.post(url, words).status_code) == (url, 403)
    assert unchanged(alpha) == ("live", False)


def test_a_brokers_admin_finds_no_console_at_home(alpha, console_urls):
    ada = alpha.signed_in(make_staff(alpha, "ada@alpha.example"), fresh=True)

    for url in console_urls:
        assert (url, ada.get(url).status_code) == (url, 404)


def test_a_brokers_session_is_nobody_at_the_vendors(vendor, alpha, console_urls):  # DOM-04
    ada = alpha.signed_in(make_staff(alpha, "ada@alpha.example"), fresh=True)
    stranger = vendor.client()
    stranger.cookies = ada.cookies

    for url in console_urls:
        assert (url, stranger.get(url).status_code) == (url, 302)


def test_the_vendors_admin_reads_every_page(console_urls, omar):
    for url in console_urls:
        assert (url, omar.get(url).status_code) == (url, 200)


def test_a_broker_that_does_not_exist_is_not_found(omar):
    assert omar.get(f"/console/brokers/{NOBODY}/").status_code == 404
    assert omar.get(f"/console/outbox/?broker={NOBODY}").status_code == 404
    assert omar.get("/console/outbox/?broker=alpha").status_code == 404
    assert omar.get(f"/console/runs/{NOBODY}/").status_code == 404


def test_closing_doors_needs_a_fresh_second_factor(vendor, alpha):
    stale = vendor.signed_in(make_staff(vendor, "omar@atrium.example"))

    answer = stale.post(f"/console/brokers/{alpha.info.id}/suspend/", {"reason": "unpaid for long"})

    assert answer.status_code != 200
    assert unchanged(alpha) == ("live", False)


def test_suspending_needs_a_reason_and_is_recorded(alpha, omar):
    url = f"/console/brokers/{alpha.info.id}/suspend/"
    omar.post(url, {"reason": ""})
    assert unchanged(alpha) == ("live", False)

    omar.post(url, {"reason": "unpaid for long"})

    assert unchanged(alpha) == ("suspended", False)
    assert alpha.client().get("/accounts/login/").status_code == 503
    with pin(PUBLIC):
        (deed,) = audit.entries(limit=1)
    assert (deed.action, deed.reason, deed.actor_name) == (
        "tenants.moved",
        "unpaid for long",
        "Omar",
    )

    omar.post(f"/console/brokers/{alpha.info.id}/resume/", {"reason": "paid again"})
    assert unchanged(alpha) == ("live", False)


def test_a_client_of_a_broker_is_nobody_here(vendor, alpha, console_urls):
    theo = alpha.signed_in(make_person(alpha, "theo@example.com"))
    stranger = vendor.client()
    stranger.cookies = theo.cookies

    for url in console_urls:
        assert (url, stranger.get(url).status_code) == (url, 302)
