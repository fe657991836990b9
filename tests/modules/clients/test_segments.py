"""Verification levels and client groups: set with a reason, told apart, and Beta's own."""

from __future__ import annotations

import pytest

from kernel import audit
from kernel.errors import Refused
from kernel.ids import new_id
from modules.clients import queries, services
from modules.clients.models import Client, ClientGroup
from modules.clients.types import ClientFilter
from tests.modules.clients.test_clients import seer
from tests.modules.conftest import make_client
from tests.support.tenants import SYSTEM

API = "/api/v1/clients"


@pytest.fixture
def vip(alpha):
    with alpha.pin():
        return services.create_group("Gold circle", by=SYSTEM)


def post(browser, path, told, **headers):
    return browser.post(f"{API}{path}", told, content_type="application/json", headers=headers)


def test_a_client_begins_with_nothing_proven_and_is_raised_with_a_reason(alpha, theo):
    with alpha.pin():
        first = queries.standing(theo.pk)
        services.set_verification_level(theo.pk, 2, reason=" Passport seen ", by=SYSTEM)
        card = queries.client(theo.pk, by=seer())
        (last, *_older) = audit.entries(about=f"clients.Client:{theo.pk}")

    assert (first.level, first.groups, first.country) == (0, frozenset(), "DE")
    assert (card.line.level, card.line.level_name) == (2, "Full")
    assert (last.action, last.changes, last.reason) == (
        "clients.level_set", {"level": [0, 2]}, "Passport seen",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("level", "reason", "code"),
    [
        (7, "Passport", "clients.no_such_level"),
        (-1, "Passport", "clients.no_such_level"),
        (1, "  ", "clients.reason_needed"),
    ],
)
def test_a_level_that_is_none_or_has_no_reason_is_refused(alpha, theo, level, reason, code):
    with alpha.pin(), pytest.raises(Refused) as refused:
        services.set_verification_level(theo.pk, level, reason=reason, by=SYSTEM)

    with alpha.pin():
        assert Client.objects.get(pk=theo.pk).level == 0
    assert refused.value.code == code


def test_levels_are_called_what_the_broker_calls_them(alpha, beta):
    with alpha.pin():
        services.rename_level(1, "Papers seen", {"de": "Geprüft"}, by=SYSTEM)
        made = services.add_level("Wealthy", {}, by=SYSTEM)
        names = [one.name for one in queries.levels()]
    with beta.pin():
        others = [one.name for one in queries.levels()]

    assert (made, names) == (3, ["Not verified", "Papers seen", "Full", "Wealthy"])
    assert others == ["Not verified", "Basic", "Full"]


def test_an_archived_group_keeps_who_is_in_it_and_takes_nobody_new(alpha, theo, vip):
    eve = make_client(alpha, "eve@example.com", "Eve", "Weiss")
    with alpha.pin():
        services.set_groups(theo.pk, [vip], by=SYSTEM)
        services.archive_group(vip, by=SYSTEM)
        services.set_groups(theo.pk, [vip], by=SYSTEM)
        with pytest.raises(Refused) as refused:
            services.set_groups(eve.pk, [vip], by=SYSTEM)

        assert queries.standing(theo.pk).groups == {vip}
        assert queries.standing(eve.pk).groups == frozenset()
    assert refused.value.code == "clients.no_such_group"


def test_the_list_is_narrowed_to_a_group_and_a_level(alpha, ada, theo, vip):
    make_client(alpha, "eve@example.com", "Eve", "Weiss")
    browser = alpha.signed_in(ada)
    with alpha.pin():
        services.set_groups(theo.pk, [vip], by=SYSTEM)
        services.set_verification_level(theo.pk, 1, reason="Passport", by=SYSTEM)
        found = [
            [line.id for line in queries.clients(ClientFilter(**wanted), by=seer()).lines]
            for wanted in ({"group": vip}, {"level": 1}, {"group": new_id()})
        ]

    assert found == [[theo.pk], [theo.pk], []]
    for query in (f"group={vip}", "level=1"):
        page = browser.get(f"/office/clients/?{query}").content.decode()
        assert ("Theo Adler" in page, "Eve Weiss" in page) == (True, False)
        listed = browser.get(f"{API}/clients?{query}").json()["items"]
        assert [one["id"] for one in listed] == [str(theo.pk)]
    assert browser.get("/office/clients/?group=x&level=x").status_code == 200
    assert browser.get(f"{API}/clients?group=x").status_code == 422


