from __future__ import annotations

import pytest

from identity import queries, services
from identity.models import Role, User
from tests.support.people import letters
from tests.support.sessions import sign_in
from tests.support.tenants import SYSTEM

PEOPLE = "/office/identity/people/"
PAGES = {
    PEOPLE: "identity.see_people",
    "/office/identity/people/invite/": "identity.manage_people",
    "/office/identity/roles/": "identity.see_people",
    "/office/identity/roles/new/": "identity.manage_roles",
    "/office/identity/teams/": "identity.manage_roles",
    "/office/identity/addresses/": "identity.manage_roles",
}


@pytest.mark.parametrize("path", PAGES)
def test_pages_open_to_the_right_people_only(alpha, ada, sol, theo, path):
    anonymous = alpha.client().get(path)
    by_client, by_wrong_role = sign_in(alpha, theo).get(path), sign_in(alpha, sol).get(path)
    by_admin = sign_in(alpha, ada, fresh=True).get(path)

    assert anonymous.headers["Location"].startswith("/accounts/login/")
    assert (by_client.status_code, by_wrong_role.status_code) == (403, 403)
    assert by_admin.status_code == 200


@pytest.mark.parametrize("path", ["/console/identity/people/", "/console/identity/roles/"])
def test_console_pages_are_the_vendors(vendor, alpha, omar, ada, path):
    assert sign_in(vendor, omar, fresh=True).get(path).status_code == 200
    assert sign_in(alpha, ada, fresh=True).get(path).status_code == 404


@pytest.mark.parametrize("action", ["disable", "enable", "sign-out", "factors"])
def test_ids_of_beta_are_unknown_at_alpha(alpha, ada, ben, action):  # ISO-13
    client = sign_in(alpha, ada, fresh=True)

    assert client.post(f"{PEOPLE}{ben.pk}/{action}/").status_code == 404
    assert client.get(f"{PEOPLE}{ben.pk}/").status_code == 404


def test_administrator_invites_from_the_page(alpha, ada):
    with alpha.pin():
        role = Role.objects.get(key="support")

    answer = sign_in(alpha, ada, fresh=True).post(
        f"{PEOPLE}invite/", {"email": "new@alpha.example", "full_name": "", "role": str(role.pk)}
    )

    assert answer.headers["Location"] == PEOPLE
    assert [(letter.template, letter.to) for letter in letters(alpha)] == [
        ("identity/invitation", "new@alpha.example")
    ]


def test_invitation_to_someone_here_is_a_sentence_at_the_field(alpha, ada, theo):
    with alpha.pin():
        role = Role.objects.get(key="support")

    answer = sign_in(alpha, ada, fresh=True).post(
        f"{PEOPLE}invite/", {"email": theo.email, "role": str(role.pk)}
    )

    assert answer.status_code == 422
    assert "has an account here already" in answer.content.decode()
    assert letters(alpha) == []


def test_matrix_saves_what_was_chosen(alpha, ada):
    client = sign_in(alpha, ada, fresh=True)

    client.post(
        "/office/identity/roles/new/",
        {"name": "Desk", "right.identity.see_people": "team", "masked": ["phone"]},
    )

    with alpha.pin():
        role = next(line for line in queries.role_lines() if line.name == "Desk")
        sheet = queries.role_sheet(role.id)
        assert (dict(sheet.grants), sheet.masked) == ({"identity.see_people": "team"}, ("phone",))
    page = client.get(f"/office/identity/roles/{role.id}/").content.decode()
    assert '<option value="team" selected>' in page


def test_administrator_changes_roles_and_disables_from_the_page(alpha, ada, sol):
    with alpha.pin():
        support = Role.objects.get(key="support")
    client = sign_in(alpha, ada, fresh=True)

    client.post(f"{PEOPLE}{sol.pk}/", {"roles": [str(support.pk)]})
    client.post(f"{PEOPLE}{sol.pk}/disable/", {"reason": "left"})

    with alpha.pin():
        line = queries.person_line(sol.pk)
    assert ([role.name for role in line.roles], line.is_active) == (["Support"], False)


