from __future__ import annotations

import pytest
from django.urls import reverse

from provisioning.servers import queries, services
from provisioning.servers.models import Probe, Server
from tests.support.people import make_person
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
    yield
    services.close_sessions()


def only(alpha):
    with alpha.pin():
        return Server.objects.get()


def run_newest(alpha):
    with alpha.pin():
        services.run_probe(Probe.objects.order_by("-started_at", "-pk").first().pk)


def test_a_server_is_connected_in_four_steps(alpha, client, filled):
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
    assert chosen.headers["Location"] == f"{LIST}{server.pk}/done/"
    assert client.get(chosen.headers["Location"]).status_code == 200
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
