"""What follows when the market moves: on a server of its own, whose clock runs ahead for good."""

from __future__ import annotations

import pytest

from modules.trading import queries
from modules.trading.models import AccountSnapshot
from provisioning.servers.services import trading_server
from tests.modules.trading.test_syncing import look, with_history
from tests.support.simulator import running


@pytest.fixture
def simulator(tmp_path):
    with running(tmp_path, "--seed", "7") as server:
        yield server


def test_positions_and_figures_follow_the_market(alpha, theo, wired, types, simulator):
    account = with_history(alpha, theo, types, simulator, days=3)
    simulator.control("/step", rounds=200, seconds=600)
    look(alpha, wired, later=30)

    with alpha.pin(), trading_server(wired) as server:
        there = server.positions_of([account.login])
        state = server.account_state(account.login)
    with alpha.pin():
        shown = queries.own_account(account.id, theo.pk)
        held = queries.positions([account.id])
        assert sorted(one.position_id for one in held) == sorted(p.position_id for p in there)
        assert (shown.balance.amount, shown.margin.amount) == (state.balance, state.margin)
        assert shown.equity == shown.balance + shown.credit + shown.floating
        assert AccountSnapshot.objects.filter(account_id=account.id).exists()
