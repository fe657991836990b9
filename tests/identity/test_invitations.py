from __future__ import annotations

import datetime as dt
import re

import pytest

from identity import queries, services
from identity.errors import EmailTaken, InvitationSpent, MoreThanYours
from identity.models import Invitation, Kind, User
from kernel import clock
from kernel.models.outbox import OutboxEvent
from tests.support.people import PASSWORD, letters
from tests.support.sessions import code_of
from tests.support.tenants import SYSTEM


def invite(place, email="ada@alpha.example", role="admin"):
    with place.pin():
        services.invite(email=email, role=role, by=SYSTEM)
    return re.search(r"/accounts/invitation/\S+/", letters(place)[-1].text)[0]


def test_invited_person_goes_from_the_mail_to_the_office(alpha):
    path = invite(alpha)
    client = alpha.client()

    answer = client.post(path, {"full_name": "Ada Ames", "password": PASSWORD})
    page = client.get("/accounts/security/app/").content.decode()
    seed = re.search(r"[A-Z2-7]{32}", page)[0]
    client.post("/accounts/security/app/", {"code": code_of(seed)})

    assert answer.headers["Location"] == "/accounts/second-factor/"
    assert client.get("/office/identity/people/invite/").status_code == 200
    with alpha.pin():
        ada = User.objects.get()
        assert (ada.full_name, ada.kind, ada.email) == ("Ada Ames", Kind.STAFF, "ada@alpha.example")
        assert queries.actor_of(ada).may("identity.manage_roles")
        assert list(OutboxEvent.objects.values_list("name", flat=True)) == ["identity.StaffJoined"]


def test_invitation_works_once(alpha):
    path = invite(alpha)
    alpha.client().post(path, {"full_name": "Ada Ames", "password": PASSWORD})

    again = alpha.client().post(path, {"full_name": "Eve", "password": PASSWORD})

    assert again.status_code == 410
    with alpha.pin():
        assert list(User.objects.values_list("full_name", flat=True)) == ["Ada Ames"]


def test_invitation_of_alpha_is_nothing_at_beta(alpha, beta):  # DOM-04
    path = invite(alpha)

    assert beta.client().get(path).status_code == 410
    with beta.pin():
        assert User.objects.count() == 0


def test_invitation_grows_old(alpha):
    path = invite(alpha)

    with clock.frozen(clock.now() + dt.timedelta(days=8)):
        assert alpha.client().get(path).status_code == 410


def test_withdrawn_invitation_does_not_work(alpha):
    path = invite(alpha)
    with alpha.pin():
        services.revoke_invitation(Invitation.objects.get().pk, by=SYSTEM)

    assert alpha.client().get(path).status_code == 410


def test_new_link_replaces_the_one_before(alpha):
    first = invite(alpha)
    with alpha.pin():
        services.invite_again(Invitation.objects.get().pk, by=SYSTEM)
    second = re.search(r"/accounts/invitation/\S+/", letters(alpha)[-1].text)[0]

    assert alpha.client().get(first).status_code == 410
    assert alpha.client().get(second).status_code == 200


def test_inviting_twice_leaves_one_invitation_open(alpha):
    invite(alpha)
    invite(alpha)

    with alpha.pin():
        assert len(queries.invitation_lines()) == 1


def test_token_is_not_in_the_database(alpha):
    token = invite(alpha).split("/")[3]

    with alpha.pin():
        assert token not in str(Invitation.objects.values_list())


def test_weak_password_is_refused_and_the_invitation_stays(alpha):  # AUT-08
    path = invite(alpha)

    answer = alpha.client().post(path, {"full_name": "Ada Ames", "password": "password1234"})

    assert answer.status_code == 422
    with alpha.pin():
        assert User.objects.count() == 0
        assert len(queries.invitation_lines()) == 1


def test_someone_who_is_here_already_is_not_invited(alpha, theo):
    with alpha.pin(), pytest.raises(EmailTaken):
        services.invite(email="THEO@example.com", role="support", by=SYSTEM)


def test_nobody_invites_above_their_own_rights(alpha, sol):
    with alpha.pin(), pytest.raises(MoreThanYours):
        services.invite(email="x@example.com", role="admin", by=queries.actor_of(sol))

    assert letters(alpha) == []


def test_unknown_token_is_refused(in_alpha):
    with pytest.raises(InvitationSpent):
        services.accept("not-a-token", full_name="Eve", password=PASSWORD)
