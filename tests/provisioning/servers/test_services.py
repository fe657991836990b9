from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection, transaction

from kernel import audit, clock, secrets
from kernel.errors import Refused
from kernel.models import OutboxEvent
from provisioning.servers import queries, sealed, services
from provisioning.servers.errors import (
    AddressNotAllowed,
    AuthorityUnreadable,
    GroupUnknown,
    NameTaken,
    NoGroups,
    NoSuchServer,
    NotProven,
    ProbeIsRunning,
)
from provisioning.servers.models import Probe, Server, ServerState
from tests.support.tenants import SYSTEM


def told(name):
    return list(OutboxEvent.objects.filter(name=name).values_list("payload", flat=True))


def test_a_draft_is_kept_without_being_connected_to(draft, simulator, wiring):
    line = queries.server(draft)

    assert (line.state, line.name, line.login) == ("draft", "Alpha-Server", simulator.login)
    assert not line.is_usable
    assert queries.wiring(draft) == wiring


def test_the_password_is_sealed_and_cannot_be_read_back(draft, simulator):
    with connection.cursor() as cursor:
        cursor.execute("select row_to_json(s)::text from servers_server s")
        row = cursor.fetchone()[0]

    assert simulator.password not in row
    assert simulator.password.encode().hex() not in row
    assert simulator.password not in repr(queries.server(draft))
    assert all(simulator.password not in str(entry) for entry in audit.entries(limit=50))
    assert Server.objects.get().password() == simulator.password


def test_a_draft_is_not_usable(draft):
    with pytest.raises(NotProven), services.trading_server(draft):
        pass


def test_groups_of_a_draft_are_not_chosen_before_its_newest_test_has_passed(draft):
    services.probe(draft, by=SYSTEM)
    Probe.objects.update(state="failed")

    with pytest.raises(NotProven):
        services.choose_groups(draft, ["real\\standard-usd"], by=SYSTEM)
    assert queries.server(draft).state == "draft"


def test_a_server_is_proven_by_a_passed_test_and_a_choice_of_groups(draft):
    services.probe(draft, by=SYSTEM)
    assert queries.server(draft).state == "draft"

    services.choose_groups(draft, ["real\\standard-usd", "demo\\standard-usd"], by=SYSTEM)

    line = queries.server(draft)
    assert (line.state, line.is_usable, line.groups_chosen) == ("proven", True, 2)
    assert [group.name for group in queries.groups(draft)] == [
        "demo\\standard-usd",
        "real\\standard-usd",
    ]
    assert queries.groups(draft)[0].stop_out_level == Decimal("50.00")
    assert told("servers.ServerWired") == [{"server_id": str(draft), "environment": "both"}]


def test_a_proven_server_is_reached_through_one_session(wired):
    with services.trading_server(wired) as first:
        first.ping()
    with services.trading_server(wired) as second:
        second.ping()

    assert first is second
    assert first.session.figures.sign_ins == 1


def test_no_trading_server_is_called_inside_a_transaction(wired):
    with pytest.raises(RuntimeError), transaction.atomic(), services.trading_server(wired):
        pass
    with pytest.raises(RuntimeError), transaction.atomic():
        services.run_probe(wired)


def test_the_other_broker_sees_nothing_of_it(wired, alpha, beta):
    from tenants.work import run_in

    def look():
        return queries.servers(), queries.find_server(wired), queries.newest_probe(wired)

    assert run_in(beta.schema, look) == ((), None, None)
    assert len(queries.servers()) == 1


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"host": "127.1"}, AddressNotAllowed),
        ({"host": "https://mt5.broker.example/"}, AddressNotAllowed),
        ({"port": 70_000}, AddressNotAllowed),
        ({"authority_pem": "no certificate"}, AuthorityUnreadable),
    ],
)
def test_nonsense_is_refused_and_nothing_is_kept(in_alpha, wiring, change, refusal):
    with pytest.raises(refusal):
        services.draft_server(replace(wiring, **change), "Abcdef1!", by=SYSTEM)

    assert Server.objects.count() == 0


