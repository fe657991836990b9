from __future__ import annotations

import pytest
from django.urls import reverse

from kernel import clock
from modules.trading.models import AccountType
from provisioning.servers import queries, services
from provisioning.servers.models import Certification, Probe, Server
from tests.support.people import make_person
from tests.support.plain_servers import closed_port, forwarder
from tests.support.tenants import SYSTEM

LIST = "/office/provisioning/servers/"
CONNECT = "/office/provisioning/servers/connect/"


@pytest.fixture
def client(alpha, ada):
    """Ada at her desk, her second factor just proved."""
    return alpha.signed_in(ada, fresh=True)


@pytest.fixture
def filled(simulator):
    """The form as Ada fills it in."""
    return {
        "name": "Alpha-Server",
        "environment": "both",
        "host": "127.0.0.1",
        "port": simulator.port,
        "login": simulator.login,
        "password": simulator.password,
        "authority_pem": simulator.authority_pem,
    }


@pytest.fixture(autouse=True)
def _worker(monkeypatch):
    """Tests are asked for here and done by the test itself, as a worker would."""
    from provisioning.servers import tasks

    monkeypatch.setattr(tasks.run_probe, "send", lambda *_: None)
    monkeypatch.setattr(tasks.run_certification, "send", lambda *_: None)
    yield
    services.close_sessions()


def only(alpha):
    with alpha.pin():
        return Server.objects.get()


def run_newest(alpha):
    with alpha.pin():
        services.run_probe(Probe.objects.order_by("-started_at", "-pk").first().pk)


def test_a_server_is_connected_in_five_steps(alpha, client, filled):
    assert client.get(LIST).status_code == 200
    answer = client.post(CONNECT, filled)
    server = only(alpha)
    test_url = f"{LIST}{server.pk}/test/"
    assert answer.headers["Location"] == test_url

    assert 'hx-trigger="every 1s"' in client.get(test_url).content.decode()
    run_newest(alpha)
    page = client.get(test_url).content.decode()
    assert page.count('data-outcome="passed"') + page.count('data-outcome="warned"') == 15
    assert f"{LIST}{server.pk}/groups/" in page
    assert 'hx-trigger="every 1s"' not in page

    groups = ["real\\standard-usd", "demo\\standard-usd"]
    chosen = client.post(f"{LIST}{server.pk}/groups/", {"groups": groups})
    certify = f"{LIST}{server.pk}/certify/"
    assert chosen.headers["Location"] == certify
    assert "such as one of demo\\standard-usd" in client.get(certify).content.decode()
    skipped = client.post(f"{certify}skip/")
    assert skipped.headers["Location"] == f"{LIST}{server.pk}/done/"
    done = client.get(skipped.headers["Location"]).content.decode()
    assert "decided by a person" in done
    assert f"/office/trading/types/new/?server={server.pk}&amp;group=demo%5Cstandard-usd" in done
    assert only(alpha).state == "proven"
    assert client.get(f"{LIST}{server.pk}/").status_code == 200
    assert "Alpha-Server" in client.get(LIST).content.decode()


def test_the_password_is_on_no_page(alpha, client, filled, simulator):
    client.post(CONNECT, filled)
    server = only(alpha)
    run_newest(alpha)

    for path in ("", "connection/", "test/", "groups/", "credentials/"):
        answer = client.get(f"{LIST}{server.pk}/{path}")
        assert simulator.password not in answer.content.decode()


def test_a_draft_is_left_and_resumed(alpha, client, filled):
    client.post(CONNECT, filled)
    server = only(alpha)

    assert f"{LIST}{server.pk}/connection/" in client.get(LIST).content.decode()
    run_newest(alpha)
    again = client.post(f"{LIST}{server.pk}/connection/", {**filled, "password": "", "name": "B"})

    assert again.headers["Location"] == f"{LIST}{server.pk}/test/"
    assert only(alpha).name == "B"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"host": "10.1.2.3.4"}, "This address cannot be used."),
        ({"host": ""}, "This field is required."),
        ({"port": "99999"}, "Ensure this value is less than or equal to 65535."),
        ({"login": "abc"}, "Enter a whole number."),
        ({"password": ""}, "This field is required."),
        ({"authority_pem": "hello"}, "This is not a certificate in PEM form."),
    ],
)
def test_a_form_that_makes_no_sense_says_why_and_keeps_nothing(
    alpha, client, filled, change, sentence
):
    answer = client.post(CONNECT, {**filled, **change})

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    with alpha.pin():
        assert Server.objects.count() == 0


