"""After a restore nothing is sent until it was looked up, compared and released (SAG-09)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.management import call_command

from kernel import audit, clock
from modules.trading import queries, services
from modules.trading.errors import (
    EvidenceNeeded,
    NoSuchPause,
    NotDecidable,
    NotLookedInto,
    PausedAlready,
)
from modules.trading.models import DatabaseSeen, Intent, SendingPause
from tests.modules.trading.conftest import carry_out_all
from tests.modules.trading.test_opening import open_one
from tests.modules.trading.test_operations import CARL, ask, on_server, state, step, story
from tests.modules.trading.test_reconciling import compare
from tests.modules.trading.test_syncing import look

LIST = "/office/trading/operations/"


@pytest.fixture
def account(alpha, theo, types):
    """Theo's open live account."""
    return open_one(alpha, theo, types["live"])


def lose_the_last_minutes(alpha, *operation_ids):
    """What a restore of our database does: it goes on in another timeline, as it was before."""
    with alpha.pin():
        Intent.objects.filter(pk__in=operation_ids).update(
            state="waiting", was_sent=False, sends=0, sent_at=None, attempts=0, lookups=0,
            deal_id=None, decided_at=None, due_at=clock.now(),
        )  # fmt: skip
        DatabaseSeen.objects.update(life="7000000000000000000:00000001")


def standing(alpha):
    with alpha.pin():
        return queries.pauses()


def compare_and_release(alpha, wired, pause_id):
    for seconds in (0, 30):
        look(alpha, wired, later=seconds)
    assert compare(alpha, wired).unexplained == 0
    with alpha.pin():
        with pytest.raises(EvidenceNeeded):
            services.release_sending(pause_id, reason=" ", by=CARL)
        services.release_sending(pause_id, reason="Compared with the server.", by=CARL)
        with pytest.raises(NoSuchPause):
            services.release_sending(pause_id, reason="Again.", by=CARL)


def test_what_a_restore_forgot_is_found_and_not_sent_twice_sag_09(alpha, wired, account, simulator):
    sent, never = ask(alpha, account, 25_00, key="sent"), ask(alpha, account, 7_00, key="never")
    step(alpha, sent)
    assert on_server(alpha, wired, account).balance == Decimal(25)
    lose_the_last_minutes(alpha, sent, never)

    step(alpha, never)
    step(alpha, sent)
    with pytest.raises(NotDecidable), alpha.pin():
        services.call_off(never, by=CARL, reason="It never left, or did it?")
    later = ask(alpha, account, 1_00, key="later")
    for minutes in (1, 6, 12, 20):
        for one in (never, later):
            step(alpha, one, minutes=minutes)

    assert (state(alpha, sent).is_done, story(alpha, sent)[-3:]) == (
        True,
        ["doubted", "doubted", "found"],
    )
    assert (state(alpha, never).state, state(alpha, later).state) == ("unknown", "waiting")
    assert on_server(alpha, wired, account).balance == Decimal(25)

    (pause,) = standing(alpha)
    with alpha.pin(), pytest.raises(NotLookedInto):
        services.release_sending(pause.id, reason="Surely it is all right.", by=CARL)
    with clock.frozen(clock.now() + dt.timedelta(minutes=21)):
        compare_and_release(alpha, wired, pause.id)
    for minutes in (22, 23, 24):
        for one in (never, later):
            step(alpha, one, minutes=minutes)

    assert state(alpha, never).is_done
    assert state(alpha, later).is_done
    assert on_server(alpha, wired, account).balance == Decimal(33)


def test_a_server_that_was_restored_is_sent_nothing_new_and_others_are_sag_09(
    alpha, beta, wired, account
):
    with alpha.pin():
        services.pause_sending(wired, why="Their backup of 10:40 was put back.", by=CARL)
        with pytest.raises(PausedAlready):
            services.pause_sending(wired, why="Twice.", by=CARL)
        (line,) = queries.pauses()
        told = audit.entries(about=SendingPause.objects.get())[0]
    operation_id = ask(alpha, account, 5_00)

    assert carry_out_all(alpha) == 0
    assert state(alpha, operation_id).state == "waiting"
    assert (line.server_name, line.unproven, told.reason) == (
        "Alpha-Server", ("Alpha-Server",), "Their backup of 10:40 was put back.",
    )  # fmt: skip
    with alpha.pin():
        assert not queries.is_sending_paused()
    with beta.pin():
        assert (queries.pauses(), queries.is_sending_paused(wired)) == ((), False)


def test_the_same_database_after_a_restart_is_no_other(alpha):
    with alpha.pin():
        assert not services.notice_restore()
        first = DatabaseSeen.objects.get().life
        assert not services.notice_restore()

    identifier, _colon, timeline = first.partition(":")
    assert (identifier.isdigit(), len(timeline)) == (True, 8)
    assert standing(alpha) == ()


def test_a_colleague_pauses_and_releases_on_the_page_and_the_vendor_by_command(alpha, ada, capsys):
    browser = alpha.signed_in(ada, fresh=True)
    empty = browser.post(f"{LIST}pause/", {"server": "", "reason": ""}, follow=True)
    assert "Please give a reason" in empty.content.decode()

    call_command("pause_sending", alpha.info.slug, why="Restored to 10:40.")
    call_command("pause_sending", alpha.info.slug, why="Restored to 10:40.")
    shown = browser.get(LIST).content.decode()
    (pause,) = standing(alpha)
    stale = alpha.signed_in(ada).post(f"{LIST}pauses/{pause.id}/", {"reason": "x"})
    after = browser.post(f"{LIST}pauses/{pause.id}/", {"reason": "All is there."}, follow=True)
    again = browser.post(f"{LIST}pause/", {"server": "", "reason": "Another one."}, follow=True)

    assert capsys.readouterr().out.splitlines()[-1].endswith("paused already")
    assert "Nothing is sent to trading servers and payment services" in shown
    assert "Restored to 10:40." in shown
    assert stale["Location"].startswith("/accounts/security/again/")
    assert "sent again" in after.content.decode()
    assert "Another one." in again.content.decode()
