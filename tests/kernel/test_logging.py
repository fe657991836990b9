from __future__ import annotations

import io
import json
import logging
import logging.config
from contextlib import contextmanager

import pytest
import structlog
from django.test import RequestFactory

from kernel import logging as lines
from kernel.pin import pin

CANARY = "canary-4711"


@contextmanager
def lines_of(*, as_json):
    before = structlog.get_config()
    root = logging.getLogger()
    handlers = root.handlers[:]
    logging.config.dictConfig(lines.settings(as_json=as_json))
    (ours,) = root.handlers
    stream = io.StringIO()
    ours.setStream(stream)
    yield stream.getvalue
    root.handlers[:] = handlers
    structlog.configure(**before)


@pytest.fixture(params=["json", "console"])
def written(request):
    """What is written, in either form."""
    with lines_of(as_json=request.param == "json") as text:
        yield text


@pytest.fixture
def as_json():
    """What is written for machines, read back."""
    with lines_of(as_json=True) as text:
        yield lambda: [json.loads(line) for line in text().splitlines()]


def test_a_line_names_tenant_request_and_actor(as_json):
    with pin("t_alpha"), structlog.contextvars.bound_contextvars(request_id="r-1"):
        lines.bind(actor="person:1")
        lines.get("test").info("deal recorded", deal_id=7)
        structlog.contextvars.unbind_contextvars("actor")
    (line,) = as_json()

    del line["timestamp"]
    assert line == {
        "event": "deal recorded", "level": "info", "logger": "test", "tenant": "t_alpha",
        "request_id": "r-1", "actor": "person:1", "deal_id": 7,
    }  # fmt: skip


def test_the_standard_librarys_loggers_write_the_same_lines(as_json):
    logging.getLogger("other").warning("put off %s", "it", extra={"seconds": 5})
    (line,) = as_json()

    assert (line["event"], line["seconds"], line["tenant"]) == ("put off it", 5, "-")


def test_no_secret_and_no_person_reaches_a_line_vnd_07(written):
    log = lines.get("test")
    log.info("signed in", email=f"{CANARY}@example.com", password=CANARY, body={"token": CANARY})
    logging.getLogger("other").error("mail to %s", f"{CANARY}@example.com", extra={"phone": CANARY})
    request = RequestFactory().get("/", {"next": CANARY})
    logging.getLogger("other").error("It failed", extra={"request": request})

    assert CANARY not in written()


def test_an_exception_is_told_without_its_words_and_locals_vnd_07(as_json):
    local = CANARY
    try:
        int(local)
    except ValueError:
        logging.getLogger("other").exception("It failed")
    (line,) = as_json()

    assert CANARY not in json.dumps(line)
    assert line["exception"][0]["exc_type"] == "ValueError"
    assert line["exception"][0]["frames"][-1]["name"].startswith("test_an_exception")


def test_a_person_who_develops_sees_the_whole_trace():
    with lines_of(as_json=False) as text:
        try:
            int("x")
        except ValueError:
            logging.getLogger("other").exception("It failed")

        assert "ValueError: invalid literal for int()" in text()
