"""What goes wrong with a server is told once when it begins and once when it is over."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from kernel import clock
from kernel.models import Letter
from provisioning.servers import queries, services
from provisioning.servers.models import Incident, RightChange, Server
from provisioning.servers.records import Alerts
from tests.provisioning.servers.conftest import RIGHTS
from tests.support.people import letters, make_staff
from tests.support.tenants import SYSTEM

QUIET = Alerts(
    target_bp=9950, drift_limit_s=60, lag_limit_s=900, tells_admins=True, receivers=(), muted=()
)


@pytest.fixture
def told(alpha, ada):
    """Letters about incidents, as (receiver, subject, text)."""

    def read():
        rows = [one for one in letters(alpha) if one.template == "servers/incident"]
        return [(one.to, one.subject, one.text) for one in rows]

    return read


def pass_time(**span):
    Incident.objects.exclude(clear_since_at=None).update(
        clear_since_at=clock.now() - dt.timedelta(**span)
    )


def change(**columns):
    Server.objects.update(**columns)


def test_a_broken_server_is_told_once_and_once_more_when_it_answers(wired, told, simulator):
    simulator.fault("reset", "/api/time", times=20)
    for _ in range(6):
        services.check_health(wired)
        services.watch(wired)

    (letter,) = told()
    assert letter[0] == "ada@alpha.example"
    assert letter[1] == "Alpha-Server needs your attention"
    assert "Alpha-Server does not answer. The connection breaks off during calls." in letter[2]
    assert f"/office/provisioning/servers/{wired}/" in letter[2]

    simulator.order("/faults/clear")
    services.check_health(wired)
    services.watch(wired)
    assert len(told()) == 1  # it may flicker: over only after a while
    pass_time(minutes=4)
    services.watch(wired)
    services.watch(wired)

    assert [subject for _, subject, _ in told()][1:] == ["Alpha-Server: over"]
    assert "Alpha-Server answers again." in told()[1][2]
    assert queries.open_incidents() == ()


def test_what_flickers_is_one_incident(wired, told):
    for state in ("broken", "proven", "broken", "proven", "broken"):
        change(state=state)
        services.watch(wired)

    assert Incident.objects.count() == 1
    assert len(told()) == 1


def test_a_certificate_is_told_of_at_thirty_seven_and_one_day(wired, told):
    for days in (29, 20, 6, 3, 0.5):
        change(certificate_expires_at=clock.now() + dt.timedelta(days=days))
        services.watch(wired)

    assert len(told()) == 3
    assert [line.kind for line in queries.open_incidents()] == ["certificate"]
    change(certificate_expires_at=clock.now() + dt.timedelta(days=300))
    services.watch(wired)
    pass_time(minutes=4)
    services.watch(wired)
    assert "Alpha-Server has a new certificate." in told()[3][2]
    assert len(told()) == 4


def test_a_right_that_is_lost_is_noticed_told_and_kept(wired, told, simulator):
    services.look_again(wired)
    assert RightChange.objects.count() == 0
    kept = ",".join(right for right in RIGHTS.split(",") if right not in {"accountant", "dealer"})
    simulator.order("/managers", login=1000, permissions=kept)

    services.look_again(wired)
    services.watch(wired)

    assert [(line.key, line.is_given) for line in queries.rights(wired)][2:5] == [
        ("accountant", False),
        ("read_orders", True),
        ("dealer", False),
    ]
    assert {(change.key, change.is_given) for change in RightChange.objects.all()} == {
        ("accountant", False),
        ("dealer", False),
    }
    (letter,) = told()  # nobody needs the dealer's right to sleep well
    assert "no deposit or withdrawal can be booked" in letter[2]

    simulator.order("/managers", login=1000, permissions=RIGHTS)
    services.look_again(wired)
    assert len(queries.right_changes(wired)) == 4
    assert Server.objects.get().certificate_expires_at > clock.now()


def test_rights_that_cannot_be_looked_at_stay_as_they_were(wired, simulator):
    services.look_again(wired)
    simulator.fault("reset", "", times=50)
    services.close_sessions()

    services.look_again(wired)

    assert RightChange.objects.count() == 0
    assert all(line.is_given for line in queries.rights(wired) if line.key != "personal_data")


def test_changes_of_rights_cannot_be_changed(wired):
    from django.db import ProgrammingError, transaction

    RightChange.objects.create(
        server_id=wired, key="dealer", is_given=False, noticed_at=clock.now()
    )
    with pytest.raises(ProgrammingError), transaction.atomic():
        RightChange.objects.update(is_given=True)
    with pytest.raises(ProgrammingError), transaction.atomic():
        RightChange.objects.all().delete()


def test_a_clock_that_drifts_beyond_the_limit_is_told(wired, told, simulator):
    simulator.order("/clock", skew_seconds=45)
    services.check_health(wired)
    services.watch(wired)
    assert told() == []

    services.set_alerts(Alerts(**{**_fields(QUIET), "drift_limit_s": 30}), by=SYSTEM)
    services.watch(wired)
    assert re.search(r"is wrong by 4[4-6] seconds", told()[0][2])


def test_a_reading_that_lags_is_told(wired, told):
    from modules.trading.models import AccountType, ServerSync

    AccountType.objects.create(
        name="Standard", environment="live", server_id=wired, group="real\\standard-usd",
        currency="USD", leverages=[100], leverage_default=100, created_at=clock.now(),
    )  # fmt: skip
    ServerSync.objects.create(server_id=wired, pulled_at=clock.now() - dt.timedelta(minutes=20))

    services.watch(wired)

    assert "Nothing new was read from Alpha-Server for 20 minutes." in told()[0][2]
    AccountType.objects.all().delete()  # nothing is read that nobody uses
    services.watch(wired)
    pass_time(minutes=4)
    services.watch(wired)
    assert "is read up to date again" in told()[1][2]


def test_letters_go_to_whom_the_broker_named_in_their_language(alpha, wired, told):
    karl = make_staff(alpha, "karl@alpha.example")
    karl.language = "ar"
    karl.save()
    make_staff(alpha, "sue@alpha.example", role="support")
    services.set_alerts(Alerts(**{**_fields(QUIET), "receivers": ("desk@x.example",)}), by=SYSTEM)
    change(state="broken")

    services.watch(wired)

    found = {to: text for to, _, text in told()}
    assert set(found) == {"ada@alpha.example", "karl@alpha.example", "desk@x.example"}


def test_a_muted_kind_is_shown_and_not_told(wired, told):
    services.set_alerts(Alerts(**{**_fields(QUIET), "muted": ("silent",)}), by=SYSTEM)
    change(state="broken")

    services.watch(wired)

    assert told() == []
    assert [line.kind for line in queries.open_incidents()] == ["silent"]


def test_the_other_broker_hears_nothing(wired, beta):
    from tenants.work import run_in

    change(state="broken")
    services.watch(wired)

    assert run_in(beta.schema, queries.open_incidents) == ()
    assert run_in(beta.schema, Letter.objects.filter(template="servers/incident").count) == 0


def _fields(alerts):
    return {name: getattr(alerts, name) for name in Alerts.__dataclass_fields__}
