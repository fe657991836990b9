"""The page of stuck operations: who sees it, who decides, and that it tells the whole story."""

from __future__ import annotations

import pytest
from django.db import transaction

from identity.models import Role
from kernel.money import Money
from modules.trading import services
from modules.trading.models import Intent
from tests.modules.trading.test_opening import open_one
from tests.modules.trading.test_operations import ADA, ask, state, stuck
from tests.support.people import make_staff

LIST = "/office/trading/operations/"


@pytest.fixture
def account(alpha, theo, types):
    """Theo's open live account."""
    return open_one(alpha, theo, types["live"])


@pytest.fixture
def operation_id(alpha, simulator, account):
    """An operation that waits for a person."""
    yield stuck(alpha, simulator, account)
    simulator.control("/faults/clear")


def page(operation_id, more=""):
    return f"{LIST}{operation_id}/{more}"


def test_stuck_operation_is_listed_with_what_is_known(alpha, ada, account, operation_id):
    with alpha.pin():
        tag = Intent.objects.get(pk=operation_id).tag

    shown = alpha.signed_in(ada).get(LIST).content.decode()
    story = alpha.signed_in(ada).get(page(operation_id)).content.decode()

    assert all(text in shown for text in (tag, str(account.login), "5,000", "A person decides"))
    for text in ("Sent to the trading server", "No clear answer", "Looked up and not found"):
        assert text in story
    assert "cashier.deposit:1" in story
    assert "Evidence" in story


def test_filters_and_empty_states_say_what_to_do(alpha, ada, operation_id):
    browser = alpha.signed_in(ada)

    assert "No operation matches" in browser.get(f"{LIST}?q=nothing").content.decode()
    assert "Nothing is stuck" in browser.get(f"{LIST}?show=waiting").content.decode()
    assert str(operation_id) in browser.get(f"{LIST}?kind=balance").content.decode()
    assert str(operation_id) not in browser.get(f"{LIST}?kind=credit").content.decode()
    assert str(operation_id) in browser.get(f"{LIST}?show=all&q=cashier").content.decode()


def test_person_decides_by_the_page_with_a_fresh_factor(alpha, ada, operation_id):
    words = {"outcome": "not_booked", "evidence": "History of today", "reason": "It is not there"}

    stale = alpha.signed_in(ada).post(page(operation_id, "decide/"), words)
    assert state(alpha, operation_id).state == "manual"
    browser = alpha.signed_in(ada, fresh=True)
    empty = browser.post(page(operation_id, "decide/"), {**words, "evidence": ""})
    done = browser.post(page(operation_id, "decide/"), words)

    assert (stale.status_code, empty.status_code, done.status_code) == (302, 422, 302)
    assert stale["Location"].startswith("/accounts/security/again/")
    assert state(alpha, operation_id).is_refused
    assert "History of today" in browser.get(page(operation_id)).content.decode()


def test_asker_is_told_that_another_has_to_decide(alpha, ada, operation_id):
    with alpha.pin():
        Intent.objects.filter(pk=operation_id).update(asked_by=f"person:{ada.pk}")
    browser = alpha.signed_in(ada, fresh=True)
    words = {"outcome": "booked", "evidence": "x", "reason": "y"}

    shown = browser.get(page(operation_id)).content.decode()
    answer = browser.post(page(operation_id, "decide/"), words)

    assert "another person has to decide" in shown
    assert 'name="evidence"' not in shown
    assert answer.status_code == 422
    assert state(alpha, operation_id).state == "manual"


def test_look_again_call_off_and_limit_work(alpha, ada, account, operation_id):
    browser = alpha.signed_in(ada, fresh=True)
    other = ask(alpha, account, 1_00, key="other")

    assert browser.post(page(operation_id, "look/")).status_code == 302
    assert browser.post(page(other, "call-off/"), {"reason": "asked twice"}).status_code == 302
    assert browser.post(f"{LIST}limit/", {"limit": "50"}).status_code == 302

    assert state(alpha, operation_id).state == "unknown"
    assert state(alpha, other).is_refused
    assert "50" in browser.get(LIST).content.decode()


def test_nobody_without_the_right_sees_or_decides(alpha, beta, theo, ben, operation_id):
    with alpha.pin():
        Role.objects.create(key="seer", name="Seer", grants={"trading.see_operations": "all"})
    seer = make_staff(alpha, "sue@alpha.example", role="seer")
    words = {"outcome": "booked", "evidence": "x", "reason": "y"}

    assert alpha.client().get(LIST).status_code == 302
    assert alpha.signed_in(theo).get(LIST).status_code in {302, 403, 404}
    assert alpha.signed_in(seer).get(page(operation_id)).status_code == 200
    decided = alpha.signed_in(seer, fresh=True).post(page(operation_id, "decide/"), words)
    assert decided.status_code == 403
    assert beta.signed_in(ben).get(page(operation_id)).status_code == 404
    assert str(operation_id) not in beta.signed_in(ben).get(f"{LIST}?show=all").content.decode()
    assert state(alpha, operation_id).state == "manual"


def test_list_takes_the_same_statements_for_one_and_for_many(alpha, ada, account, queries_of):
    browser = alpha.signed_in(ada)
    ask(alpha, account, 1_00, key="0")
    one = queries_of(lambda: browser.get(f"{LIST}?show=all"))
    for number in range(1, 4):
        with alpha.pin(), transaction.atomic():
            services.ask_credit(
                account.id, Money(number, "USD"), by=ADA, cause="many", key=str(number)
            )

    assert queries_of(lambda: browser.get(f"{LIST}?show=all")) == one
