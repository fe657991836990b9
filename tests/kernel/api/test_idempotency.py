from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from kernel import clock
from kernel.api import idempotency
from kernel.models import KeptAnswer, Lease
from kernel.pin import pin


def make(call, name="one", key="k-1", **more):
    return call("POST", "things", who="ada", body={"name": name}, idempotency_key=key, **more)


def made(alpha):
    with pin(alpha.schema):
        return list(Lease.objects.order_by("name").values_list("name", flat=True))


def test_a_repeated_request_is_answered_again_and_not_done_again(call, alpha):
    first, again = make(call), make(call)

    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert first["Content-Type"] == again["Content-Type"]
    assert (first.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
    assert made(alpha) == ["one"]


def test_the_same_key_with_another_request_is_refused(call, alpha):
    make(call)

    answer = make(call, name="two")

    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
    assert made(alpha) == ["one"]


def test_a_refusal_undoes_everything_and_may_be_repeated(call, alpha):
    assert [make(call, name="refused").status_code for _ in range(2)] == [409, 409]

    assert made(alpha) == []
    with pin(alpha.schema):
        assert KeptAnswer.objects.count() == 0


def test_of_many_at_once_one_is_done(call, alpha):
    def try_it(_):
        try:
            return make(call).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(try_it, range(8))) == [201] * 8

    assert made(alpha) == ["one"]


def test_the_key_of_one_tenant_is_no_key_of_another(call, alpha, beta):
    make(call)

    assert make(call, schema=beta.schema).get("Idempotency-Replayed") is None
    assert made(beta) == ["one"]


def test_what_was_kept_is_sealed_and_forgotten_after_a_day(call, alpha):
    make(call, name="canary")

    with pin(alpha.schema):
        assert b"canary" not in bytes(KeptAnswer.objects.get().body)
        with clock.frozen(clock.now() + idempotency.KEPT_FOR - dt.timedelta(seconds=5)):
            idempotency.forget_old_answers.run()
        assert KeptAnswer.objects.count() == 1
        with clock.frozen(clock.now() + idempotency.KEPT_FOR + dt.timedelta(seconds=5)):
            idempotency.forget_old_answers.run()
        assert KeptAnswer.objects.count() == 0


@pytest.mark.parametrize("key", ["", "x" * 201, "\x7f"])
def test_an_unreadable_key_is_refused(call, alpha, key):
    assert make(call, key=key).json()["code"] == "idempotency_key_unreadable"
    assert made(alpha) == []


def test_reading_needs_no_key(call):
    answer = call("GET", "me", who="ada", idempotency_key="")

    assert answer.status_code == 200
