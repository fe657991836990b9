"""A deposit into a trading account, from the form to a real server: done, refused, unknown."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from kernel import clock
from kernel.actor import Actor, ActorKind
from kernel.events import tell_all
from kernel.ids import new_id
from kernel.money import Money
from modules.cashier import services
from modules.cashier.models import MirrorGap
from modules.cashier.types.outgoing import mirror
from modules.trading.models import Intent, TradingAccount
from modules.wallets import services as wallets
from modules.wallets.types import EntryKind, Leg
from tests.modules.cashier.conftest import get, hear, house, ledger_holds, number, wallet
from tests.modules.cashier.going_out import MODULES, worker
from tests.modules.cashier.test_transfers import on_server, open_account
from tests.modules.trading.conftest import make_types
from tests.support.tenants import SYSTEM

BALANCE = "/api/trade/balance"
CARL = Actor(kind=ActorKind.PERSON, id=new_id(), name="Carl")


@pytest.fixture
def account(alpha, wired, theo, simulator):
    """A live account of Theo's on the simulated server, with nothing on it."""
    yield open_account(alpha, theo, make_types(alpha, wired)["live"])
    simulator.control("/faults/clear")


@pytest.fixture
def paid(alpha, psp, till, theo, account):
    """Pays by the form into the account; the deposit's id, and the tracker as he sees it."""

    def pay(amount="100", *, meanwhile="open"):
        browser = alpha.signed_in(theo)
        form = {
            "target": f"account:{account.pk}", "method": str(till.methods["redirect"]),
            "amount": amount, "currency": "USD", "key": str(new_id()),
        }  # fmt: skip
        token = browser.post("/room/cashier/pay/", form).context["quote"].token
        tracker = browser.post("/room/cashier/pay/confirm/", {"token": token})["Location"]
        deposit_id = tracker.rstrip("/").rpartition("/")[2]
        with alpha.pin():
            TradingAccount.objects.filter(pk=account.pk).update(state=meanwhile)
        psp.control("POST move", reference=number(alpha, deposit_id), state="approved")
        hear(alpha, psp, till.accounts["redirect"])
        return deposit_id, lambda: text_of(browser.get(tracker).content.decode())

    return pay


