"""Withdrawals from a trading account that do not end as asked: the account has its money again."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from kernel import clock
from modules.cashier import services
from modules.cashier.errors import NoSuchMove
from modules.cashier.models import ClientFreeze, PassageMove, ProviderAccount
from modules.cashier.services import withdrawals
from modules.requests import services as requests
from modules.trading import services as trading
from modules.trading.models import Reconciliation
from provisioning.servers.services import trading_server
from provisioning.servers.types import MarketOrder, Side
from tests.modules.cashier.conftest import connect
from tests.modules.cashier.going_out import (
    client_of,
    decide,
    finance_actor,
    free,
    house,
    ledger_holds,
    make_method,
    make_world,
    paid_in,
    usd,
    worker,
)
from tests.modules.cashier.test_transfers import at, mirror, move, on_server, open_account
from tests.modules.trading.conftest import make_types
from tests.support.people import letters

BALANCE = "/api/trade/balance"


@pytest.fixture
def scene(alpha, wired, theo, simulator):
    """Theo with 1,000.00 on an account, of which 300.00 were taken for a withdrawal."""
    account = open_account(alpha, theo, make_types(alpha, wired)["live"])
    with alpha.pin():
        world = make_world(theo)
        move(theo, "wallet:USD", at(account), usd(1_000_00))
        row = world.ask(300_00, source=at(account))
        worker()
        row.refresh_from_db()
        assert (row.state, on_server(alpha, account)) == ("waiting", 700_00)
        yield world, account, row
        simulator.control("/faults/clear")
        assert house(f"mt_in_transit:{account.server_id}") == 0
        assert mirror(account) == on_server(alpha, account)
        assert ledger_holds()


def ended(row):
    worker()
    row.refresh_from_db()
    return row.state, row.is_back


def test_what_a_client_cancels_goes_back_to_the_account_it_came_from(alpha, scene):
    world, account, row = scene
    for _ in range(2):
        services.cancel_withdrawal(row.pk, client_id=world.theo.pk, by=client_of(world.theo))
    row.refresh_from_db()
    halfway = (row.state, free(world.wallet))

    assert halfway == ("returning", 0)
    assert ended(row) == ("cancelled", True)
    assert (on_server(alpha, account), free(world.wallet)) == (1_000_00, 0)
    assert f"The amount is on account {account.login} again." in letters(alpha)[-1].text
    with pytest.raises(NoSuchMove):
        withdrawals.refuse_withdrawal(row.pk, reason="Late.", by=finance_actor())


def test_what_is_turned_down_goes_back_once_however_often_it_is_told(alpha, scene):
    world, account, row = scene
    requests.refuse(row.request_id, reason="The name differs.", by=finance_actor())
    assert ended(row) == ("refused", True)
    for _ in range(3):
        key = f"withdrawal:{row.pk}:return"
        services.follow_done(f"cashier.Withdrawal:{row.pk}", key)
        services.follow_refused(f"cashier.Withdrawal:{row.pk}", key, "late and wrong")
        services.follow_done(f"cashier.Withdrawal:{row.pk}", f"withdrawal:{row.pk}")

    assert (on_server(alpha, account), free(world.wallet)) == (1_000_00, 0)
    whats = PassageMove.objects.filter(about=row.pk).order_by("happened_at", "pk")
    assert [one.what for one in whats] == ["asked", "debited", "refused", "put_back"]


def test_what_the_server_does_not_take_back_stays_in_the_wallet(alpha, scene, simulator):
    world, account, row = scene
    simulator.control("/faults", kind="retcode", path=BALANCE, retcode=13)
    services.cancel_withdrawal(row.pk, by=client_of(world.theo))

    assert ended(row) == ("cancelled", False)
    assert (on_server(alpha, account), free(world.wallet)) == (700_00, 300_00)
    assert "it is in your wallet" in letters(alpha)[-1].text


def test_money_of_a_frozen_client_stays_in_the_wallet_where_it_can_be_claimed(alpha, scene):
    world, account, row = scene
    ClientFreeze.objects.create(client_id=world.theo.pk, why="look", frozen_at=row.asked_at)
    requests.refuse(row.request_id, reason="A chargeback.", by=finance_actor())

    assert ended(row) == ("refused", False)
    assert (on_server(alpha, account), free(world.wallet)) == (700_00, 300_00)


def test_an_answer_that_is_lost_on_the_way_back_is_looked_up_and_put_back_once(
    alpha, scene, simulator
):
    world, account, row = scene
    simulator.control("/faults", kind="lost", path=BALANCE)
    services.cancel_withdrawal(row.pk, by=client_of(world.theo))
    worker()
    row.refresh_from_db()
    waiting = (row.state, free(world.wallet))
    with clock.frozen(clock.now() + dt.timedelta(minutes=1)):
        trading.carry_out(row.returning_id)
        found = ended(row)

    assert (waiting, found) == (("returning", 0), ("cancelled", True))
    assert on_server(alpha, account) == 1_000_00


# -- what leaves by itself waits until the account's server is proven even ------------------------


@pytest.fixture
def card(alpha, scene, psp):
    """An approved withdrawal of 100.00 from the account, by a service that pays by itself."""
    world, account, _row = scene
    provider = ProviderAccount.objects.get(pk=connect(alpha, psp, "redirect"))
    method = make_method("Card", provider)
    paid_in(world.theo.pk, provider, method, usd(500_00))
    row = world.ask(100_00, source=at(account), method_id=method.pk, instrument_id=None)
    worker()
    decide(row, finance_actor())
    row.refresh_from_db()
    return row


def test_a_payout_that_waits_for_a_proof_starts_it_says_so_and_is_paid_after_it(
    alpha, scene, card, theo, ada
):
    _world, account, _row = scene
    office = f"/office/cashier/withdrawals/{card.pk}/"
    page = alpha.signed_in(ada, fresh=True).get(office).content.decode()
    room = alpha.signed_in(theo).get(f"/room/cashier/withdrawals/{card.pk}/").content.decode()
    run = Reconciliation.objects.get(server_id=account.server_id)
    while trading.reconcile(run.pk):
        pass
    waiting = (card.state, card.payouts.get().code)
    worker()
    card.refresh_from_db()

    assert waiting == ("approved", "server_uneven")
    assert (run.asked_by, run.state) == ("cashier", "running")
    assert "It is being compared with the books now." in page
    assert f"/office/trading/servers/{account.server_id}/" in page
    assert "Being checked" in room
    assert "We make a last check before it is paid" in room
    assert card.state == "paid"


def test_what_open_positions_need_by_the_time_it_is_taken_is_not_taken_sag_07(alpha, wired, theo):
    account = open_account(alpha, theo, make_types(alpha, wired)["live"])
    with alpha.pin():
        world = make_world(theo)
        move(theo, "wallet:USD", at(account), usd(1_000_00))
        row = world.ask(900_00, source=at(account))
        order = {"login": account.login, "symbol": "EURUSD", "lots": Decimal("0.5")}
        with trading_server(wired) as server:
            server.trade(MarketOrder(side=Side.BUY, **order))
            worker()
            left = server.account(account.login).balance
            (held,) = server.positions_of([account.login])
            order["closes_position"] = held.position_id
            server.trade(MarketOrder(side=Side.SELL, **order))
        row.refresh_from_db()
        page = alpha.signed_in(theo).get(f"/room/cashier/withdrawals/{row.pk}/").content.decode()

        assert (row.state, row.reason_code) == ("failed", "servers.short_of_funds")
        assert left > 900, "all of it but what trading costs"
        assert "open positions may need it" in page
        assert "open positions may need it" in letters(alpha)[-1].text
        assert (free(world.wallet), house(f"mt_in_transit:{wired}")) == (0, 0)
        assert {one.state for one in row.payouts.all()} == {"released"}
        assert ledger_holds()
