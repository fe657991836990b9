from __future__ import annotations

import datetime as dt
import json

import pytest
from django.conf import settings
from django.test import RequestFactory

from kernel import clock, health
from kernel.models import OutboxEvent
from kernel.pin import PUBLIC, pin


def ready():
    answer = health.readyz(RequestFactory().get("/readyz"))
    return answer.status_code, json.loads(answer.content)


def test_a_process_that_answers_lives():
    answer = health.healthz(RequestFactory().get("/healthz"))

    assert (answer.status_code, answer.content) == (200, b"ok")


def test_all_that_is_needed_is_there(alpha):
    assert ready() == (200, {"database": "ok", "redis": "ok", "outbox": "ok"})


def test_a_dead_redis_is_named_ops_06(alpha, change_settings):
    down = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    change_settings(CACHES={"default": down})

    assert ready() == (503, {"database": "ok", "redis": "failed", "outbox": "ok"})


@pytest.mark.parametrize(("minutes", "word"), [(4, "ok"), (6, "failed")])
def test_a_teller_that_stands_still_is_named(alpha, minutes, word):
    moment = clock.now() - dt.timedelta(minutes=minutes)
    with pin(PUBLIC):
        OutboxEvent.objects.create(name="x.Y", payload={}, occurred_at=moment, due_at=moment)

    assert ready()[1]["outbox"] == word