def test_colleagues_set_level_and_groups_by_the_page(alpha, ada, theo, vip):
    browser = alpha.signed_in(ada, fresh=True)
    base = f"/office/clients/{theo.pk}"
    browser.post(f"{base}/level/", {"level": "1", "reason": "Passport"})
    browser.post(f"{base}/groups/", {"groups": [str(vip)]})
    for words in ({"level": "9", "reason": "x"}, {"level": "2"}, {}):
        browser.post(f"{base}/level/", words)
    browser.post(f"{base}/groups/", {"groups": [str(new_id())]})
    page = browser.get(f"{base}/").content.decode()

    with alpha.pin():
        held = queries.standing(theo.pk)
    assert (held.level, held.groups) == (1, {vip})
    assert "Gold circle" in page
    assert "Basic" in page


def test_groups_are_made_renamed_and_archived_by_the_page(alpha, ada):
    browser = alpha.signed_in(ada)
    root = "/office/clients/groups/"
    made = browser.post(root, {"name": "VIP"})
    twice = browser.post(root, {"name": "vip"})
    nameless = browser.post(root, {"name": " "})
    with alpha.pin():
        row = ClientGroup.objects.get()
    browser.post(f"{root}{row.pk}/", {"name": "Best"})
    browser.post(f"{root}{row.pk}/archive/")
    level = browser.post("/office/clients/levels/1/", {"name": "Papers", "title_de": "Geprüft"})

    with alpha.pin():
        row.refresh_from_db()
        assert queries.level(1).name == "Papers"
    assert (made.status_code, twice.status_code, nameless.status_code) == (302, 422, 422)
    assert "There is a client group “vip” already." in twice.content.decode()
    assert (row.name, row.archived_at is not None, level.status_code) == ("Best", True, 302)
    assert browser.get("/office/clients/levels/8/").status_code == 404


def test_level_and_groups_over_the_api_and_bad_input_is_a_clear_problem(alpha, ada, theo):
    browser = alpha.signed_in(ada, fresh=True)
    group = post(browser, "/groups", {"name": "VIP"}).json()
    one = f"/clients/{theo.pk}"
    raised = post(browser, f"{one}/level", {"level": 2, "reason": "Passport"}).json()
    put = post(browser, f"{one}/groups", {"groups": [group["id"]]}).json()
    codes = [
        post(browser, "/groups", {"name": "vip"}).json()["code"],
        post(browser, f"{one}/level", {"level": 8, "reason": "x"}).json()["code"],
        post(browser, f"{one}/groups", {"groups": [str(new_id())]}).json()["code"],
    ]

    assert (raised["level"], put["groups"]) == (2, [group["id"]])
    assert codes == [
        "clients.group_name_taken", "clients.no_such_level", "clients.no_such_group",
    ]  # fmt: skip
    assert post(browser, f"{one}/level", {"level": 1}).status_code == 422
    assert [line["rank"] for line in browser.get(f"{API}/levels").json()] == [0, 1, 2]


def test_a_client_sees_his_level_and_nobody_below_a_right_sets_it(alpha, theo, vip):
    browser = alpha.signed_in(theo, fresh=True)
    page = browser.get("/room/clients/").content.decode()
    refused = browser.post(f"/office/clients/{theo.pk}/level/", {"level": "2", "reason": "me"})

    with alpha.pin():
        assert queries.standing(theo.pk).level == 0
    assert "Not verified" in page
    assert "Gold circle" not in page
    assert refused.status_code == 403


def test_beta_has_neither_alphas_groups_nor_its_clients(alpha, beta, ben, theo, vip):
    # ISO-02
    browser = beta.signed_in(ben, fresh=True)
    pages = [browser.get("/office/clients/groups/"), browser.get("/office/clients/")]
    answers = [
        browser.post(f"/office/clients/{theo.pk}/level/", {"level": "1", "reason": "x"}),
        browser.post(f"/office/clients/groups/{vip}/archive/"),
        post(browser, f"/groups/{vip}", {"name": "Mine"}),
        post(browser, f"/clients/{theo.pk}/groups", {"groups": []}),
    ]

    assert not any("Gold circle" in page.content.decode() for page in pages)
    assert [answer.status_code for answer in answers] == [404] * 4
    with beta.pin(), pytest.raises(Refused):
        services.set_groups(theo.pk, [vip], by=SYSTEM)
    with alpha.pin():
        assert ClientGroup.objects.get().archived_at is None