def test_teams_are_made_filled_and_removed(alpha, ada, sol):
    client = sign_in(alpha, ada, fresh=True)

    made = client.post("/office/identity/teams/", {"name": "Madrid"}).headers["Location"]
    client.post(made, {"people": [str(sol.pk)]})

    with alpha.pin():
        team = queries.team_lines()[0]
    assert (team.name, [person.id for person in team.people]) == ("Madrid", [sol.pk])
    client.post(f"{made}remove/")
    with alpha.pin():
        assert queries.team_lines() == ()


def test_address_of_the_writer_comes_first(alpha, ada):
    client = sign_in(alpha, ada, fresh=True)

    refused = client.post("/office/identity/addresses/", {"network": "192.0.2.0/24"})
    client.post("/office/identity/addresses/", {"network": "127.0.0.1"})

    assert refused.status_code == 422
    with alpha.pin():
        assert [rule.network for rule in queries.address_rules()] == ["127.0.0.1/32"]


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/login/",
        "/accounts/register/",
        "/accounts/password/reset/",
        "/accounts/password/reset/sent/",
        "/accounts/password/reset/done/",
        "/accounts/inactive/",
    ],
)
def test_entrance_pages_open_to_all(alpha, path):
    answer = alpha.client().get(path)

    assert answer.status_code == 200
    assert "Alpha Markets" in answer.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/security/",
        "/accounts/security/app/",
        "/accounts/security/passkeys/",
        "/accounts/security/passkeys/add/",
        "/accounts/security/devices/",
        "/accounts/password/",
        "/accounts/email/",
        "/accounts/logout/",
    ],
)
def test_own_security_pages_open_in_each_frame(alpha, vendor, theo, ada, omar, path):
    for place, user in ((alpha, theo), (alpha, ada), (vendor, omar)):
        answer = sign_in(place, user, fresh=True).get(path)
        assert answer.status_code in ({200, 302} if path.endswith("app/") else {200})
    assert alpha.client().get(path).status_code == 302


def test_client_may_set_up_an_app_after_typing_the_password(alpha, theo):
    client = sign_in(alpha, theo)

    assert client.get("/accounts/security/app/").headers["Location"].startswith("/accounts/again/")


def test_making_the_first_vendor_twice_makes_one(vendor, monkeypatch, capsys):
    from django.core.management import call_command

    monkeypatch.setenv("ATRIUM_VENDOR_PASSWORD", "correct horse battery staple")

    call_command("create_vendor", email="omar@vendor.example", name="Omar")
    call_command("create_vendor", email="omar@vendor.example", name="Omar")

    with vendor.pin():
        assert list(User.objects.values_list("email", "kind")) == [
            ("omar@vendor.example", "vendor")
        ]


def test_passkey_question_is_answered_as_json(alpha):
    answer = alpha.client().get("/accounts/login/passkey/", headers={"accept": "application/json"})

    assert answer.json()["request_options"]["publicKey"]["rpId"] == alpha.host.partition(":")[0]


def test_last_admin_refusal_is_shown_as_a_message(alpha, ada):
    with alpha.pin():
        services.seed_roles(by=SYSTEM)
    client = sign_in(alpha, ada, fresh=True)

    client.post(f"{PEOPLE}{ada.pk}/", {"roles": []})

    assert "last administrator" in client.get(f"{PEOPLE}{ada.pk}/").content.decode()


def test_front_door_leads_everyone_to_their_place(alpha, ada, theo):
    assert alpha.client().get("/").headers["Location"] == "/accounts/login/"
    assert sign_in(alpha, ada).get("/").headers["Location"].startswith("/office/")
    assert sign_in(alpha, theo).get("/").headers["Location"].startswith("/room/")
    assert sign_in(alpha, ada).get("/office/").headers["Location"].startswith("/office/")


def test_whoever_just_joined_begins_with_the_checklist(alpha, ada):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    client = sign_in(alpha, ada, fresh=True)
    with alpha.pin():
        RecoveryCodes.activate(ada)

    page = client.get("/accounts/security/codes/").content.decode()

    assert 'href="/office/provisioning/' in page
