"""Trading over JSON: the asker's own, or within his right; nothing else exists."""

from __future__ import annotations

import pytest

from tests.modules.conftest import make_client
from tests.modules.trading.conftest import carry_out_all
from tests.modules.trading.test_opening import open_one
from tests.modules.trading.test_syncing import look, with_history

ROOT = "/api/v1/trading"


def test_client_opens_an_account_over_the_api(alpha, theo, types):
    browser = alpha.signed_in(theo)
    browser.get("/room/trading/")  # sets the CSRF cookie
    wish = {"type_id": str(types["live"]), "leverage": 100}

    asked = browser.post(f"{ROOT}/my/accounts", wish, content_type="application/json")
    carry_out_all(alpha)
    (mine,) = browser.get(f"{ROOT}/my/accounts").json()["items"]

    assert asked.status_code == 202
    assert (mine["state"], mine["leverage"], mine["currency"]) == ("open", 100, "USD")


def test_deals_come_in_pages_without_gaps(alpha, theo, wired, types, simulator):
    account = with_history(alpha, theo, types, simulator)
    look(alpha, wired)
    look(alpha, wired, later=30)
    browser = alpha.signed_in(theo)

    numbers, cursor = [], ""
    while cursor is not None:
        page = browser.get(f"{ROOT}/accounts/{account.id}/deals?limit=40&cursor={cursor}").json()
        numbers += [deal["deal_id"] for deal in page["items"]]
        cursor = page["next"]

    with alpha.pin():
        from modules.trading.models import Deal

        here = Deal.objects.filter(account_id=account.id).order_by("deal_id")
        assert numbers == list(here.values_list("deal_id", flat=True))


@pytest.mark.parametrize("part", ["", "/positions", "/deals"])
def test_account_of_another_is_not_there(alpha, beta, ben, theo, types, part):
    account = open_one(alpha, theo, types["live"])
    eve = make_client(alpha, "eve@example.com", "Eve", "Weiss")
    address = f"{ROOT}/accounts/{account.id}{part}"

    assert alpha.signed_in(theo).get(address).status_code == 200
    assert alpha.signed_in(eve).get(address).status_code == 404
    assert beta.signed_in(ben).get(address).status_code == 404
    assert alpha.client().get(address).status_code == 401


def test_client_may_not_list_everyones_accounts(alpha, ada, theo, types):
    account = open_one(alpha, theo, types["live"])

    listed = alpha.signed_in(ada).get(f"{ROOT}/accounts").json()["items"]

    assert [one["id"] for one in listed] == [str(account.id)]
    assert alpha.signed_in(theo).get(f"{ROOT}/accounts").status_code == 403


def test_clients_are_listed_to_colleagues_only(alpha, ada, theo):
    make_client(alpha, "eve@example.com", "Eve", "Weiss")
    browser = alpha.signed_in(ada)

    first = browser.get("/api/v1/clients/clients?limit=1").json()
    second = browser.get(f"/api/v1/clients/clients?limit=1&cursor={first['next']}").json()

    assert [one["name"] for one in first["items"] + second["items"]] == ["Theo Adler", "Eve Weiss"]
    assert second["next"] is None
    assert alpha.signed_in(theo).get("/api/v1/clients/clients").status_code == 403
