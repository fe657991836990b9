"""What is looked at after every test of this project bites when a ledger does not hold."""

from __future__ import annotations

import pytest

from tests.conftest import clean
from tests.modules.wallets.conftest import new_wallet, usd
from tests.modules.wallets.test_tampering import DAMAGE, damage
from tests.support import ledgers


@pytest.fixture
def after_a_test(request):
    """What happens after a test: called once, as pytest does at its end."""
    steps = clean(request)
    next(steps)
    return lambda: next(steps, None)


def test_a_test_that_leaves_a_wrong_balance_fails(after_a_test, alpha):
    with alpha.pin():
        new_wallet(usd(100_00))
    damage(alpha.schema, DAMAGE["balance"])

    with pytest.raises(AssertionError, match=r"balance: client_wallet:.* 10001 instead of 10000"):
        after_a_test()

    assert ledgers.faults([alpha.schema]) == []  # put back all the same


def test_a_ledger_that_holds_passes_and_an_empty_one_is_not_looked_at(
    after_a_test, alpha, beta, queries
):
    with beta.pin():
        new_wallet(usd(100_00))
    with queries(0):
        assert ledgers.faults([alpha.schema]) == []

    after_a_test()


def test_a_test_that_says_it_breaks_the_ledger_must(alpha):
    with alpha.pin():
        new_wallet(usd(100_00))

    with pytest.raises(AssertionError, match="every ledger holds"):
        ledgers.judge(ledgers.faults([alpha.schema]), broken_on_purpose=True)
