"""The inbox: kept raw first, then proven, whoever dies in between; forgeries fill no disk."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import statistics
import time

import pytest

from kernel import clock
from tests.modules.cashier.conftest import apply, ask, get, house, knock, number

NOBODYS = "01a1fde3-0000-7000-8000-000000000000"
"""An id that nothing has."""


@pytest.fixture
def paid(alpha, psp, till, theo):
    """A deposit that the provider holds as paid, and the callback that says so."""
    deposit_id = ask(alpha, theo, till.methods["redirect"], "100")
    psp.control("POST move", reference=number(alpha, deposit_id), state="approved")
    return deposit_id, psp.deliveries()[-1]["event"]


def rows(alpha, model, *fields):
    from modules.cashier import models

    with alpha.pin():
        found = getattr(models, model).objects.order_by("pk").values_list(*fields)
        return list(found)


def left_behind(alpha, psp, account_id, event, **more):
    """A web process kept a call and died before it proved it."""
    from modules.cashier.models import Knock

    knock(alpha.client(), psp, account_id, event, secret="anything")
    with alpha.pin():
        row = Knock.objects.get()
        signed = signed_by(psp, event, **more)
        row.body, row.headers = signed
        row.state, row.why, row.checked_at = "waiting", "", None
        row.received_at = clock.now() - dt.timedelta(minutes=2)
        row.save()


def signed_by(psp, event, *, age=0):
    """Body and headers as the PSP signs them, two minutes and ``age`` seconds ago."""
    seconds, body = str(int(time.time()) - 120 - age), json.dumps(event).encode()
    secret = psp.merchant("alpha")["secret"].encode()
    told = hmac.new(secret, f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return body, {"x-timestamp": seconds, "x-signature": told}


def test_what_is_proven_is_kept_for_good_and_nothing_is_left_at_the_door_whk_01(
    alpha, psp, till, paid
):
    deposit_id, event = paid
    answer = knock(alpha.client(), psp, till.accounts["redirect"], event)
    apply(alpha)

    assert (answer.status_code, get(alpha, deposit_id).state) == (204, "done")
    assert rows(alpha, "Knock", "pk") == []
    assert [bytes(body) for (body,) in rows(alpha, "Callback", "body")] == [
        json.dumps(event).encode()
    ]


def test_what_is_forged_or_old_is_refused_marked_with_why_and_changes_nothing_whk_01(
    alpha, psp, till, paid
):
    deposit_id, event = paid
    forgeries = (
        {"secret": "not-the-secret"}, {"age": 310}, {"age": -330}, {"body": b'{"altered": true}'},
    )  # fmt: skip
    browser, door = alpha.client(), till.accounts["redirect"]
    answers = [knock(browser, psp, door, event, **more).status_code for more in forgeries]
    elsewhere = knock(browser, psp, door, event, path=f"/cashier/callbacks/{NOBODYS}/")
    apply(alpha)

    assert (answers, elsewhere.status_code) == ([400] * 4, 404)
    assert rows(alpha, "Knock", "state", "why") == [
        ("refused", why) for why in ("signature", "too old", "too early", "signature")
    ]
    assert rows(alpha, "Callback", "pk") == rows(alpha, "News", "pk") == []
    assert (get(alpha, deposit_id).state, house(alpha)) == ("paying", {})


@pytest.mark.parametrize(("age", "ends"), [(250, "done"), (310, "paying")])
def test_what_a_dying_web_process_left_is_proven_by_its_arrival_and_applied_once_whk_01_whk_02(
    alpha, psp, till, paid, age, ends
):
    deposit_id, event = paid
    left_behind(alpha, psp, till.accounts["redirect"], event, age=age)
    from modules.cashier import services

    with alpha.pin():
        found = (services.prove_left(), services.prove_left())
    apply(alpha)
    before = get(alpha, deposit_id).state
    again = knock(alpha.client(), psp, till.accounts["redirect"], event)
    apply(alpha)

    assert (found, before) == ((int(ends == "done"), 0), ends)
    assert (get(alpha, deposit_id).state, again.status_code) == ("done", 204)
    assert house(alpha)["psp_clearing:redirect-alpha"] == -97_50
    kept = {"done": ["applied", "known"], "paying": ["applied"]}[ends]
    assert sorted(state for (state,) in rows(alpha, "News", "state")) == kept


def test_a_flood_of_forgeries_is_bounded_and_the_genuine_one_still_counts_whk_01(
    alpha, beta, psp, till, paid, monkeypatch
):
    from modules.cashier import services
    from modules.cashier.services import knocking

    monkeypatch.setattr(knocking, "MOST_IN_A_MINUTE", 5)
    monkeypatch.setattr(knocking, "MOST_REFUSED", 3)
    deposit_id, event = paid
    browser, door = alpha.client(), till.accounts["redirect"]
    answers = {knock(browser, psp, door, event, secret="x").status_code for _ in range(9)}
    large = knock(browser, psp, door, event, secret="x", body=b" " * (64 * 1024 + 1))
    kept = len(rows(alpha, "Knock", "pk"))
    genuine = knock(browser, psp, door, event)
    apply(alpha)
    with alpha.pin():
        taken = services.forget_refused()
    few = len(rows(alpha, "Knock", "pk"))
    with alpha.pin(), clock.frozen(clock.now() + dt.timedelta(days=31)):
        services.forget_refused()

    assert (answers, large.status_code, genuine.status_code) == ({400}, 400, 204)
    assert (kept, taken, few, rows(alpha, "Knock", "pk")) == (5, 2, 3, [])
    assert get(alpha, deposit_id).state == "done"
    assert house(beta) == {}


def test_a_bug_of_ours_loses_no_callback_and_does_not_stop_the_rest_whk_05(alpha, psp, till, paid):
    from modules.cashier import services
    from modules.cashier.models import Knock, ProviderAccount

    deposit_id, event = paid
    left_behind(alpha, psp, till.accounts["redirect"], event)
    with alpha.pin():
        sealed = ProviderAccount.objects.get(pk=till.accounts["redirect"]).sealed
        ProviderAccount.objects.filter(pk=till.accounts["redirect"]).update(sealed=b"broken")
        assert services.prove_left() == 0
        assert Knock.objects.get().attempts == 1
        ProviderAccount.objects.filter(pk=till.accounts["redirect"]).update(sealed=sealed)
        assert services.prove_left() == 0
        with clock.frozen(clock.now() + dt.timedelta(minutes=11)):
            assert services.prove_left() == 1
            services.apply_waiting()

    assert get(alpha, deposit_id).state == "done"


def test_the_answer_comes_at_once_and_the_work_after_it_whk_04(alpha, psp, till, paid):
    deposit_id, event = paid
    browser, taken = alpha.client(), []
    for _ in range(20):
        began = time.perf_counter()
        knock(browser, psp, till.accounts["redirect"], event)
        taken.append(time.perf_counter() - began)

    assert statistics.quantiles(taken, n=100)[98] < 2
    assert get(alpha, deposit_id).state == "paying"
    apply(alpha)
    assert get(alpha, deposit_id).state == "done"
