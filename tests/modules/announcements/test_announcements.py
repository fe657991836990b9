"""Announcements: shown in their time, to those who have not put them away, harmless."""

from __future__ import annotations

import datetime as dt

import pytest

from kernel import clock
from modules.announcements import queries, services
from modules.announcements.errors import EndsBeforeItStarts
from modules.announcements.models import Announcement
from modules.announcements.types import Wording
from tests.modules.conftest import switch_on
from tests.support.tenants import SYSTEM

HOUR = dt.timedelta(hours=1)


def wording(start=-1, end=None, title="Holiday", text="Markets close early."):
    now = clock.now()
    return Wording(
        title=title,
        text=text,
        tone="info",
        starts_at=now + start * HOUR,
        ends_at=None if end is None else now + end * HOUR,
    )


def test_only_what_is_of_now_is_shown(alpha, theo):
    with alpha.pin():
        services.publish_announcement(wording(title="Over", start=-3, end=-1), by=SYSTEM)
        services.publish_announcement(wording(title="Now", start=-1, end=1), by=SYSTEM)
        services.publish_announcement(wording(title="Later", start=1), by=SYSTEM)

        assert [line.title for line in queries.present(theo.pk)] == ["Now"]


def test_time_must_not_be_empty(alpha):
    with alpha.pin(), pytest.raises(EndsBeforeItStarts):
        services.publish_announcement(wording(start=1, end=0), by=SYSTEM)


def test_client_puts_it_away_for_himself_only(alpha, theo, ada):
    with alpha.pin():
        first = services.publish_announcement(wording(), by=SYSTEM)
        services.dismiss(first, client_id=theo.pk)
        services.dismiss(first, client_id=theo.pk)

        assert queries.present(theo.pk) == ()
        assert [line.id for line in queries.present(ada.pk)] == [first]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](https://example.com/spy.png)",
        "<img src=x onerror=alert(1)>",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
    ],
)
def test_text_can_do_no_harm(text):
    html = queries.rendered(text)

    assert not any(bad in html for bad in ("<script", "<img", 'href="javascript', 'href="data'))


def test_admin_publishes_and_theo_reads_and_puts_away(alpha, ada, theo):
    switch_on(alpha, "announcements")
    words = {"title": "Maintenance", "text": "**Sunday** 6 to 8.", "tone": "warn"}
    words["starts_at"] = f"{clock.now() - HOUR:%Y-%m-%dT%H:%M}"

    saved = alpha.signed_in(ada).post("/office/announcements/new/", words)
    browser = alpha.signed_in(theo)
    before = browser.get("/room/traders_room/").content.decode()
    with alpha.pin():
        (line,) = queries.announcements()
    browser.post(f"/room/announcements/{line.id}/dismiss/")
    after = browser.get("/room/traders_room/").content.decode()

    assert saved.status_code == 302
    assert "<strong>Sunday</strong>" in before
    assert "Maintenance" not in after


def test_withdrawn_is_shown_no_longer(alpha, ada, theo):
    switch_on(alpha, "announcements")
    with alpha.pin():
        shown = services.publish_announcement(wording(), by=SYSTEM)
        planned = services.publish_announcement(wording(start=2), by=SYSTEM)

    for one in (shown, planned):
        alpha.signed_in(ada).post(f"/office/announcements/{one}/withdraw/")

    with alpha.pin():
        assert queries.present(theo.pk) == ()
        assert [row.pk for row in Announcement.objects.all()] == [shown]


def test_who_may_publish_and_where(alpha, beta, ada, ben, theo):
    address = "/office/announcements/"
    assert alpha.signed_in(ada).get(address).status_code == 404

    switch_on(alpha, "announcements")
    with alpha.pin():
        made = services.publish_announcement(wording(), by=SYSTEM)

    assert alpha.client().get(address).status_code == 302
    assert alpha.signed_in(theo).get(address).status_code == 403
    assert beta.signed_in(ben).get(f"{address}{made}/").status_code == 404
