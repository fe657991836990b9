"""``/api/trade/...``: balance operations and calculators."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from provisioning.simulator import render
from provisioning.simulator.calls import Call, Handler, Route
from provisioning.simulator.margin import BUY, account_state, margin_of, money_of_points
from provisioning.simulator.money import change_balance
from provisioning.simulator.retcodes import Retcode

VOLUME_UNIT_LOT = 100_000_000


def balance(call: Call) -> Mapping[str, Any]:
    """``trade/balance``: booked each time it is asked for."""
    login = call.whole("login", "Login")
    call.visible(login)
    ticket = change_balance(
        call.world,
        login=login,
        kind=call.whole("type", "Type"),
        amount=call.exact("balance", "Balance"),
        comment=call.text("comment", "Comment"),
        dealer=call.manager.login,
        is_margin_checked=call.text("check_margin", "CheckMargin") != "0",
    )
    return {"answer": {"Ticket": str(ticket)}}


def check_margin(call: Call) -> Mapping[str, Any]:
    """``trade/check_margin``: the state as it is and as it would be."""
    login = call.whole("login", "Login")
    row = call.visible(login)
    world, symbol = call.world, call.text("symbol", "Symbol")
    if symbol not in world.market.symbols:
        raise Retcode(13)
    volume = call.whole("volume", "Volume")
    held = account_state(world, login)
    extra = margin_of(
        world, world.group_of(login), symbol=symbol, volume=volume, leverage=row["leverage"]
    )
    now = render.state(held)
    margin, free = held.margin + extra, held.free - extra
    after = now | {
        "Margin": render.decimals(margin, held.digits),
        "MarginFree": render.decimals(free, held.digits),
        "MarginLevel": f"{Decimal(held.equity) * 100 / Decimal(margin or 1):.2f}",
    }
    return {"answer": {"new": after, "current": now}}


def calc_profit(call: Call) -> Mapping[str, Any]:
    """``trade/calc_profit``: six decimals, volume in 1e-8 lots."""
    world = call.world
    group = world.find_group(call.text("group", "Group"))
    spec = world.market.symbols.get(call.text("symbol", "Symbol"))
    if group is None or spec is None:
        raise Retcode(13)
    sign = 1 if call.whole("type", "Type") == BUY else -1
    move = (call.exact("price_close") - call.exact("price_open")).scaleb(spec.digits)
    now = world.clock.now_ms()
    profit = money_of_points(
        world,
        group,
        symbol=spec.name,
        points=int(move) * sign,
        volume=call.whole("volume", "Volume"),
        at_ms=now,
    )
    rate = world.market.rate(spec.profit, group.currency, now)
    six = render.decimals(profit * 10 ** (6 - group.digits), 6)
    return {"answer": {"Profit": six, "Profit_rate": f"{rate:.6f}"}}


def calc_rate(*, is_buy: bool) -> Handler:
    """``trade/calc_rate_buy`` and ``calc_rate_sell``: a unit of ``base`` in ``currency``."""

    def rate(call: Call) -> Mapping[str, Any]:
        world = call.world
        base, currency = call.text("base").upper(), call.text("currency").upper()
        group = world.find_group(call.text("group", "Group"))
        if group is None or not {base, currency} <= _currencies(call):
            raise Retcode(13)
        now = world.clock.now_ms()
        pair = f"{base}{currency}"
        if pair in world.market.symbols:
            quote = world.quote(pair, group)
            exact = Decimal(quote.ask if is_buy else quote.bid)
            found = exact.scaleb(-world.market.symbols[pair].digits)
        else:
            found = world.market.rate(base, currency, now)
        return {"answer": {"Rate": f"{found:.8f}"}}

    return rate


def _currencies(call: Call) -> set[str]:
    return {
        name for spec in call.world.market.symbols.values() for name in (spec.base, spec.profit)
    }


ROUTES = {
    "/api/trade/balance": Route(balance, "accountant", is_change=True),
    "/api/trade/check_margin": Route(check_margin, "read_accounts"),
    "/api/trade/calc_profit": Route(calc_profit, "read_accounts"),
    "/api/trade/calc_rate_buy": Route(calc_rate(is_buy=True), "read_accounts"),
    "/api/trade/calc_rate_sell": Route(calc_rate(is_buy=False), "read_accounts"),
}
