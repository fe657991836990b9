from __future__ import annotations

import re

import pytest

from kernel import audit
from kernel.models import ApiKey
from tests.support.people import make_person

KEYS = "/office/kernel/api-keys/"


@pytest.fixture
def ada(alpha):
    return make_person(alpha, "ada@alpha.example", kind="staff", role="admin")


@pytest.fixture
def office(alpha, ada):
    return alpha.signed_in(ada, fresh=True)


def test_the_reference_needs_a_session_and_nothing_inline_csp_01(alpha, office):
    assert alpha.client().get("/api/docs").status_code == 302

    page = office.get("/api/docs")

    text = page.content.decode()
    assert page.status_code == 200
    assert "<h1>" in text
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son\w+=", text)


def test_a_key_is_shown_once_and_works_at_once_api_01(alpha, office):
    assert office.get(KEYS).status_code == 200
    page = office.post(
        f"{KEYS}new/",
        {"title": "Website", "scopes": ["identity.see_people"], "lasts": "30", "networks": ""},
    )
    (text,) = set(re.findall(r"ak_[0-9a-f]{8}_[\w-]{43}", page.content.decode()))

    listed = office.get(KEYS).content.decode()
    description = alpha.client().get(
        "/api/openapi.json", headers={"authorization": f"Bearer {text}"}
    )

    assert page["Cache-Control"] == "no-store"
    assert text not in listed
    assert "Website" in listed
    assert description.status_code == 200


def test_a_key_can_be_revoked(alpha, office):
    office.post(f"{KEYS}new/", {"title": "Website", "scopes": ["identity.see_people"], "lasts": ""})
    with alpha.pin():
        key = ApiKey.objects.get()

    assert office.get(f"{KEYS}{key.pk}/revoke/").status_code == 405
    assert office.post(f"{KEYS}{key.pk}/revoke/").status_code == 302
    with alpha.pin():
        assert ApiKey.objects.get().revoked_at is not None
        assert audit.entries(limit=1)[0].action == "kernel.api_key_revoked"


@pytest.mark.parametrize(
    "words",
    [
        {"title": "", "scopes": ["identity.see_people"]},
        {"title": "x", "scopes": []},
        {"title": "x", "scopes": ["no.such_right"]},
        {"title": "x", "scopes": ["identity.see_people"], "networks": "elsewhere"},
    ],
)
def test_what_cannot_be_is_said_on_the_form(alpha, office, words):
    page = office.post(f"{KEYS}new/", {"lasts": "30", **words})

    assert page.status_code == 422
    with alpha.pin():
        assert ApiKey.objects.count() == 0


@pytest.mark.parametrize("where", ["", "new/"])
def test_who_may_see_the_keys(alpha, beta, ada, where):
    theo = make_person(alpha, "theo@alpha.example")
    ben = make_person(beta, "ben@beta.example", kind="staff", role="admin")
    stranger = alpha.client()
    stranger.cookies = beta.signed_in(ben, fresh=True).cookies

    assert alpha.client().get(KEYS + where).status_code == 302
    assert stranger.get(KEYS + where).status_code == 302
    assert alpha.signed_in(theo).get(KEYS + where).status_code == 403
    assert alpha.signed_in(ada).get(KEYS + where).status_code in {302, 403}
    assert alpha.signed_in(ada, fresh=True).get(KEYS + where).status_code == 200
