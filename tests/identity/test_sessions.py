from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection
from django.test import override_settings

from identity import services, sessions
from identity.session_store import SessionStore
from kernel import clock
from tenants.schemas.provisioner import admin
from tests.support.people import PASSWORD
from tests.support.sessions import sign_in
from tests.support.tenants import SYSTEM

SECURITY = "/accounts/security/"


def test_session_of_alpha_is_nobody_at_beta(alpha, beta, ada, ben):  # DOM-04
    ada_session = sign_in(alpha, ada).cookies["session"].value
    client = beta.client()
    client.cookies["session"] = ada_session

    assert client.get("/office/identity/people/").headers["Location"].startswith("/accounts/login/")


def test_a_lost_database_does_not_look_like_a_session_that_was_ended(alpha, theo):
    key = sign_in(alpha, theo).cookies["session"].value

    with alpha.pin():
        session = SessionStore(key)
        session["seen"] = "now"
        with admin() as killer:
            pid = connection.connection.info.backend_pid
            killer.execute("SELECT pg_terminate_backend(%s)", [pid])
        with pytest.raises(OperationalError):
            session.save()
        connection.close()
        session.delete()
        with pytest.raises(UpdateError):
            session.save()


def test_session_row_copied_to_beta_is_flushed_there(alpha, beta, theo):  # DOM-04
    original = sign_in(alpha, theo)
    original.get(SECURITY)
    key = original.cookies["session"].value
    with alpha.pin():
        row = Session.objects.get(pk=key)
        data, until = row.session_data, row.expire_date
    with beta.pin():
        Session.objects.create(pk=key, session_data=data, expire_date=until)
    client = beta.client()
    client.cookies["session"] = key

    assert client.get(SECURITY).status_code == 302
    with beta.pin():
        assert not Session.objects.filter(pk=key).exists()


def test_signing_in_changes_the_session_id(alpha, theo):  # AUT-04
    client = alpha.client()
    client.get("/accounts/login/")
    with alpha.pin():
        store = client.session
        store["mark"] = 1
        store.save()
    before = store.session_key
    client.cookies["session"] = before

    client.post("/accounts/login/", {"login": theo.email, "password": PASSWORD})

    assert client.cookies["session"].value != before
    with alpha.pin():
        assert not Session.objects.filter(pk=before).exists()


def test_other_devices_can_be_signed_out(alpha, theo):  # AUT-04
    words = {"login": theo.email, "password": PASSWORD}
    here, there = alpha.client(), alpha.client()
    here.post("/accounts/login/", words)
    there.post("/accounts/login/", words)

    assert here.post("/accounts/security/devices/").status_code == 302

    assert here.get(SECURITY).status_code == 200
    assert there.get(SECURITY).status_code == 302


def test_idle_session_ends(alpha, ada):  # AUT-05
    client = sign_in(alpha, ada)
    client.get(SECURITY)

    with clock.frozen(clock.now() + dt.timedelta(minutes=61)):
        assert client.get(SECURITY).status_code == 302


def test_busy_session_ends_when_it_is_too_old(alpha, ada):  # AUT-05
    client = sign_in(alpha, ada)
    start = clock.now()
    for half_hours in range(24):
        with clock.frozen(start + half_hours * dt.timedelta(minutes=30)):
            assert client.get(SECURITY).status_code == 200

    with clock.frozen(start + dt.timedelta(hours=12, minutes=1)):
        assert client.get(SECURITY).status_code == 302


def test_client_who_asked_stays_signed_in_for_days(alpha, theo):  # AUT-05
    client = alpha.client()
    client.post("/accounts/login/", {"login": theo.email, "password": PASSWORD, "remember": "on"})

    with clock.frozen(clock.now() + dt.timedelta(days=5)):
        assert client.get(SECURITY).status_code == 200
    with clock.frozen(clock.now() + dt.timedelta(days=13)):
        assert client.get(SECURITY).status_code == 302


def test_disabled_person_is_out_at_once(alpha, theo):  # AUT-05
    client = sign_in(alpha, theo)
    assert client.get(SECURITY).status_code == 200

    with alpha.pin():
        services.disable_person(theo.pk, by=SYSTEM)

    assert client.get(SECURITY).status_code == 302


def test_new_password_ends_the_other_sessions(alpha, theo):  # AUT-04
    here, there = sign_in(alpha, theo), sign_in(alpha, theo)

    here.post(
        "/accounts/password/", {"oldpassword": PASSWORD, "password1": "another long sentence"}
    )

    assert here.get(SECURITY).status_code == 200
    assert there.get(SECURITY).status_code == 302


def test_cookies_stay_on_their_host(alpha, theo):  # DOM-03
    with override_settings(
        SESSION_COOKIE_NAME="__Host-session",
        SESSION_COOKIE_SECURE=True,
        CSRF_COOKIE_NAME="__Host-csrf",
        CSRF_COOKIE_SECURE=True,
    ):
        client = alpha.client()
        answer = client.post(
            "/accounts/login/", {"login": theo.email, "password": PASSWORD}, secure=True
        )

    cookie = answer.cookies["__Host-session"]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
    assert (cookie["domain"], cookie["path"]) == ("", "/")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_cookie_names_say_host_when_the_scheme_is_safe(scheme, monkeypatch):  # DOM-03
    import importlib

    from identity import defaults

    monkeypatch.setenv("PUBLIC_SCHEME", scheme)
    names = importlib.reload(defaults)
    found = (names.SESSION_COOKIE_NAME, names.CSRF_COOKIE_NAME, names.SESSION_COOKIE_SECURE)
    monkeypatch.undo()
    importlib.reload(defaults)

    https = scheme == "https"
    prefix = "__Host-" if https else ""
    assert found == (f"{prefix}session", f"{prefix}csrf", https)


def test_a_visit_is_written_down_once_a_minute(alpha, theo):
    client = sign_in(alpha, theo)
    client.get(SECURITY)
    with alpha.pin():
        first = client.session[sessions.SEEN]
    client.get(SECURITY)

    with alpha.pin():
        assert client.session[sessions.SEEN] == first