def text_of(page):
    """What is read on a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def transit(alpha, account):
    """What is on its way to the server, and what is on the account, by the ledger; in cents."""
    found = house(alpha)
    way = found.get(f"mt_in_transit:{account.server_id}", 0)
    return way, found.get(f"mt_mirror:{account.server_id}:{account.login}", 0)


def server(alpha, account):
    with alpha.pin():
        return on_server(alpha, account)


def work(alpha, *, minutes=0):
    """What the worker and the tellers do, so much later."""
    from modules.trading import services as trading

    with alpha.pin(), clock.frozen(clock.now() + dt.timedelta(minutes=minutes)):
        for intent in Intent.objects.filter(kind="balance"):
            trading.carry_out(intent.pk)
        tell_all(MODULES)


def test_paid_into_an_account_it_is_on_the_server_and_the_ledger_says_the_same(
    alpha, account, paid, theo
):
    deposit_id, tracker = paid()
    under_way = (get(alpha, deposit_id).state, transit(alpha, account), tracker())
    with alpha.pin():
        worker()

    assert under_way[:2] == ("moving", (100_00, 0))
    assert "on its way to the account" in under_way[2]
    assert get(alpha, deposit_id).state == "done"
    assert (server(alpha, account), transit(alpha, account)) == (100_00, (0, 100_00))
    assert wallet(alpha, theo) == 0
    assert "Your money has arrived." in tracker()
    assert ledger_holds(alpha)


def test_what_the_server_refuses_stays_in_the_wallet_and_the_client_reads_why(
    alpha, account, paid, theo, simulator
):
    deposit_id, tracker = paid()
    simulator.control("/faults", kind="retcode", path=BALANCE, retcode=3)
    with alpha.pin():
        worker()

    assert get(alpha, deposit_id).state == "kept"
    assert (server(alpha, account), transit(alpha, account)) == (0, (0, 0))
    assert wallet(alpha, theo) == 100_00
    assert f"Account {account.login} could not take it. You can transfer it" in tracker()
    assert re.search(r"It stays in your wallet: [A-Z][^%{}]+\.", get(alpha, deposit_id).reason)
    assert ledger_holds(alpha)


def test_an_account_that_is_put_away_before_the_money_comes_leaves_it_in_the_wallet(
    alpha, account, paid, theo
):
    deposit_id, tracker = paid(meanwhile="archived")

    assert get(alpha, deposit_id).state == "kept"
    assert (transit(alpha, account), wallet(alpha, theo)) == ((0, 0), 100_00)
    assert "It is in your wallet. Account" in tracker()
    assert ledger_holds(alpha)


def test_a_lost_answer_is_being_checked_and_then_found_on_the_server(
    alpha, account, paid, theo, simulator
):
    deposit_id, tracker = paid()
    simulator.control("/faults", kind="lost", path=BALANCE)
    work(alpha)
    doubt = (get(alpha, deposit_id).state, transit(alpha, account), tracker())
    work(alpha, minutes=1)

    assert doubt[:2] == ("moving", (100_00, 0))
    assert "We are checking with the trading server." in doubt[2]
    assert get(alpha, deposit_id).state == "done"
    assert (server(alpha, account), transit(alpha, account)) == (100_00, (0, 100_00))
    assert ledger_holds(alpha)


@pytest.mark.parametrize("booked", [True, False])
def test_what_nobody_can_find_is_decided_by_a_person_with_evidence(
    alpha, account, paid, theo, simulator, booked
):
    from modules.trading import services as trading

    deposit_id, tracker = paid("2000")
    simulator.control("/faults", kind="reset", path=BALANCE)
    for minutes in (0, 5, 11):
        work(alpha, minutes=minutes)
    stuck = (get(alpha, deposit_id).is_stuck, tracker())
    with alpha.pin():
        trading.decide_operation(
            get(alpha, deposit_id).operation_id, booked=booked, evidence="the server's journal",
            by=CARL, reason="seen", deal_id=4711 if booked else None,
        )  # fmt: skip
        tell_all(MODULES)
    row = get(alpha, deposit_id)

    assert (stuck[0], row.is_stuck) == (True, False)
    assert "We are checking with the trading server." in stuck[1]
    assert (row.state, wallet(alpha, theo)) == (("done", 0) if booked else ("kept", 2_000_00))
    assert transit(alpha, account) == ((0, 2_000_00) if booked else (0, 0))
    assert "We are checking" not in tracker()
    assert ledger_holds(alpha)


def test_an_account_of_which_the_ledger_holds_another_sum_is_shown_to_finance_rec_01(
    alpha, ada, wired, account, paid
):
    paid("100")
    with alpha.pin():
        worker()
        legs = [
            Leg(mirror(wired, account.login), Money(5_00, "USD")),
            Leg("fees", Money(-5_00, "USD")),
        ]
        even = compare_later(wired)
        wallets.post(EntryKind.SETTLE, str(new_id()), legs, by=SYSTEM, cause="test:1")
        just_now = services.compare_mirrors(wired)
        odd = compare_later(wired)
        gap = MirrorGap.objects.get()
    page = alpha.signed_in(ada, fresh=True).get("/office/cashier/finance/").content.decode()

    assert (even, just_now, odd) == (0, 0, 1)
    assert (gap.login, gap.ledger_minor, gap.moved_minor) == (account.login, 105_00, 100_00)
    assert "The ledger and trading accounts differ" in page
    assert str(account.login) in page


def compare_later(server_id):
    """How many accounts differ when the last operation is settled."""
    with clock.frozen(clock.now() + dt.timedelta(minutes=11)):
        return services.compare_mirrors(server_id)
