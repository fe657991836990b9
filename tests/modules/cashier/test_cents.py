"""Money between a wallet and a cent account: real on our side, a hundred times on the server."""

from __future__ import annotations

import pytest

from modules.cashier.errors import NotFree
from modules.cashier.queries.outgoing import spots
from modules.trading import services as trading
from modules.trading.models import AccountType, ServerSync
from tests.modules.cashier.going_out import free, fund, ledger_holds, usd
from tests.modules.cashier.test_transfers import at, mirror, move, on_server, open_account
from tests.modules.trading.conftest import make_types


@pytest.fixture
def cents(alpha, wired, theo):
    """A live cent account of Theo's, with nothing on it."""
    types = make_types(alpha, wired)
    with alpha.pin():
        AccountType.objects.update(cent_factor=100)
    return open_account(alpha, theo, types["live"])


def test_ten_dollars_are_a_thousand_there_ten_in_the_ledger_and_ten_may_leave(
    alpha, wired, cents, theo
):
    with alpha.pin():
        wallet = fund(theo.pk, usd(50_00))
        move(theo, "wallet:USD", at(cents), usd(10_00))
        ServerSync.objects.update(due_at=None)
        trading.pull(wired)
        there, kept = on_server(alpha, cents), mirror(cents)
        (spot,) = [one for one in spots(theo.pk) if one.key == at(cents)]
        with pytest.raises(NotFree):
            move(theo, at(cents), "wallet:USD", usd(10_01))
        move(theo, at(cents), "wallet:USD", usd(10_00))

        assert (there, kept, spot.free) == (1000_00, 10_00, usd(10_00))
        assert (on_server(alpha, cents), mirror(cents), free(wallet)) == (0, 0, 50_00)
        assert ledger_holds()