def test_ssr_01_private_hosts_are_refused_unless_the_deployment_allows_them(
    in_alpha, wiring, settings_override
):
    with settings_override(ALLOW_PRIVATE_TRADING_SERVERS=False), pytest.raises(AddressNotAllowed):
        services.draft_server(wiring, "Abcdef1!", by=SYSTEM)


def test_two_servers_need_two_names(draft, wiring):
    with pytest.raises(NameTaken):
        services.draft_server(replace(wiring, name="ALPHA-server"), "Abcdef1!", by=SYSTEM)


def test_a_draft_is_changed_and_keeps_its_password(draft, wiring, simulator):
    services.redraft_server(draft, replace(wiring, name="Other", port=4711), "", by=SYSTEM)

    row = Server.objects.get()
    assert (row.name, row.port, row.password()) == ("Other", 4711, simulator.password)


def test_a_proven_server_is_not_redrafted_or_discarded(wired, wiring):
    with pytest.raises(NoSuchServer):
        services.redraft_server(wired, wiring, "", by=SYSTEM)
    with pytest.raises(NoSuchServer):
        services.discard_draft(wired, by=SYSTEM)
    assert Server.objects.count() == 1


def test_a_failed_test_tells_where_it_ended(draft, simulator):
    simulator.order("/managers", login=simulator.login, api_password="0ther!Secret")

    services.probe(draft, by=SYSTEM)

    probe = queries.newest_probe(draft)
    outcomes = [check.outcome for check in probe.checks]
    assert probe.state == "failed"
    assert outcomes[:6] == ["passed"] * 5 + ["failed"]
    assert set(outcomes[6:]) == {"skipped"}
    assert probe.checks[5].sentence == (
        f"The server did not accept the password of manager {simulator.login}."
    )
    with pytest.raises(Refused):
        services.choose_groups(draft, ["real\\standard-usd"], by=SYSTEM)


def test_checks_are_kept_one_by_one(draft):
    probe_id = services.ask_probe(draft, by=SYSTEM)

    waiting = queries.newest_probe(draft)
    assert [check.outcome for check in waiting.checks][:3] == ["now", "waiting", "waiting"]
    assert waiting.is_running
    with pytest.raises(ProbeIsRunning):
        services.ask_probe(draft, by=SYSTEM)
    assert services.run_probe(probe_id)
    assert not services.run_probe(probe_id)
    assert queries.newest_probe(draft).has_passed


def test_a_test_whose_worker_died_ends_and_forgets_its_password(wired):
    services.ask_probe(wired, by=SYSTEM, password="N3w!password")
    Probe.objects.filter(state="running").update(started_at=clock.now() - dt.timedelta(minutes=4))

    assert services.give_up_lost() == 1

    newest = Probe.objects.order_by("-pk").first()
    assert (newest.state, bytes(newest.sealed_password)) == ("failed", b"")


def test_a_self_signed_certificate_is_pinned_after_a_look(alpha, wiring, simulator):
    with alpha.pin():
        server_id = services.draft_server(
            replace(wiring, authority_pem=""), simulator.password, by=SYSTEM
        )
        services.probe(server_id, by=SYSTEM)
        shown = queries.newest_probe(server_id)
        assert shown.fingerprint_found == simulator.fingerprint
        with pytest.raises(NoSuchServer):
            services.trust_certificate(shown.id, "0" * 64, by=SYSTEM)

        services.run_probe(services.trust_certificate(shown.id, shown.fingerprint_found, by=SYSTEM))

        assert queries.newest_probe(server_id).has_passed


