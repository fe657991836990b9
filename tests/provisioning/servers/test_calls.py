"""Calls of all processes are counted, and cost no row each."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from kernel import clock, pin
from kernel.errors import Unavailable
from provisioning.servers import figures, meter, services, vitals
from provisioning.servers.figures import Figures
from provisioning.servers.models import CallTally


def test_figures_are_told_once():
    counted = Figures()
    counted.answered(0.015)
    counted.failed("lost")

    assert counted.take() == {"calls": 2, "under:20": 1, "failed": 1, "why:lost": 1}
    assert counted.take() == {}
    counted.give_back({"calls": 2, "failed": 1})
    assert counted.take() == {"calls": 2, "failed": 1}
    assert (counted.calls, counted.failures) == (2, 1)


def test_percentiles_come_out_of_the_classes():
    counts = {"under:10": 90, "under:1280": 10}

    assert 5 <= figures.percentile(counts, 0.5) <= 10
    assert 640 <= figures.percentile(counts, 0.99) <= 1280
    assert figures.percentile({}, 0.5) is None


def test_calls_of_two_processes_become_one_row_of_the_minute(wired, simulator):
    with services.trading_server(wired) as server:
        for _ in range(5):
            server.ping()
    services.tell_figures()
    meter.tell(pin.current(), wired, {"calls": 10, "failed": 3, "why:timeout": 3, "under:40": 7})

    services.tally_calls(wired)
    services.tally_calls(wired)

    minute = CallTally.objects.get(span="minute")
    hour = CallTally.objects.get(span="hour")
    assert (minute.calls, minute.failed) == (hour.calls, hour.failed) == (15, 3)
    assert minute.counts["why:timeout"] == 3


def test_a_server_that_is_not_reached_counts_as_failed(wired, simulator):
    with services.trading_server(wired) as server:
        server.ping()
        simulator.fault("reset", "", times=4)
        with pytest.raises(Unavailable):
            server.ping()
        failed = server.session.figures.failures
    services.tell_figures()
    services.tally_calls(wired)

    shown = vitals.vitals(wired)
    assert failed == 2
    assert shown.day.failed == 2
    assert dict(shown.failures) == {"Connection lost during a call": 2}
    assert shown.repeats == 1


def test_a_refusal_is_no_failure(wired, simulator):
    with services.trading_server(wired) as server:
        assert server.find_account(4711) is None
        assert server.session.figures.failures == 0


def test_the_error_budget_is_what_the_target_leaves(wired):
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    CallTally.objects.create(server_id=wired, span="hour", begins_at=now, calls=10_000, failed=10)
    CallTally.objects.create(
        server_id=wired, span="hour", begins_at=now - dt.timedelta(days=9), calls=10_000, failed=90
    )

    shown = vitals.vitals(wired)

    assert shown.day.success_percent == Decimal("99.90")
    assert shown.day.left_percent == Decimal("80.0")  # 50 may fail, 10 did
    assert shown.month.left_percent == Decimal("0.0")
    assert (shown.day.tone, shown.month.tone) == ("ok", "warn")
    assert shown.budget_plot == (Decimal(0), Decimal("0.0"))
    assert sum(shown.calls_plot.series[0]["values"]) == 9990


def test_old_tallies_are_forgotten(wired):
    now = clock.now()
    for span, days in (("minute", 1), ("minute", 3), ("hour", 30), ("hour", 100)):
        CallTally.objects.create(
            server_id=wired, span=span, begins_at=now - dt.timedelta(days=days)
        )

    assert services.forget_tallies() == 2
    assert CallTally.objects.count() == 2


def test_figures_of_one_broker_are_not_those_of_another(wired, beta):
    from tenants.work import run_in

    meter.tell(pin.current(), wired, {"calls": 7})

    run_in(beta.schema, services.tally_calls, wired)
    services.tally_calls(wired)

    assert CallTally.objects.get(span="minute").calls == 7
