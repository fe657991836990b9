from __future__ import annotations

import smtplib
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
import redis

from devstack.stack import Stack
from tests.devstack.conftest import SERVERS
from tests.devstack.sightings import processes_of, soon_empty


def send(stack: Stack, to: str, subject: str) -> None:
    address = urlsplit(stack.env["EMAIL_URL"])
    with smtplib.SMTP("127.0.0.1", address.port or 0) as smtp:
        text = f"Subject: {subject}\r\nFrom: room@alpha.test\r\n\r\nOpen http://localhost/x?y=1 now"
        smtp.sendmail("room@alpha.test", [to], text)


def wait_for_other_pid(stack: Stack, name: str, old: int) -> int:
    deadline = time.monotonic() + 30
    while (new := stack.pids.get(name, old)) == old:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    stack.wait_for(name)
    return new


def test_a_stack_serves_postgresql_valkey_and_mail(stack: Stack) -> None:
    with psycopg.connect(stack.env["DATABASE_ADMIN_URL"]) as connection:
        row = connection.execute("SELECT current_database(), current_user").fetchone()

    assert row == ("atrium", "postgres")
    assert redis.Redis.from_url(stack.env["REDIS_URL"]).ping() is True
    assert httpx.get(stack.env["MAIL_URL"]).status_code == 200
    assert sorted(stack.pids) == sorted(SERVERS)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("max_locks_per_transaction", "1024"),
        ("max_connections", "400"),
        ("synchronous_commit", "on"),
        ("fsync", "on"),
        ("recovery_init_sync_method", "syncfs"),
        ("listen_addresses", "127.0.0.1"),
        ("server_encoding", "UTF8"),
    ],
)
def test_the_settings_that_matter_are_set(stack: Stack, setting: str, value: str) -> None:
    with psycopg.connect(stack.env["DATABASE_ADMIN_URL"]) as connection:
        shown = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()

    assert shown == (value,)


def test_a_mail_arrives_in_the_inbox(stack: Stack) -> None:
    send(stack, "Theo@Alpha.test", "Welcome")

    found = httpx.get(f"{stack.env['MAIL_URL']}/api", params={"to": "theo@alpha.test"}).json()

    assert [(mail["subject"], mail["to"], mail["links"]) for mail in found] == [
        ("Welcome", ["Theo@Alpha.test"], ["http://localhost/x?y=1"])
    ]


def test_the_inbox_answers_to_no_other_name(stack: Stack) -> None:
    answer = httpx.get(stack.env["MAIL_URL"], headers={"Host": "evil.example"})

    assert answer.status_code == 403


@pytest.mark.parametrize("name", SERVERS)
def test_a_killed_service_is_started_again_and_what_it_knew_is_there(name: str) -> None:
    with Stack(only=SERVERS) as stack:
        remember(stack)
        old = stack.pids[name]

        stack.kill(name)
        new = wait_for_other_pid(stack, name, old)

        assert new != old
        assert recall(stack) == [("kept",), b"kept", ["kept"]]


def remember(stack: Stack) -> None:
    with psycopg.connect(stack.env["DATABASE_ADMIN_URL"]) as connection:
        connection.execute("CREATE TABLE note (word text)")
        connection.execute("INSERT INTO note VALUES ('kept')")
    redis.Redis.from_url(stack.env["REDIS_URL"]).set("note", "kept")
    send(stack, "theo@alpha.test", "kept")


def recall(stack: Stack) -> list[object]:
    with psycopg.connect(stack.env["DATABASE_ADMIN_URL"]) as connection:
        row = connection.execute("SELECT word FROM note").fetchone()
    mails = httpx.get(f"{stack.env['MAIL_URL']}/api").json()
    subjects = [mail["subject"] for mail in mails]
    return [row, redis.Redis.from_url(stack.env["REDIS_URL"]).get("note"), subjects]


def test_a_stopped_service_stays_down_until_it_is_started(stack: Stack) -> None:
    stack.stop("valkey")
    time.sleep(0.5)
    down = sorted(stack.pids)

    stack.start("valkey")
    stack.wait_for("valkey")

    assert down == ["mail", "postgres"]
    assert redis.Redis.from_url(stack.env["REDIS_URL"]).ping() is True


def test_data_addresses_and_secrets_survive_the_end_of_a_stack(root: Path) -> None:
    with Stack(root=root, only=SERVERS) as first:
        remember(first)
    with Stack(root=root, only=SERVERS) as second:
        assert recall(second) == [("kept",), b"kept", ["kept"]]
        assert second.env == first.env


def test_the_end_of_a_stack_leaves_nothing_running(root: Path) -> None:
    with Stack(root=root, only=SERVERS):
        seen = len(processes_of(root))

    assert seen > len(SERVERS)
    assert processes_of(root) == []


def test_killing_the_supervisor_leaves_nothing_running(root: Path) -> None:
    stack = Stack(root=root, only=SERVERS)
    stack.open()
    remember(stack)
    before = stack.env

    stack.abandon()

    assert soon_empty(root) == []
    with Stack(root=root, only=SERVERS) as again:
        assert recall(again) == [("kept",), b"kept", ["kept"]]
        assert again.env == before


def test_a_stack_takes_nothing_from_the_stack_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://outer@127.0.0.1:1/outer")
    monkeypatch.setenv("SECRET_KEY", "outer")

    with Stack(only=("postgres",)) as stack:
        assert stack.env["SECRET_KEY"] != "outer"
        assert stack.env["DATABASE_URL"].startswith("postgresql://atrium_vendor:")


def test_the_state_file_says_what_runs_where_and_only_its_owner_may_read_it(root: Path) -> None:
    with Stack(root=root, only=SERVERS) as stack:
        said, pids = stack.state, stack.pids
        mode = (root / "stack" / "state.json").stat().st_mode & 0o777
        assert said["pids"] == pids
        assert said["database_url"] == stack.env["DATABASE_ADMIN_URL"]
        assert said["mail_url"] == stack.env["MAIL_URL"]

    assert stack.state["pids"] == {}
    assert mode == 0o600
