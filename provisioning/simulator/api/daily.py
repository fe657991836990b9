"""``/api/daily/...``: reports of the ends of days."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from sqlite3 import Row
from typing import Any

from provisioning.simulator import render
from provisioning.simulator.calls import Call, Route
from provisioning.simulator.clock import DAY_MS, MS
from provisioning.simulator.daily import CLOSES_MS, Open, Report, days_between, reports
from provisioning.simulator.money import BONUS, CHARGE, CORRECTION, CREDIT
from provisioning.simulator.world import Group

MOST_REPORTS = 5_000
FILETIME_EPOCH_S = 11_644_473_600
"""Seconds from 1601 to 1970."""
BALANCE_KINDS = {"DailyBalance": 2, "DailyCharge": CHARGE, "DailyCorrection": CORRECTION}
CREDIT_KINDS = {"DailyCredit": CREDIT, "DailyBonus": BONUS}


def _whole(*, is_light: bool) -> Callable[[Call], Mapping[str, Any]]:
    def get(call: Call) -> Mapping[str, Any]:
        """``daily/get``, ``get_light`` and their batches."""
        found: list[dict[str, Any]] = []
        for user in _users(call):
            for report in reports(call.world, user, _days(call, user)):
                if len(found) == MOST_REPORTS:
                    return {"answer": found, "retcode": 14}
                found.append(_shown(call, user, report, is_light=is_light))
        return {"answer": found}

    return get


def _paged(*, is_light: bool) -> Callable[[Call], Mapping[str, Any]]:
    def page(call: Call) -> Mapping[str, Any]:
        """``daily/get_page`` and ``get_light_page``: days are counted, not worked out, to skip."""
        offset, wanted = call.page()
        found: list[dict[str, Any]] = []
        for user in _users(call):
            days = _days(call, user)
            part = days[offset : offset + wanted - len(found)]
            offset = max(0, offset - len(days))
            found += [
                _shown(call, user, report, is_light=is_light)
                for report in reports(call.world, user, part)
            ]
        return {"answer": found}

    return page


ROUTES = {
    "/api/daily/get": Route(_whole(is_light=False), "read_accounts"),
    "/api/daily/get_batch": Route(_whole(is_light=False), "read_accounts"),
    "/api/daily/get_page": Route(_paged(is_light=False), "read_accounts"),
    "/api/daily/get_light": Route(_whole(is_light=True), "read_accounts"),
    "/api/daily/get_light_batch": Route(_whole(is_light=True), "read_accounts"),
    "/api/daily/get_light_page": Route(_paged(is_light=True), "read_accounts"),
}


def _users(call: Call) -> Iterator[Row]:
    for login in call.wholes("login", "Login"):
        row = call.find(login)
        if row is not None:
            yield row


def _days(call: Call, user: Row) -> range:
    return days_between(call.world, user, call.whole("from", "From"), call.whole("to", "To"))


def _shown(call: Call, user: Row, report: Report, *, is_light: bool) -> dict[str, Any]:
    group = call.world.groups[str(user["grp"]).lower()]
    record = render.user(user, group, is_personal=call.may("personal_data"))
    level = Decimal(report.equity) * 100 / report.margin if report.margin else Decimal(0)
    money = {
        "Balance": report.balance,
        "Credit": report.credit,
        "BalancePrevDay": report.balance_before,
        "EquityPrevDay": report.equity_before,
        "Margin": report.margin,
        "MarginFree": report.equity - report.margin,
        "Profit": report.profit,
        "ProfitStorage": report.storage,
        "ProfitEquity": report.equity,
        **_of_the_day(report),
    }
    shown: dict[str, Any] = {
        "Timestamp": str((report.at_ms // MS + FILETIME_EPOCH_S) * 10_000_000),
        "DatetimePrev": str(((report.day - 1) * DAY_MS + CLOSES_MS) // MS),
        "Login": record["Login"],
        "Name": record["Name"],
        "Group": group.name,
        "Currency": group.currency,
        "CurrencyDigits": str(group.digits),
        "Company": call.world.options.broker,
        "EMail": record["Email"],
        **{name: render.decimals(value, group.digits) for name, value in money.items()},
        "MarginLevel": f"{level:.2f}",
        "MarginLeverage": str(user["leverage"]),
    }
    if not is_light:
        shown["PositionAdd"] = [_position(one, group) for one in report.opens]
        shown["OrderAdd"] = []
    return shown


def _of_the_day(report: Report) -> dict[str, int]:
    """Sums of the deals of the day."""

    def total(column: str, *kinds: int) -> int:
        return sum(deal[column] for deal in report.deals if deal["action"] in kinds)

    return {
        "DailyProfit": total("profit", 0, 1),
        "DailyStorage": total("storage", 0, 1),
        "DailyCommInstant": total("commission", 0, 1),
        **{name: total("profit", kind) for name, kind in (BALANCE_KINDS | CREDIT_KINDS).items()},
    }


def _position(one: Open, group: Group) -> dict[str, str]:
    held = one.holding
    return {
        "Position": str(held.position),
        "Login": str(held.login),
        "Symbol": held.symbol,
        "Action": str(held.side),
        "Digits": str(held.digits),
        "DigitsCurrency": str(group.digits),
        "ContractSize": render.decimals(held.contract * 100, 2),
        "TimeCreate": str(held.opened_ms // MS),
        "TimeCreateMsc": str(held.opened_ms),
        "PriceOpen": render.decimals(held.price_open, held.digits),
        "PriceCurrent": render.decimals(one.price, held.digits),
        "Volume": str(held.volume // 10_000),
        "VolumeExt": str(held.volume),
        "Profit": render.decimals(one.profit, group.digits),
        "Storage": render.decimals(one.storage, group.digits),
    }
