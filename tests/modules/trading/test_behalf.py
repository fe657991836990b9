"""Colleagues open accounts on behalf of clients (ACC-13); only the client sees the password."""

from __future__ import annotations

import re

from kernel.models import AuditEntry
from modules.trading import queries
from modules.trading.models import AccountType, TradingAccount
from tests.modules.conftest import make_client
from tests.modules.trading.conftest import carry_out_all
from tests.modules.trading.test_opening import on_server

OPEN = "/office/trading/accounts/open"


def test_colleague_opens_live_and_demo_for_a_client_and_the_audit_names_him(
    alpha, ada, theo, wired, types
):
    browser = alpha.signed_in(ada)

    card = browser.get(f"/office/clients/{theo.pk}/").content.decode()
    found = browser.get(f"{OPEN}/", {"q": "Adler"}).content.decode()
    for kind in ("live", "demo"):
        answer = browser.post(f"{OPEN}/{theo.pk}/{types[kind]}/", {"leverage": "100"})
        assert re.fullmatch(r"/office/trading/accounts/[0-9a-f-]{36}/", answer["Location"])
    carry_out_all(alpha)

    assert f"{OPEN}/{theo.pk}/" in card
    assert f"{OPEN}/{theo.pk}/" in found
    with alpha.pin():
        accounts = queries.accounts_of(theo.pk)
        notes = AuditEntry.objects.filter(action="trading.account_asked")
        assert {note.actor for note in notes} == {f"person:{ada.pk}"}
    assert [one.state for one in accounts] == ["open", "open"]
    assert on_server(alpha, wired, accounts[0].login).first_name == "Theo"


def test_password_waits_for_the_client_and_no_colleague_sees_it(alpha, ada, theo, types):
    office, room = alpha.signed_in(ada), alpha.signed_in(theo)
    answer = office.post(f"{OPEN}/{theo.pk}/{types['live']}/", {"leverage": "100"})
    carry_out_all(alpha)
    account_id = answer["Location"].rstrip("/").rpartition("/")[2]

    page = room.get(f"/room/trading/{account_id}/").content.decode()
    tried = office.post(f"/room/trading/opening/{account_id}/credentials/")
    shown = room.post(f"/room/trading/opening/{account_id}/credentials/")
    after = room.get(f"/room/trading/{account_id}/").content.decode()

    assert "waits for you" in page
    assert tried.status_code in {403, 404}
    assert shown.status_code == 200
    assert "waits for you" not in after


def test_type_for_the_office_is_offered_and_a_disabled_one_is_not(alpha, ada, theo, types):
    browser = alpha.signed_in(ada)
    with alpha.pin():
        AccountType.objects.filter(pk=types["live"]).update(visibility="office")
        AccountType.objects.filter(pk=types["demo"]).update(visibility="disabled")

    page = browser.get(f"{OPEN}/{theo.pk}/").content.decode()
    disabled = browser.post(f"{OPEN}/{theo.pk}/{types['demo']}/", {"leverage": "100"})

    assert "Standard live" in page
    assert "Standard demo" not in page
    assert disabled.status_code == 404


def test_neither_clients_nor_another_broker_open_for_a_client(alpha, beta, ben, theo, types):
    there = make_client(beta, "bea@example.com", "Bea", "Berg")
    path = f"{OPEN}/{theo.pk}/{types['live']}/"

    by_client = alpha.signed_in(theo).post(path, {"leverage": "100"})
    by_other = beta.signed_in(ben).post(path, {"leverage": "100"})
    own_client = beta.signed_in(ben).post(
        f"{OPEN}/{there.pk}/{types['live']}/", {"leverage": "100"}
    )
    searched = beta.signed_in(ben).get(f"{OPEN}/", {"q": "Adler"}).content.decode()

    assert by_client.status_code in {302, 403, 404}
    assert (by_other.status_code, own_client.status_code) == (404, 404)
    assert "Adler</a>" not in searched
    for place in (alpha, beta):
        with place.pin():
            assert not TradingAccount.objects.exists()