def test_a_certificate_is_trusted_by_its_fingerprint(alpha, client, filled, simulator):
    client.post(CONNECT, {**filled, "authority_pem": ""})
    server = only(alpha)
    run_newest(alpha)
    page = client.get(f"{LIST}{server.pk}/test/").content.decode()
    assert simulator.fingerprint in page
    with alpha.pin():
        probe = queries.newest_probe(server.pk)
    url = f"{LIST}{server.pk}/trust/{probe.id}/"

    assert client.post(url, {"fingerprint": "00"}).status_code == 404
    client.post(url, {"fingerprint": simulator.fingerprint})
    run_newest(alpha)

    assert only(alpha).fingerprint == simulator.fingerprint
    assert "Everything works" in client.get(f"{LIST}{server.pk}/test/").content.decode()


def test_no_group_is_not_enough(alpha, client, draft_id):
    with alpha.pin():
        services.probe(draft_id, by=SYSTEM)

    answer = client.post(f"{LIST}{draft_id}/groups/", {})

    assert answer.status_code == 422
    assert "Choose at least one group." in answer.content.decode()
    assert only(alpha).state == "draft"


def test_a_new_password_is_tested_first(alpha, client, wired_id, simulator):
    answer = client.post(
        f"{LIST}{wired_id}/credentials/", {"login": simulator.login, "password": "Wr0ng!pass"}
    )
    run_newest(alpha)

    assert answer.headers["Location"] == f"{LIST}{wired_id}/test/"
    with alpha.pin():
        assert Server.objects.get().password() == simulator.password


def test_a_draft_is_discarded(alpha, client, draft_id):
    client.post(f"{LIST}{draft_id}/discard/")

    with alpha.pin():
        assert Server.objects.count() == 0


def test_a_proven_server_is_not_discarded(alpha, client, wired_id):
    assert client.post(f"{LIST}{wired_id}/discard/").status_code == 404
    assert only(alpha).state == "proven"


def test_a_connection_is_certified_from_its_page(alpha, client, wired_id, server, new_account):
    login = server.add_account(new_account(group="demo\\standard-usd")).login
    url = f"{LIST}{wired_id}/certify/"

    assert client.post(url, {"login": login}).headers["Location"] == url
    assert 'hx-trigger="every 1s"' in client.get(url).content.decode()
    with alpha.pin():
        services.run_certification(Certification.objects.get().pk)

    assert "The connection is certified" in client.get(url).content.decode()
    page = client.get(f"{LIST}{wired_id}/").content.decode()
    assert f"went to account {login}, was found by our mark" in page


def test_a_second_certification_waits_for_the_first(client, wired_id):
    url = f"{LIST}{wired_id}/certify/"
    client.post(url, {"login": 7})

    again = client.post(url, {"login": 7})

    assert again.status_code == 422
    assert "A certification is running." in again.content.decode()


def test_a_server_moves_to_another_address_once_that_is_proven(alpha, client, wired_id, simulator):
    url = f"{LIST}{wired_id}/address/"
    dead = closed_port()
    wish = {"host": "127.0.0.1", "port": dead, "authority_pem": simulator.authority_pem}

    client.post(url, wish)
    run_newest(alpha)
    assert only(alpha).port == simulator.port
    assert (
        f"Nothing answers on port {dead}" in client.get(f"{LIST}{wired_id}/test/").content.decode()
    )

    with forwarder(simulator.port) as other:
        client.post(url, {**wish, "port": other})
        run_newest(alpha)
        assert only(alpha).port == other
        with alpha.pin(), services.trading_server(wired_id) as server:
            server.ping()


def test_a_certificate_at_a_new_address_is_trusted_only_when_all_is_proven(
    alpha, client, wired_id, simulator
):
    with forwarder(simulator.port) as other:
        client.post(f"{LIST}{wired_id}/address/", {"host": "127.0.0.1", "port": other})
        run_newest(alpha)
        with alpha.pin():
            shown = queries.newest_probe(wired_id)
        assert (only(alpha).port, only(alpha).fingerprint) == (simulator.port, "")

        trust = f"{LIST}{wired_id}/trust/{shown.id}/"
        client.post(trust, {"fingerprint": simulator.fingerprint})
        assert (only(alpha).port, only(alpha).fingerprint) == (simulator.port, "")
        run_newest(alpha)

        assert (only(alpha).port, only(alpha).fingerprint) == (other, simulator.fingerprint)


