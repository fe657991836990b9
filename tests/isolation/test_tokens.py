"""DOM-04: whatever was signed, mailed or handed out at Alpha is worth nothing at Beta."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.sessions.models import Session

from identity.models import Invitation, User
from kernel import cache, signing, throttle
from kernel.api import keys
from tests.isolation.planting import CANARY, issue_key, plant
from tests.modules.conftest import make_client, switch_on
from tests.support.people import PASSWORD, letters, make_person, make_staff


@pytest.fixture
def ada(alpha):
    return make_staff(alpha, "ada@alpha.example")


@pytest.fixture
def planted(alpha, beta, ada):
    for place in (alpha, beta):
        switch_on(place, "clients", "trading", "notes", "announcements")
    client = make_client(alpha, "theo@alpha.example", "Theo", f"Adler {CANARY}")
    return plant(alpha, admin=ada, client=client)


def test_a_file_link_of_alphas_is_not_found_at_beta_dom_04(alpha, beta, planted):
    link = f"/files/{planted['files:token']}"

    assert beta.client().get(link).status_code == 404
    opened = alpha.client().get(link)
    assert b"".join(opened.streaming_content) == CANARY.encode()


def test_an_invitation_of_alphas_makes_nobody_at_beta_dom_04(alpha, beta, planted):
    link = f"/accounts/invitation/{planted['identity_invitation:token']}/"
    wanted = {"full_name": "Nadia", "password": PASSWORD}

    assert beta.client().get(link).status_code == 410
    assert beta.client().post(link, wanted).status_code == 410
    with beta.pin():
        assert not User.objects.filter(email="nadia@alpha.example").exists()
    with alpha.pin():
        assert Invitation.objects.get(email="nadia@alpha.example").accepted_at is None
    assert alpha.client().get(link).status_code == 200


def test_a_reset_link_of_alphas_changes_no_password_at_beta_dom_04(alpha, beta, ada):
    # Even for the same person id: a row copied from one schema to the other.
    alpha.client().post("/accounts/password/reset/", {"email": ada.email})
    link = "/accounts/password/reset/" + letters(alpha)[-1].text.partition("/password/reset/")[2]
    link = link.split()[0]
    with beta.pin():
        twin = User(id=ada.pk, email=ada.email, kind=ada.kind, password=ada.password)
        twin.save(force_insert=True)
    thief = beta.client()
    answer = thief.get(link, follow=True)
    thief.post(
        answer.request["PATH_INFO"], {"password1": "a new one 4711", "password2": "a new one 4711"}
    )

    with beta.pin():
        assert User.objects.get(pk=ada.pk).password == ada.password
    assert 'type="password"' not in answer.content.decode()
    with alpha.pin():
        assert User.objects.get(pk=ada.pk).password == ada.password
    assert 'type="password"' in alpha.client().get(link, follow=True).content.decode()


def test_an_api_key_of_alphas_speaks_for_nobody_at_beta_api_01(alpha, beta, planted):
    text = planted["api key"]

    def ask(place):
        headers = {"host": place.host, "authorization": f"Bearer {text}"}
        return place.client().get("/api/v1/clients/clients", headers=headers).status_code

    assert (ask(alpha), ask(beta)) == (200, 401)
    with beta.pin():
        assert keys.find_actor(text, address="127.0.0.1") is None


def test_a_key_row_copied_to_beta_does_not_open_it_api_01(alpha, beta):
    # The key's own text names its tenant, so even the same digest is refused.
    from kernel.models.api import ApiKey

    with alpha.pin():
        _, text = issue_key()
        row = ApiKey.objects.get()
    with beta.pin():
        row.save(force_insert=True)
        assert keys.find_actor(text, address="127.0.0.1") is None


def test_a_session_of_alphas_is_nobody_at_beta_even_when_its_row_is_there_dom_04(alpha, beta):
    theo = make_person(alpha, "theo@alpha.example")
    client = alpha.signed_in(theo)
    client.get("/accounts/security/")
    key = client.cookies["session"].value
    with alpha.pin():
        row = Session.objects.get(pk=key)
    with beta.pin():
        Session.objects.create(pk=key, session_data=row.session_data, expire_date=row.expire_date)
        twin = User(id=theo.pk, email=theo.email, kind=theo.kind, password=theo.password)
        twin.save(force_insert=True)
    thief = beta.client()
    thief.cookies["session"] = key

    answer = thief.get("/accounts/security/")

    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (
        302,
        "/accounts/login/",
    )


@pytest.mark.parametrize("purpose", ["file", "runs.confirm", "anything"])
def test_a_value_signed_at_alpha_is_forged_at_beta_dom_04(alpha, beta, purpose):
    with alpha.pin():
        token = signing.dumps({"n": "x"}, purpose=purpose)

    with beta.pin(), pytest.raises(signing.BadSignature):
        signing.loads(token, purpose=purpose)


def test_cache_and_limits_of_one_broker_are_not_those_of_the_other_iso_12(alpha, beta):
    limit = throttle.Limit(times=1, per=dt.timedelta(minutes=1))
    with alpha.pin():
        cache.put("rate", "alpha's")
        first = throttle.hit("try", who="203.0.113.5", limit=limit)
        second = throttle.hit("try", who="203.0.113.5", limit=limit)
    with beta.pin():
        assert cache.get("rate") is None
        cache.put("rate", "beta's")
        assert not throttle.hit("try", who="203.0.113.5", limit=limit)
    with alpha.pin():
        assert cache.get("rate") == "alpha's"
    assert (bool(first), bool(second)) == (False, True)
