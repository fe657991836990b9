"""A group that vanished and a symbol that was renamed are told once, with what to do."""

from __future__ import annotations

import datetime as dt

import pytest

from kernel import clock
from modules.trading.models import AccountType, DailyResult, TradingAccount
from provisioning.servers import queries, services, tasks
from provisioning.servers.models import ChangeKind, Incident, Server
from tests.support.people import letters
from tests.support.tenants import SYSTEM

GROUP = "real\\vanishing"


@pytest.fixture
def told(alpha, ada):
    """Texts of the letters about incidents."""

    def read():
        return [one.text for one in letters(alpha) if one.template == "servers/incident"]

    return read


@pytest.fixture
def listed(simulator):
    """Rename symbols of the server; afterwards they are what they were."""
    yield lambda name, becomes: simulator.order("/symbols", name=name, becomes=becomes)
    for name in ("EURUSD", "GBPUSD"):
        simulator.order("/symbols", name=name, becomes=name)


def offered(server_id, group):
    """An account type that maps a group, and an account of it."""
    kind = AccountType.objects.create(
        name="Standard", environment="live", server_id=server_id, group=group, currency="USD",
        leverages=[100], leverage_default=100, created_at=clock.now(),
    )  # fmt: skip
    return TradingAccount.objects.create(
        server_id=server_id, login=700_001, type=kind, currency="USD", leverage=100,
        is_live=True, state="open", asked_at=clock.now(),
    )  # fmt: skip


def traded(account, *symbols):
    DailyResult.objects.bulk_create(
        DailyResult(account=account, day_on=clock.now().date(), symbol=name) for name in symbols
    )


def look(server_id):
    services.read_groups(server_id)
    services.read_symbols(server_id)
    services.watch(server_id)


def is_over(server_id):
    """After a while in which nothing is missed."""
    services.watch(server_id)
    Incident.objects.update(clear_since_at=clock.now() - dt.timedelta(minutes=4))
    services.watch(server_id)
    return queries.open_incidents() == ()


def test_a_mapped_group_that_vanished_is_told_once(wired, told, simulator):
    simulator.order("/groups", name=GROUP, template="real\\standard-usd")
    look(wired)
    account = offered(wired, GROUP)
    look(wired)
    assert told() == []

    simulator.order("/groups", name=GROUP, remove=1)
    look(wired)
    look(wired)

    (letter,) = told()
    assert f"The group {GROUP} is gone from Alpha-Server" in letter
    assert "add it again in MetaTrader 5 Administrator, under Groups" in " ".join(letter.split())
    assert [line.kind for line in queries.open_incidents()] == ["group_gone"]
    AccountType.objects.filter(pk=account.type_id).update(group="real\\standard-usd")
    assert is_over(wired)
    assert "No account type maps a group that Alpha-Server does not have." in told()[1]


def test_a_group_that_nothing_maps_may_vanish(wired, told, simulator):
    simulator.order("/groups", name=GROUP, template="real\\standard-usd")
    look(wired)
    simulator.order("/groups", name=GROUP, remove=1)
    look(wired)

    assert told() == []


def test_a_symbol_in_use_that_was_renamed_is_told_with_its_new_name(wired, told, listed):
    look(wired)
    traded(offered(wired, "real\\standard-usd"), "EURUSD")
    listed("EURUSD", "EURUSD.a")
    look(wired)
    look(wired)

    (letter,) = told()
    assert "The symbol EURUSD is gone from Alpha-Server, and EURUSD.a with" in letter
    assert "it looks renamed" in " ".join(letter.split())
    assert "Add the new name wherever you name symbols" in " ".join(letter.split())
    change = Server.objects.get().changes.get(kind=ChangeKind.RENAMED)
    assert (change.name, change.became) == ("EURUSD", "EURUSD.a")
    assert [line.kind for line in queries.open_incidents()] == ["renamed"]

    listed("EURUSD", "EURUSD")
    look(wired)
    assert is_over(wired)


def test_a_symbol_in_use_that_vanished_is_told_and_another_is_not(wired, told, listed):
    look(wired)
    traded(offered(wired, "real\\standard-usd"), "EURUSD")
    listed("EURUSD", "")
    listed("GBPUSD", "")
    look(wired)

    (letter,) = told()
    assert "The symbol EURUSD is gone from Alpha-Server" in letter
    assert "no position is left open in it" in " ".join(letter.split())


def test_symbols_are_read_right_after_wiring(alpha, ada, draft_id, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.read_groups_of, "send", sent.append)
    desk = alpha.signed_in(ada, fresh=True)
    with alpha.pin():
        services.run_probe(services.ask_probe(draft_id, by=SYSTEM))
        names = [line.name for line in queries.group_lines(draft_id)]
    desk.post(f"/office/provisioning/servers/{draft_id}/groups/", {"groups": names})
    assert sent == [str(draft_id)]
    desk.post(f"/office/provisioning/servers/{draft_id}/groups/", {"groups": names})
    assert len(sent) == 1  # from then on every hour
