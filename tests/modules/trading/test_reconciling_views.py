"""The pages of proofs, histories and changes: who sees them, and that their buttons work."""

from __future__ import annotations

import pytest

from modules.trading import services
from modules.trading.models import Backfill, Deal, Difference, Reconciliation
from provisioning.servers.models import ServerSymbol
from tests.modules.trading.test_reconciling import compare, read  # noqa: F401 - a fixture
from tests.support.people import make_staff

PAGES = (
    "/office/trading/servers/",
    "/office/trading/servers/{server}/",
    "/office/trading/servers/{server}/?state=all&kind=balance&login=12",
    "/office/trading/servers/{server}/reading/",
    "/office/trading/servers/{server}/changes/",
    "/office/trading/comparisons/{run}/",
)


@pytest.fixture
def seeded(alpha, wired, read):  # noqa: F811 - the fixture
    """One comparison that found a lost deal and what follows from it."""
    with alpha.pin():
        closing = Deal.objects.filter(login=read.login, action__in=(0, 1), entry=1)
        Deal.objects.filter(pk=closing.earliest("done_at").pk).delete()
    return compare(alpha, wired)


@pytest.mark.parametrize("path", PAGES)
def test_colleagues_see_the_proofs_and_nobody_else(alpha, ada, theo, wired, seeded, path):
    address = path.format(server=wired, run=seeded.pk)

    assert alpha.signed_in(ada).get(address).status_code == 200
    assert alpha.client().get(address).status_code == 302
    assert alpha.signed_in(theo).get(address).status_code == 403


@pytest.mark.parametrize("path", PAGES[1:])
def test_the_other_broker_finds_none_of_it(beta, ben, wired, seeded, path):
    address = path.format(server=wired, run=seeded.pk)

    assert beta.signed_in(ben).get(address).status_code == 404


def test_the_page_tells_what_differs_and_repairs_it(alpha, ada, wired, seeded):
    browser = alpha.signed_in(ada)
    page = browser.get(f"/office/trading/servers/{wired}/").content.decode()
    with alpha.pin():
        row = Difference.objects.get(kind="deal_there")

    answer = browser.post(f"/office/trading/differences/{row.pk}/repair/", {"repair": "read_again"})
    with alpha.pin():
        services.repair_difference(row.pk, "read_again")
    after = browser.get(f"/office/trading/servers/{wired}/").content.decode()

    assert "Deal only on the server" in page
    assert "Differs" in page
    assert answer.status_code == 302
    assert "Agrees" in after
    assert "Nothing differs" in after


def test_an_explanation_is_kept_with_its_author(alpha, ada, wired, seeded):
    browser = alpha.signed_in(ada)
    with alpha.pin():
        ids = list(Difference.objects.filter(state="open").values_list("pk", flat=True))

    for number in ids:
        browser.post(f"/office/trading/differences/{number}/explain/", {"reason": "Known"})

    page = browser.get(f"/office/trading/servers/{wired}/").content.decode()
    with alpha.pin():
        assert not Difference.objects.filter(state="open").exists()
        assert {row.decided_by for row in Difference.objects.all()} == {"Ada"}
    assert "Known" in page


def test_the_offices_first_page_has_a_tile_for_every_server(alpha, beta, ada, ben, wired, seeded):
    here = alpha.signed_in(ada).get("/office/", follow=True).content.decode()
    there = beta.signed_in(ben).get("/office/", follow=True).content.decode()

    assert 'data-proof="red"' in here
    assert "data-proof" not in there


def test_a_comparison_is_started_by_its_button(alpha, ada, wired, seeded):
    answer = alpha.signed_in(ada).post(f"/office/trading/servers/{wired}/compare/")

    with alpha.pin():
        run = Reconciliation.objects.latest("began_at")
    assert answer["Location"] == f"/office/trading/comparisons/{run.pk}/"
    assert run.asked_by == "Ada"


def test_reading_a_history_is_paused_and_continued(alpha, ada, wired, seeded):
    browser = alpha.signed_in(ada)
    address = f"/office/trading/servers/{wired}/"

    browser.post(f"{address}history/start/")
    browser.post(f"{address}history/pause/")
    paused = browser.get(f"{address}reading/").content.decode()
    browser.post(f"{address}history/resume/")
    wrong = browser.post(f"{address}history/forget/")

    with alpha.pin():
        assert Backfill.objects.latest("began_at").state == "running"
    assert "Paused" in paused
    assert "Continue" in paused
    assert wrong.status_code == 404


def test_a_stranger_may_look_and_not_repair(alpha, wired, seeded):
    looker = make_staff(alpha, "lou@alpha.example", role="support")
    browser = alpha.signed_in(looker)

    assert browser.post(f"/office/trading/servers/{wired}/compare/").status_code == 403


def test_changes_of_symbols_are_listed(alpha, ada, wired, seeded):
    from provisioning.servers.services import read_symbols

    with alpha.pin():
        read_symbols(wired)
        ServerSymbol.objects.filter(name="EURUSD").update(swap_long="-99.5")
        ServerSymbol.objects.filter(name="GBPUSD").update(name="GBPUSD.old")
        read_symbols(wired)

    page = alpha.signed_in(ada).get(f"/office/trading/servers/{wired}/changes/").content.decode()

    assert "Swap long" in page
    assert "-99.5" in page
    assert "Renamed" in page
    assert "GBPUSD.old" in page
