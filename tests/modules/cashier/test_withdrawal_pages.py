"""What a client sees before he confirms that his money leaves."""

from __future__ import annotations

import pytest

from kernel.ids import new_id
from tests.modules.cashier.going_out import (
    make_instrument,
    make_method,
    make_provider,
    make_world,
    paid_in,
    usd,
)


@pytest.fixture
def world(alpha, theo):
    with alpha.pin():
        yield make_world(theo)


def shown(place, world, method, instrument, amount):
    """The page that shows the split, as text and as parts."""
    form = {
        "source": "wallet:USD", "method": str(method.pk), "instrument": str(instrument.pk),
        "amount": amount, "key": str(new_id()),
    }  # fmt: skip
    browser = place.signed_in(world.theo, fresh=True)
    answer = browser.post("/room/cashier/withdrawals/new/", form)
    return answer.content.decode(), answer.context["plan"].parts


def test_the_split_says_what_goes_back_and_why_the_rest_needs_an_approved_place(alpha, world):
    card = make_provider("redirect", "cards", {"api_url": "http://127.0.0.1:9"})
    coins = make_provider("crypto", "coins", {"api_url": "http://127.0.0.1:9", "coin": "BTC"})
    paid_in(world.theo.pk, card, make_method("Card", card), usd(120_00))
    by_coins = make_method("Coins", coins)
    paid_in(world.theo.pk, coins, by_coins, usd(500_00))
    paid_in(world.theo.pk, world.bank, world.method, usd(500_00))
    address = make_instrument(world.theo.pk, "crypto")

    bank, first = shown(alpha, world, world.method, world.instrument, "200")
    crypto, second = shown(alpha, world, by_coins, address, "200")

    wanted = [("Cards", 120_00, True), (None, 80_00, False)]
    for parts in (first, second):
        assert [one.gross.minor for one in parts] == [minor for _name, minor, _back in wanted]
        assert [one.payment_id is not None for one in parts] == [back for *_x, back in wanted]
    assert "Back to where you paid from" in bank
    assert "A transfer does not prove whose account money came from" in bank
    assert "Coins are never sent back to the address they came from" in crypto


def test_the_page_is_drawn_anew_when_it_can_be_cancelled_only_now_or_no_more(alpha, world):
    row = world.ask(100_00)
    browser = alpha.signed_in(world.theo, fresh=True)
    path = f"/room/cashier/withdrawals/{row.pk}/"
    headers = {"HX-Request": "true"}
    page = browser.get(path).content.decode()
    before, now = (browser.get(f"{path}?cancel={x}", headers=headers) for x in (0, 1))

    assert f"{path}?cancel=1" in page
    assert f"{path}cancel/" in page
    assert (before.headers.get("HX-Refresh"), now.headers.get("HX-Refresh")) == ("true", None)
