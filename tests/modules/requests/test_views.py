"""The queue's pages, the approvals, the client's list and the API, with Beta beside."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from identity.models import User
from modules.requests import queries, services
from modules.requests.models import ApprovalPolicy, Remark, Request
from tests.modules.conftest import make_client
from tests.modules.requests.conftest import (
    CREDIT,
    LEVERAGE,
    actor,
    ask,
    pdf,
    set_policy,
    state_of,
    usd,
)
from tests.support.people import make_staff


def office(request_id, verb=""):
    return f"/office/requests/{request_id}/{verb}"


def room(request_id, verb=""):
    return f"/room/requests/{request_id}/{verb}"


@pytest.mark.parametrize(
    "path", ["/office/requests/", "/office/requests/?of=all&age=late", "/office/requests/{id}/"]
)
def test_colleagues_see_the_queue_and_others_do_not(alpha, ada, theo, path):
    address = path.format(id=ask(alpha, theo))

    assert alpha.signed_in(ada).get(address).status_code == 200
    assert alpha.signed_in(theo).get(address).status_code == 403
    assert alpha.client().get(address).status_code == 302


def test_beta_reaches_no_request_of_alpha(alpha, beta, ben, theo):
    # ISO-02: another broker's id is no id here.
    request_id = ask(alpha, theo, files=[pdf()])
    with alpha.pin():
        paper = Request.objects.get().papers.get().pk
    browser = beta.signed_in(ben, fresh=True)

    for verb in ("", "approve/", "refuse/", "remarks/"):
        answer = browser.post(office(request_id, verb)) if verb else browser.get(office(request_id))
        assert answer.status_code == 404
    assert browser.get(f"/office/requests/files/{paper}/").status_code == 404
    assert "700001" not in browser.get("/office/requests/?of=all").content.decode()
    assert state_of(alpha, request_id) == "waiting"


def test_colleague_approves_on_the_page(alpha, ada, theo):
    request_id = ask(alpha, theo)
    browser = alpha.signed_in(ada)

    page = browser.get(office(request_id)).content.decode()
    browser.post(office(request_id, "approve/"))

    assert "Leverage of" in page
    assert "Who decides" in page
    assert state_of(alpha, request_id) == "approved"


def test_the_page_says_why_i_may_not_decide(alpha, ada, theo):
    request_id = ask(alpha, theo, by=actor(alpha, ada))

    page = alpha.signed_in(ada).get(office(request_id)).content.decode()

    assert "You asked for this or prepared it" in page
    assert "/approve/" not in page


def test_a_sensitive_kind_asks_for_a_fresh_second_factor(alpha, ada, theo):
    request_id = ask(alpha, theo, kind=CREDIT, amount=usd(1_00))

    stale = alpha.signed_in(ada).post(office(request_id, "approve/"))
    before = state_of(alpha, request_id)
    alpha.signed_in(ada, fresh=True).post(office(request_id, "approve/"))

    assert (stale.status_code, before) == (302, "waiting")
    assert state_of(alpha, request_id) == "approved"


def test_several_are_approved_at_once(alpha, ada, theo):
    one, two = ask(alpha, theo), ask(alpha, theo)
    own = ask(alpha, theo, by=actor(alpha, ada))
    browser = alpha.signed_in(ada)

    browser.post("/office/requests/approve/", {"request_id": [one, two, own]})
    page = browser.get("/office/requests/?of=all").content.decode()

    assert [state_of(alpha, x) for x in (one, two, own)] == ["approved", "approved", "waiting"]
    assert "2 requests approved." in page
    assert "You asked for this or prepared it" in page


def test_refusing_without_words_shows_the_page_again(alpha, ada, theo):
    request_id = ask(alpha, theo)
    browser = alpha.signed_in(ada)

    assert browser.post(office(request_id, "refuse/"), {"reason": ""}).status_code == 422
    assert browser.post(office(request_id, "refuse/"), {"reason": "No."}).status_code == 302
    assert state_of(alpha, request_id) == "refused"


def test_what_colleagues_say_among_themselves_stays_there(alpha, ada, theo):
    request_id = ask(alpha, theo)
    browser = alpha.signed_in(ada)

    paper = SimpleUploadedFile("inner.pdf", b"%PDF-1.7 secret")
    browser.post(
        office(request_id, "remarks/"), {"text": "Looks odd.", "is_inner": "on", "papers": paper}
    )
    browser.post(office(request_id, "remarks/"), {"text": "We look at it."})

    theirs = browser.get(office(request_id)).content.decode()
    his = alpha.signed_in(theo).get(room(request_id)).content.decode()
    with alpha.pin():
        inner = Request.objects.get().papers.get().pk
        assert Remark.objects.count() == 2
    assert "Looks odd." in theirs
    assert "We look at it." in theirs
    assert "Looks odd." not in his
    assert "We look at it." in his
    assert alpha.signed_in(theo).get(f"/room/requests/files/{inner}/").status_code == 404
    assert browser.get(f"/office/requests/files/{inner}/").status_code == 302


def test_client_follows_answers_and_cancels(alpha, ada, theo):
    request_id = ask(alpha, theo)
    with alpha.pin():
        services.ask_for_more(request_id, reason="Which bank?", by=actor(alpha, ada))
    browser = alpha.signed_in(theo)

    listed = browser.get("/room/requests/").content.decode()
    asked = browser.get(room(request_id)).content.decode()
    empty = browser.post(room(request_id, "answer/"), {"text": ""})
    answered = browser.post(room(request_id, "answer/"), {"text": "The blue one."})
    waiting = state_of(alpha, request_id)
    browser.post(room(request_id, "cancel/"))

    assert "Which bank?" in listed
    assert "Which bank?" in asked
    assert (empty.status_code, answered.status_code) == (422, 302)
    assert (waiting, state_of(alpha, request_id)) == ("waiting", "cancelled")


def test_nobody_follows_anothers_request(alpha, theo):
    other = make_client(alpha, "eve@example.com", "Eve", "Weiss")
    request_id = ask(alpha, theo)
    browser = alpha.signed_in(other)

    assert browser.get(room(request_id)).status_code == 404
    assert browser.post(room(request_id, "cancel/")).status_code == 404
    assert "700001" not in browser.get("/room/requests/").content.decode()


def test_a_client_hears_only_of_the_last_level(alpha, ada, finn, theo):
    set_policy(alpha)
    request_id = ask(alpha, theo)
    with alpha.pin():
        services.approve(request_id, by=actor(alpha, ada))

    page = alpha.signed_in(theo).get(room(request_id)).content.decode()

    assert "Approved" not in page
    assert "Ada" not in page


def policy_words(**more):
    words = {"is_decided": "1", "expected_hours": "4", "levels": "1", "score_needed": "0"}
    return words | {"level1_name": "Desk", "level1_currency": "USD"} | more


def test_admin_says_who_decides(alpha, ada, theo):
    browser = alpha.signed_in(ada, fresh=True)
    address = f"/office/requests/policies/{CREDIT}/"

    page = browser.get(address)
    words = policy_words(
        level1_people=[str(ada.pk)],
        level1_least="250",
        score_needed="30",
        rule_client_days_points="30",
        rule_client_days_value="90",
    )
    saved = browser.post(address, words)
    again = browser.get(address).content.decode()
    listed = browser.get("/office/requests/policies/").content.decode()

    with alpha.pin():
        held = queries.policy(CREDIT)
    assert (page.status_code, saved.status_code) == (200, 302)
    assert held.levels[0].least == usd(250_00)
    assert (held.levels[0].person_ids, held.expected_hours) == ((ada.pk,), 4)
    assert [(r.kind, r.value, r.points) for r in held.rules] == [("client_days", 90, 30)]
    assert 'value="250' in again
    assert "from 30 points on" in listed


def test_a_score_that_cannot_be_reached_is_refused(alpha, ada):
    browser = alpha.signed_in(ada, fresh=True)

    answer = browser.post(f"/office/requests/policies/{LEVERAGE}/", policy_words(score_needed="5"))

    assert answer.status_code == 422
    with alpha.pin():
        assert ApprovalPolicy.objects.count() == 0


def test_policies_need_their_right_and_a_fresh_factor(alpha, ada):
    sam = make_staff(alpha, "sam@alpha.example", role="support")

    assert alpha.signed_in(sam).get("/office/requests/policies/").status_code == 403
    assert alpha.signed_in(ada).get("/office/requests/policies/").status_code == 302
    fresh = alpha.signed_in(ada, fresh=True)
    assert fresh.get("/office/requests/policies/no.such/").status_code == 404


def test_the_clients_page_shows_his_requests(alpha, ada, theo):
    ask(alpha, theo)

    page = alpha.signed_in(ada).get(f"/office/clients/{theo.pk}/").content.decode()

    assert "/office/requests/" in page


def test_the_queue_takes_as_many_statements_for_three_as_for_one(alpha, ada, theo, queries_of):
    browser = alpha.signed_in(ada)
    ask(alpha, theo)
    one = queries_of(lambda: browser.get("/office/requests/?of=all"))
    ask(alpha, theo), ask(alpha, theo)

    assert queries_of(lambda: browser.get("/office/requests/?of=all")) == one


def test_api_decides_by_session_once_per_key(alpha, ada, theo):
    request_id = ask(alpha, theo)
    browser = alpha.signed_in(ada)
    address = f"/api/v1/requests/requests/{request_id}/refuse"

    def refuse():
        return browser.post(
            address,
            json.dumps({"reason": "Not yet."}),
            content_type="application/json",
            headers={"Idempotency-Key": "refuse-1"},
        )

    first, again = refuse(), refuse()

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["state"] == again.json()["state"] == "refused"
    assert again["Idempotency-Replayed"] == "true"


def test_api_shows_a_client_his_own(alpha, beta, ben, theo):
    request_id = ask(alpha, theo)
    browser = alpha.signed_in(theo)

    mine = browser.get("/api/v1/requests/my/requests").json()["items"]
    cancelled = browser.post(f"/api/v1/requests/my/requests/{request_id}/cancel")

    assert [one["id"] for one in mine] == [str(request_id)]
    assert cancelled.json()["state"] == "cancelled"
    assert beta.signed_in(ben).get(f"/api/v1/requests/requests/{request_id}").status_code == 404


def test_usual_reason_is_read_in_the_clients_language_with_the_words_beside_it(alpha, ada, theo):
    with alpha.pin():
        User.objects.filter(pk=theo.pk).update(language="de")
    request_id = ask(alpha, theo)
    office, room = alpha.signed_in(ada), alpha.signed_in(theo)
    address = f"/office/requests/{request_id}/refuse/"

    empty = office.post(address, {"code": "", "reason": ""})
    odd = office.post(address, {"code": "whatever"})
    done = office.post(address, {"code": "documents", "reason": "See page 2."})
    shown = room.get(f"/room/requests/{request_id}/").content.decode()

    assert (empty.status_code, odd.status_code, done.status_code) == (422, 422, 302)
    assert "Please say why." in empty.content.decode()
    assert "Ihre Unterlagen sind unvollständig" in shown
    assert "See page 2." in shown
