from __future__ import annotations

import datetime as dt
import re

import pytest
from allauth.mfa.models import Authenticator

from identity import services
from kernel import clock
from tests.support.people import PASSWORD, letters
from tests.support.sessions import code_of, give_app, sign_in
from tests.support.tenants import SYSTEM

PEOPLE = "/office/identity/people/"
INVITE = "/office/identity/people/invite/"


@pytest.fixture
def newcomer(alpha, ada):
    """A browser of staff who signed in by password and have no second factor yet."""
    client = alpha.client()
    client.post("/accounts/login/", {"login": ada.email, "password": PASSWORD})
    return client


@pytest.mark.parametrize("path", [PEOPLE, "/accounts/security/", "/accounts/password/", INVITE])
def test_staff_without_a_second_factor_are_led_to_set_one_up(newcomer, path):  # AUT-01
    assert newcomer.get(path).headers["Location"] == "/accounts/second-factor/"


def test_staff_set_up_an_app_and_reach_the_office(newcomer, alpha, ada):  # AUT-01
    page = newcomer.get("/accounts/security/app/").content.decode()
    seed = re.search(r"[A-Z2-7]{32}", page)[0]

    answer = newcomer.post("/accounts/security/app/", {"code": code_of(seed)})
    codes = newcomer.get("/accounts/security/codes/")

    assert answer.headers["Location"] == "/accounts/security/codes/"
    assert len(re.findall(r"<bdi dir=\"ltr\">\d{10}</bdi>", codes.content.decode())) == 10
    assert newcomer.get(PEOPLE).status_code == 200
    assert [letter.template for letter in letters(alpha)] == ["identity/security_notice"]


def test_page_of_the_app_has_no_inline_style(newcomer):  # CSP-01
    page = newcomer.get("/accounts/security/app/").content.decode()

    assert "<svg" in page
    assert not re.search(r"\sstyle=|<style|\son\w+=", page)


def test_staff_cannot_remove_their_only_second_factor(alpha, ada):  # AUT-01
    client = sign_in(alpha, ada, fresh=True)

    client.post("/accounts/security/app/remove/")

    with alpha.pin():
        assert Authenticator.objects.filter(user=ada).count() == 1


def test_client_may_remove_the_second_factor(alpha, theo):
    with alpha.pin():
        give_app(theo)
    client = sign_in(alpha, theo, fresh=True)

    client.post("/accounts/security/app/remove/")

    with alpha.pin():
        assert Authenticator.objects.filter(user=theo).count() == 0


def test_sensitive_page_asks_for_the_second_factor_and_leads_back(alpha, ada):  # AUT-01
    client = sign_in(alpha, ada)

    asked = client.get(INVITE)
    proved = client.post(asked.headers["Location"], {"code": code_of(give_app_of(alpha, ada))})

    assert (
        asked.headers["Location"]
        == "/accounts/security/again/?next=%2Foffice%2Fidentity%2Fpeople%2Finvite%2F"
    )
    assert proved.headers["Location"] == INVITE
    assert client.get(INVITE).status_code == 200


def give_app_of(place, user):
    with place.pin():
        return give_app(user)


def test_proof_of_the_second_factor_grows_old(alpha, ada):
    client = sign_in(alpha, ada, fresh=True)
    assert client.get(INVITE).status_code == 200

    with clock.frozen(clock.now() + dt.timedelta(minutes=11)):
        assert client.get(INVITE).status_code == 302


def test_password_alone_does_not_open_a_sensitive_page(alpha, ada):
    client = sign_in(alpha, ada)

    client.post("/accounts/again/?next=/", {"password": PASSWORD})

    assert client.get(INVITE).status_code == 302


def test_pressing_a_sensitive_button_changes_nothing_before_the_proof(alpha, ada, sol):
    client = sign_in(alpha, ada)

    answer = client.post(
        f"/office/identity/people/{sol.pk}/disable/",
        headers={"referer": f"http://{alpha.host}{PEOPLE}"},
    )

    assert answer.status_code == 302
    assert "people%2F" in answer.headers["Location"]
    with alpha.pin():
        sol.refresh_from_db()
    assert sol.is_active


def test_administrator_can_free_someone_who_lost_the_phone(alpha, ada, sol):  # AUT-03
    sols = sign_in(alpha, sol)

    sign_in(alpha, ada, fresh=True).post(f"/office/identity/people/{sol.pk}/factors/")

    assert sols.get("/accounts/security/").headers["Location"].startswith("/accounts/login/")
    assert [letter.to for letter in letters(alpha)] == [sol.email]
    again = alpha.client()
    again.post("/accounts/login/", {"login": sol.email, "password": PASSWORD})
    assert again.get("/office/").status_code in (302, 404)
    assert again.get("/accounts/security/").headers["Location"] == "/accounts/second-factor/"


def test_staff_from_a_strange_address_stay_outside(alpha, ada, theo):
    with alpha.pin():
        services.allow_address(
            network="192.0.2.0/24", note="office", by=SYSTEM, from_address="192.0.2.9"
        )

    outside, inside = sign_in(alpha, ada), sign_in(alpha, ada)
    inside.defaults["REMOTE_ADDR"] = "192.0.2.44"

    assert outside.get(PEOPLE).status_code == 403
    assert inside.get(PEOPLE).status_code == 200
    assert sign_in(alpha, theo).get("/accounts/security/").status_code == 200
