"""Failed deposits as tasks, payments that nobody settled, and money that is sent back."""

from __future__ import annotations

import datetime as dt

import pytest

from kernel import clock
from kernel.actor import Actor, ActorKind, Scope
from kernel.ids import new_id
from tests.modules.cashier.conftest import (
    ask,
    get,
    hear,
    house,
    ledger_holds,
    number,
    wallet,
)
from tests.modules.cashier.going_out import usd, worker
from tests.modules.cashier.test_finance_api import call
from tests.support.people import letters, make_staff
from tests.support.tenants import SYSTEM

OFFICE = "/office/cashier/deposits"


@pytest.fixture
def desk(alpha, ada):
    """Ada's browser with a fresh second factor."""
    return alpha.signed_in(ada, fresh=True)


@pytest.fixture
def finance():
    """A colleague who sees every deposit and task."""
    codes = ("cashier.see_deposits", "cashier.see_finance", "clients.see_clients")
    grants = dict.fromkeys(codes, Scope.ALL)
    return Actor(kind=ActorKind.PERSON, id=new_id(), name="Carl", grants=grants, is_staff=True)


@pytest.fixture
def failed(alpha, psp, till, theo):
    """A deposit that no provider could take."""
    psp.behave(begin="technical_decline")
    return ask(alpha, theo, till.methods["redirect"])


def tasks(place, tab="open"):
    """Kind, who has it and what came of it, of every task."""
    from modules.cashier.models import FollowUp

    with place.pin():
        rows = FollowUp.objects.filter(state=tab).order_by("pk")
        return list(rows.values_list("kind", "taken_by", "outcome", "times"))


def story(place, deposit_id):
    with place.pin():
        return list(
            get(place, deposit_id).moves.order_by("at", "pk").values_list("what", flat=True)
        )


def settle(place, account_id, reference):
    """A file of the provider settles the payment; how many are overdue before and after."""
    from modules.cashier import services
    from modules.cashier.queries.unsettled import unsettled_count

    content = f"Ref,Gross,Cur\n{reference},100.00,USD".encode()
    columns = {"reference": "Ref", "amount": "Gross", "currency": "Cur"}
    with place.pin():
        file_id = services.upload_settlement(account_id, "f.csv", content, columns, by=SYSTEM)
        before = unsettled_count()
        services.take_settlement(file_id, by=SYSTEM)
        return before, unsettled_count()


def test_a_fault_of_every_provider_is_a_task_until_somebody_says_what_came_of_it(
    alpha, beta, failed, ada, desk
):
    deposit_id = failed
    before = tasks(alpha)
    page = desk.get(f"{OFFICE}/tasks/").content.decode()
    taken = desk.post(f"{OFFICE}/{deposit_id}/take/")
    desk.post(f"{OFFICE}/{deposit_id}/note/", {"note": "His bank is =closed."})
    empty = desk.post(f"{OFFICE}/{deposit_id}/close/", {"outcome": "contacted", "why": " "})
    wrong = desk.post(f"{OFFICE}/{deposit_id}/close/", {"outcome": "decided", "why": "x"})
    half_way = tasks(alpha)
    told = {"outcome": "contacted", "why": "=HYPERLINK(1) he pays by bank"}
    desk.post(f"{OFFICE}/{deposit_id}/close/", told)
    twice = desk.post(f"{OFFICE}/{deposit_id}/close/", told)
    export = b"".join(desk.get(f"{OFFICE}/tasks/export/").streaming_content).decode()

    assert before == [("technical", "", "", 1)]
    assert number(alpha, deposit_id) in page
    assert {one.status_code for one in (taken, empty, wrong, twice)} == {302}
    assert half_way == [("technical", ada.full_name or ada.email, "", 1)]
    assert [one[2] for one in tasks(alpha, "closed")] == ["contacted"]
    assert "'=HYPERLINK(1) he pays by bank" in export
    assert story(alpha, deposit_id)[-3:] == [
        "follow_up_taken", "follow_up_note", "follow_up_closed",
    ]  # fmt: skip
    assert tasks(beta) == tasks(beta, "closed") == []