def test_another_trading_server_is_no_new_address(alpha, client, wired_id, simulator):
    simulator.order("/managers", login=simulator.login, groups="demo\\*")

    client.post(
        f"{LIST}{wired_id}/address/",
        {"host": "127.0.0.1", "port": simulator.port, "authority_pem": simulator.authority_pem},
    )
    run_newest(alpha)

    page = client.get(f"{LIST}{wired_id}/test/").content.decode()
    assert "5 groups that are in use are missing at the new address" in page


def test_a_server_is_renamed_and_removed_when_nothing_uses_it(alpha, client, wired_id, simulator):
    page = f"{LIST}{wired_id}/name/"
    client.post(page, {"name": "  Alpha   Two ", "environment": "demo"})
    assert (only(alpha).name, only(alpha).environment) == ("Alpha Two", "demo")

    with alpha.pin():
        kind = AccountType.objects.create(
            name="Standard", environment="demo", server_id=wired_id, group="demo\\standard-usd",
            currency="USD", leverages=[100], leverage_default=100, created_at=clock.now(),
        )  # fmt: skip
    refused = client.post(f"{LIST}{wired_id}/remove/", follow=True)
    assert "1 account types and 0 accounts are on it" in refused.content.decode()
    assert only(alpha).state == "proven"

    with alpha.pin():
        kind.delete()
    gone = client.post(f"{LIST}{wired_id}/remove/", follow=True)

    assert "Alpha Two was removed." in gone.content.decode()
    assert client.get(f"{LIST}{wired_id}/").status_code == 404
    row = only(alpha)
    assert (row.state, bytes(row.sealed_password)) == ("gone", b"")
    with alpha.pin():
        assert queries.servers() == ()


def test_alerts_are_set(alpha, client):
    page = f"{LIST}alerts/"
    assert client.get(page).status_code == 200
    wish = {
        "kinds": ["silent", "right"],
        "tells_admins": "on",
        "receivers": "desk@alpha.example, Night@alpha.example",
        "target": "99.9",
        "drift_limit_s": 30,
        "lag_minutes": 10,
    }

    assert client.post(page, {**wish, "receivers": "desk@"}).status_code == 422
    client.post(page, wish)

    with alpha.pin():
        kept = queries.alerts()
    assert (kept.target_bp, kept.drift_limit_s, kept.lag_limit_s) == (9990, 30, 600)
    assert kept.receivers == ("desk@alpha.example", "night@alpha.example")
    others = ("certificate", "clock", "lag", "group_gone", "symbol_gone", "renamed")
    assert kept.muted == others


def test_what_is_wrong_is_shown_where_the_broker_begins(alpha, client, wired_id):
    with alpha.pin():
        Server.objects.update(state="broken", last_failure="port_closed")
        services.watch(wired_id)

    for page in ("/office/provisioning/", LIST, f"{LIST}{wired_id}/"):
        text = client.get(page).content.decode()
        assert "Nothing answers on port" in text, page


TENANT = "config.urls.tenant"
PAGES = (
    ("servers", ()),
    ("connect_server", ()),
    ("server", ("id",)),
    ("redraft_server", ("id",)),
    ("test_server", ("id",)),
    ("server_groups", ("id",)),
    ("wired", ("id",)),
    ("server_credentials", ("id",)),
    ("server_alerts", ()),
    ("certify_server", ("id",)),
    ("describe_server", ("id",)),
    ("server_address", ("id",)),
)


@pytest.mark.parametrize(("name", "needed"), PAGES)
def test_who_may_see_a_page(alpha, beta, wired_id, ben, name, needed):
    path = reverse(f"office:provisioning:{name}", args=[wired_id] * len(needed), urlconf=TENANT)
    theo = make_person(alpha, "theo@example.com")

    assert alpha.client().get(path).status_code == 302
    assert alpha.signed_in(theo).get(path).status_code in {403, 404}
    elsewhere = beta.signed_in(ben, fresh=True).get(path)
    if needed:
        assert elsewhere.status_code == 404
    else:
        assert b"Alpha-Server" not in elsewhere.content


def test_a_stale_second_factor_is_asked_for_again(alpha, ada, wired_id):
    stale = alpha.signed_in(ada)

    assert stale.get(LIST).status_code == 200
    answer = stale.get(CONNECT)
    assert answer.status_code in {302, 403}
    assert b"API password" not in answer.content