def test_new_credentials_are_proven_before_the_old_ones_are_dropped(wired, simulator):
    simulator.order("/managers", login=simulator.login, api_password="N3w!password")
    wrong = services.ask_probe(wired, by=SYSTEM, password="Wr0ng!password")
    assert not services.run_probe(wrong)
    assert Server.objects.get().password() == simulator.password

    right = services.ask_probe(wired, by=SYSTEM, password="N3w!password")
    assert services.run_probe(right)

    assert Server.objects.get().password() == "N3w!password"
    assert {bytes(probe.sealed_password) for probe in Probe.objects.all()} == {b""}
    with services.trading_server(wired) as server:
        server.ping()
    assert all("N3w!password" not in str(entry) for entry in audit.entries(limit=50))


def test_groups_that_come_and_go_are_noticed(wired, simulator):
    simulator.order("/groups", name="real\\vip-usd", template="real\\standard-usd")
    simulator.order("/groups", name="real\\raw-eur", remove=1)
    try:
        services.read_groups(wired)
    finally:
        simulator.order("/groups", name="real\\raw-eur", template="real\\standard-eur")
        simulator.order("/groups", name="real\\vip-usd", remove=1)

    lines = {line.name: line for line in queries.group_lines(wired)}
    assert not lines["real\\raw-eur"].is_present
    assert not lines["real\\vip-usd"].is_chosen
    assert "real\\raw-eur" not in [group.name for group in queries.groups(wired)]
    assert [(e["appeared"], e["vanished"]) for e in told("servers.GroupsChanged")] == [
        (["real\\vip-usd"], ["real\\raw-eur"])
    ]


def test_groups_must_be_there_to_be_chosen(wired):
    with pytest.raises(NoGroups):
        services.choose_groups(wired, [], by=SYSTEM)
    with pytest.raises(GroupUnknown):
        services.choose_groups(wired, ["real\\standard-usd", "real\\gone"], by=SYSTEM)
    assert queries.server(wired).groups_chosen == 9


def test_a_server_that_stays_silent_is_broken_and_recovers(wired, simulator):
    assert services.check_health(wired)
    simulator.fault("reset", "/api/time", times=20)
    services.close_sessions()

    assert [services.check_health(wired) for _ in range(3)] == [False] * 3
    broken = queries.server(wired)
    simulator.order("/faults/clear")
    assert services.check_health(wired)

    assert broken.state == "broken"
    assert broken.is_usable
    assert queries.server(wired).state == "proven"
    assert queries.uptime(wired) == ("ok", "bad", "bad", "bad", "ok")
    assert len(told("servers.ServerBroke")) == 1
    assert len(told("servers.ServerRecovered")) == 1
    assert queries.server(wired).offset_minutes == 180


def test_the_vendor_learns_the_state_and_nothing_else(wired, alpha):
    from kernel.pin import PUBLIC
    from tenants import queries as tenants
    from tenants.work import run_in

    services.look_again(wired)
    services.tell_figures()
    services.tally_calls(wired)
    services.report_health()

    health = run_in(PUBLIC, tenants.get_tenant, alpha.info.id).health
    told = {key: value for key, value in health.items() if key.startswith("server")}
    assert (told["server"], told["servers"], told["servers_down"]) == ("up", 1, 0)
    assert (told["server_incidents"], told["server_success_bp"]) == (0, 10_000)
    assert told["server_certificate_days"] > 30
    assert set(told) == {
        "server",
        "server_since",
        "servers",
        "servers_down",
        "server_incidents",
        "server_success_bp",
        "server_certificate_days",
    }


def test_passwords_are_resealed_when_the_key_is_rotated(draft, simulator):
    before = bytes(Server.objects.get().sealed_password)
    secrets.rotate(by=SYSTEM) if _takes_actor(secrets.rotate) else secrets.rotate()

    assert sealed.reseal_own(secrets.reseal) == 1
    row = Server.objects.get()
    assert bytes(row.sealed_password) != before
    assert row.password() == simulator.password


def _takes_actor(function):
    import inspect

    return "by" in inspect.signature(function).parameters


def test_states_move_by_their_table(wired):
    row = Server.objects.get()

    with pytest.raises(Refused):
        row.move_to(ServerState.DRAFT)