def test_money_that_comes_late_opens_the_task_again_and_is_the_clients(
    alpha, psp, till, theo, ada, desk
):
    deposit_id = ask(alpha, theo, till.methods["redirect"])
    theirs = alpha.signed_in(theo)
    back = theirs.get(f"/room/cashier/{deposit_id}/?back=1")
    with alpha.pin(), clock.frozen(clock.now() + dt.timedelta(hours=25)):
        from modules.cashier import services

        services.expire_deposits()
    expired = tasks(alpha)
    desk.post(f"{OFFICE}/{deposit_id}/close/", {"outcome": "nothing", "why": "He gave up."})
    psp.control("POST move", reference=number(alpha, deposit_id), state="approved")
    hear(alpha, psp, till.accounts["redirect"])

    assert (back.status_code, back["Location"]) == (302, f"/room/cashier/{deposit_id}/")
    assert expired == [("expired", "", "", 1)]
    assert [(kind, times) for kind, _by, _came, times in tasks(alpha)] == [("late", 2)]
    assert (get(alpha, deposit_id).state, wallet(alpha, theo)) == ("done", 100_00)
    figures = desk.get("/office/cashier/finance/").context["figures"]
    assert (figures.follow_up_count, figures.my_follow_up_count) == (1, 1)


def test_a_deposit_that_merely_expires_is_nobodys_task(alpha, till, theo):
    ask(alpha, theo, till.methods["redirect"])
    with alpha.pin(), clock.frozen(clock.now() + dt.timedelta(hours=25)):
        from modules.cashier import services

        services.expire_deposits()

    assert tasks(alpha) == []


def test_another_amount_is_a_task_that_the_decision_ends(alpha, psp, till, theo, desk):
    deposit_id = ask(alpha, theo, till.methods["crypto"], "130")
    psp.control("POST pay", order=number(alpha, deposit_id), share=1.1, at_once=True)
    with alpha.pin():
        from modules.cashier import services
        from modules.cashier.models import Payment

        services.look_up(Payment.objects.get().pk)
    opened = tasks(alpha)
    refused = desk.post(f"{OFFICE}/{deposit_id}/reject/", {"reason": "Too much."}, follow=True)
    desk.post(f"{OFFICE}/{deposit_id}/approve/", {"received": "143.00"})

    assert opened == [("amount", "", "", 1)]
    assert "send the money back" in refused.content.decode()
    assert [one[2] for one in tasks(alpha, "closed")] == ["decided"]
    assert (get(alpha, deposit_id).state, ledger_holds(alpha)) == ("done", True)


def test_tasks_and_money_that_goes_back_over_the_api(alpha, failed, till, theo, ada):
    nadia = make_staff(alpha, "nadia@alpha.example")
    wire, task = ask(alpha, theo, till.methods["bank"], "50"), f"/deposits/{failed}/task"
    listed = call(alpha, ada, "/follow-ups").json()["items"]
    none = call(alpha, ada, f"/deposits/{wire}/task/take", {})
    taken = call(alpha, ada, f"{task}/take", {}).json()
    told = {"outcome": "contacted", "reason": "He pays by bank."}
    hers = call(alpha, theo, f"{task}/close", told)
    closed = call(alpha, ada, f"{task}/close", told).json()
    owed = {"received": "50.00", "reason": "Another name."}
    key = str(new_id())
    back = [call(alpha, ada, f"/deposits/{wire}/send-back", owed, key=key) for _ in range(2)]
    own = call(alpha, ada, f"/deposits/{wire}/sent-back", {"reference": "S-1"})
    sent = call(alpha, nadia, f"/deposits/{wire}/sent-back", {"reference": "S-1"}).json()

    assert [(one["deposit_id"], one["kind"]) for one in listed] == [(str(failed), "technical")]
    assert (none.status_code, hers.status_code, len(taken["taken_by"]) > 0) == (404, 403, True)
    assert (closed["is_open"], closed["reason"]) == (False, "He pays by bank.")
    assert [one.json()["state"] for one in back] == ["owed", "owed"]
    assert (own.json()["code"], sent["state"]) == ("cashier.own_payout", "sent")
    with alpha.pin():
        worker()
    assert [one.subject for one in letters(alpha)][-2:] == [
        "Your deposit of $50.00 is being sent back",
        "Your deposit of $50.00 was sent back",
    ]
    assert (house(alpha), ledger_holds(alpha)) == ({}, True)


# -- paid and not settled -------------------------------------------------------------------------


def test_what_a_provider_should_have_settled_is_listed_until_a_file_does(
    alpha, psp, till, theo, desk
):
    from modules.cashier.models import Payment
    from modules.cashier.queries.unsettled import unsettled, unsettled_count

    account_id = till.accounts["redirect"]
    deposit_id = ask(alpha, theo, till.methods["redirect"])
    psp.control("POST move", reference=number(alpha, deposit_id), state="approved")
    hear(alpha, psp, account_id)
    with alpha.pin():
        Payment.objects.update(paid_at=clock.now() - dt.timedelta(days=4, hours=1))
        young = unsettled_count()
    days = {str(account_id): "3", str(till.accounts["crypto"]): "5", str(new_id()): "1"}
    desk.post("/office/cashier/settlements/days/", days)
    page = desk.get("/office/cashier/settlements/").content.decode()
    with alpha.pin():
        listed = [(one.number, one.days) for one in unsettled().lines]

    assert (young, listed) == (0, [(number(alpha, deposit_id), 4)])
    assert number(alpha, deposit_id) in page
    assert settle(alpha, account_id, number(alpha, deposit_id)) == (1, 0)


# -- money that goes back -------------------------------------------------------------------------


def test_money_of_a_rejected_transfer_is_owed_and_sent_back_by_another_colleague(
    alpha, till, theo, desk
):
    deposit_id = ask(alpha, theo, till.methods["bank"], "250")
    where, room = f"{OFFICE}/{deposit_id}", f"/room/cashier/{deposit_id}/"
    theirs = alpha.signed_in(theo)
    carl = alpha.signed_in(make_staff(alpha, "carl@alpha.example"), fresh=True)
    desk.post(f"{where}/reject/", {"reason": "Another name."})
    back = {"received": "240.00", "reason": "It came from another person."}
    for _ in range(2):
        desk.post(f"{where}/send-back/", back)
    desk.post(f"{where}/approve/", {"received": "240.00"})
    desk.post(f"{where}/sent-back/", {"reference": "HERS"})
    owed, waiting = house(alpha), theirs.get(room).content.decode()
    for _ in range(2):
        carl.post(f"{where}/sent-back/", {"reference": "SEPA-9"})
    gone, sent = house(alpha), theirs.get(room).content.decode()
    carl.post(f"{where}/turned-away/", {"note": "Account closed."})
    again = house(alpha)
    carl.post(f"{where}/sent-back/", {"reference": "SEPA-10"})

    assert owed == again == {"psp_clearing:bank-alpha": -240_00, "payout_pending": 240_00}
    assert (gone, house(alpha)) == ({}, {})
    assert (wallet(alpha, theo), get(alpha, deposit_id).state) == (0, "declined")
    assert "It came from another person." in waiting
    assert ("is being sent back" in waiting, "SEPA-9" in sent) == (True, True)
    assert story(alpha, deposit_id)[-4:] == ["declined", "sent_back", "turned_away", "sent_back"]
    assert ledger_holds(alpha)


def test_a_transfer_found_after_its_time_is_credited_all_the_same(alpha, till, theo, desk):
    deposit_id = ask(alpha, theo, till.methods["bank"], "250")
    with alpha.pin(), clock.frozen(clock.now() + dt.timedelta(days=8)):
        from modules.cashier import services

        services.expire_deposits()
    expired = get(alpha, deposit_id).state
    desk.post(f"{OFFICE}/{deposit_id}/approve/", {"received": "250"})

    assert (expired, get(alpha, deposit_id).state) == ("expired", "done")
    assert (wallet(alpha, theo), ledger_holds(alpha)) == (250_00, True)


@pytest.mark.parametrize("is_sent", [False, True])
def test_what_the_provider_takes_back_itself_is_not_sent_as_well(
    alpha, psp, till, theo, finance, is_sent
):
    from modules.cashier import services
    from modules.cashier.errors import NoSuchMove
    from modules.cashier.queries import splitting

    deposit_id = ask(alpha, theo, till.methods["redirect"])
    reference = number(alpha, deposit_id)
    with alpha.pin():
        services.send_back_deposit(deposit_id, usd(100_00), "Not his card.", by=finance)
        other = Actor(kind=ActorKind.PERSON, id=new_id(), name="Nadia")
        if is_sent:
            services.record_sent_back(deposit_id, reference="R-1", by=other)
        sources = splitting.sources(theo.pk, "USD")
    psp.control("POST move", reference=reference, state="approved")
    psp.control("POST move", reference=reference, state="chargeback")
    hear(alpha, psp, till.accounts["redirect"])
    with alpha.pin(), pytest.raises(NoSuchMove):
        services.record_sent_back(deposit_id, reference="R-2", by=other)

    lost = {"psp_clearing:redirect-alpha": 100_00, "chargeback": -100_00}
    assert house(alpha) == (lost if is_sent else {})
    assert (sources, wallet(alpha, theo), ledger_holds(alpha)) == ((), 0, True)
