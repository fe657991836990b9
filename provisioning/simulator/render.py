"""Records as a MetaTrader 5 server writes them: every scalar is a string."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from sqlite3 import Row

from provisioning.simulator.catalogue import SymbolSpec
from provisioning.simulator.clock import MS
from provisioning.simulator.margin import LOT, State, open_profit
from provisioning.simulator.market import Quote
from provisioning.simulator.store import loads
from provisioning.simulator.world import HEDGING, NETTING, Group, World

PERSONAL = (
    "Name", "FirstName", "LastName", "MiddleName", "Account", "PhonePassword", "Country", "City",
    "State", "ZIPCode", "Address", "Phone", "Email", "Comment", "ID", "Status",
)  # fmt: skip


def decimals(number: int, digits: int) -> str:
    """Whole units as a number with so many decimals."""
    return f"{Decimal(number).scaleb(-digits):.{digits}f}"


def user(row: Row, group: Group, *, is_personal: bool) -> dict[str, str]:
    """An account's record; without the right the personal fields are empty, as on the original."""
    details: Mapping[str, str] = loads(row["details"])
    record = {
        "Login": str(row["login"]),
        "Group": str(row["grp"]),
        "CertSerialNumber": "0",
        "Rights": str(row["rights"]),
        "Registration": str(row["registered_s"]),
        "LastAccess": str(row["accessed_s"]),
        "LastPassChange": str(row["registered_s"]),
        "LastIP": "0.0.0.0",  # noqa: S104 - a value, no address to bind
        "Name": f"{details['FirstName']} {details['LastName']}".strip(),
        **details,
        "Comment": str(row["comment"]),
        "Leverage": str(row["leverage"]),
        "Balance": decimals(row["balance"], group.digits),
        "Credit": decimals(row["credit"], group.digits),
        "InterestRate": decimals(0, 2),
        "CommissionDaily": decimals(0, group.digits),
        "CommissionMonthly": decimals(0, group.digits),
        "CurrencyDigits": str(group.digits),
    }
    record.pop("PhonePassword", None)
    if not is_personal:
        record.update(dict.fromkeys(PERSONAL, ""))
    return record


def state(held: State, alarm: Row | None = None) -> dict[str, str]:
    """The trading state of an account; ``alarm`` is its margin call or stop-out."""
    level = held.level
    money = {
        "Balance": held.balance,
        "Credit": held.credit,
        "Margin": held.margin,
        "MarginFree": held.free,
        "MarginInitial": 0,
        "MarginMaintenance": 0,
        "Profit": held.profit,
        "Storage": held.storage,
        "Floating": held.floating,
        "Equity": held.equity,
        "SOEquity": alarm["equity"] if alarm else 0,
        "SOMargin": alarm["margin"] if alarm else 0,
        "BlockedCommission": 0,
        "BlockedProfit": 0,
        "Assets": 0,
        "Liabilities": 0,
    }
    return {
        "Login": str(held.login),
        "CurrencyDigits": str(held.digits),
        **{name: decimals(value, held.digits) for name, value in money.items()},
        "MarginLevel": f"{level:.2f}" if level is not None else "0.00",
        "MarginLeverage": str(held.leverage),
        "SOActivation": str(alarm["kind"]) if alarm else "0",
        "SOTime": str(alarm["time_s"]) if alarm else "0",
        "SOLevel": str(alarm["level"]) if alarm else "0.00",
    }


def deal(row: Row) -> dict[str, str]:
    """A deal."""
    digits, money = row["digits"], row["currency_digits"]
    return {
        "Deal": str(row["deal"]),
        "ExternalID": str(row["external"]),
        "Login": str(row["login"]),
        "Dealer": str(row["dealer"]),
        "Order": str(row["ord"]),
        "Action": str(row["action"]),
        "Entry": str(row["entry"]),
        "Digits": str(digits),
        "DigitsCurrency": str(money),
        "ContractSize": decimals(row["contract"] * 100, 2),
        **_times("Time", row["time_ms"]),
        "Symbol": str(row["symbol"]),
        "Price": decimals(row["price"], digits),
        "PriceSL": decimals(row["sl"], digits),
        "PriceTP": decimals(row["tp"], digits),
        **_volumes("Volume", row["volume"]),
        "Profit": decimals(row["profit"], money),
        "Value": decimals(0, money),
        "Storage": decimals(row["storage"], money),
        "Commission": decimals(row["commission"], money),
        "RateProfit": str(row["rate_profit"]),
        "RateMargin": "1.00000000",
        "ExpertID": "0",
        "PositionID": str(row["position"]),
        "Comment": str(row["comment"]),
        "ProfitRaw": decimals(row["profit"], money),
        "PricePosition": decimals(row["price_position"], digits),
        **_volumes("VolumeClosed", row["closed"]),
        "Flags": "0",
        "Reason": str(row["reason"]),
        "Gateway": "",
        "PriceGateway": decimals(0, digits),
        "ModificationFlags": "0",
    }


def position(world: World, row: Row) -> dict[str, str]:
    """An open position at the price of now."""
    group = world.group_of(row["login"])
    quote = world.quote(row["symbol"], group)
    return {
        "Position": str(row["position"]),
        "ExternalID": "",
        "Login": str(row["login"]),
        "Dealer": "0",
        "Symbol": str(row["symbol"]),
        "Action": str(row["side"]),
        "Digits": str(row["digits"]),
        "DigitsCurrency": str(group.digits),
        "ContractSize": decimals(row["contract"] * 100, 2),
        **_times("TimeCreate", row["opened_ms"]),
        **_times("TimeUpdate", row["updated_ms"]),
        "PriceOpen": decimals(row["price_open"], row["digits"]),
        "PriceCurrent": decimals(quote.ask if row["side"] else quote.bid, row["digits"]),
        "PriceSL": decimals(row["sl"], row["digits"]),
        "PriceTP": decimals(row["tp"], row["digits"]),
        **_volumes("Volume", row["volume"]),
        "Profit": decimals(open_profit(world, row, group), group.digits),
        "Storage": decimals(row["storage"], group.digits),
        "RateProfit": "1.00000000",
        "RateMargin": _margin_rate(world, row, group),
        "ExpertID": "0",
        "ExpertPositionID": "0",
        "Comment": str(row["comment"]),
        "ActivationMode": "0",
        "Reason": str(row["reason"]),
    }


def order(row: Row) -> dict[str, str]:
    """An order, waiting or done."""
    return {
        "Order": str(row["ord"]),
        "ExternalID": "",
        "Login": str(row["login"]),
        "Dealer": str(row["dealer"]),
        "Symbol": str(row["symbol"]),
        "Digits": str(row["digits"]),
        "ContractSize": decimals(row["contract"] * 100, 2),
        "State": str(row["state"]),
        "Reason": str(row["reason"]),
        **_times("TimeSetup", row["setup_ms"]),
        "TimeExpiration": str(row["expires_s"]),
        **_times("TimeDone", row["done_ms"]),
        "Type": str(row["type"]),
        "TypeFill": str(row["fill"]),
        "TypeTime": str(row["until"]),
        "PriceOrder": decimals(row["price"], row["digits"]),
        "PriceTrigger": decimals(row["trigger"], row["digits"]),
        "PriceCurrent": decimals(row["price"], row["digits"]),
        "PriceSL": decimals(row["sl"], row["digits"]),
        "PriceTP": decimals(row["tp"], row["digits"]),
        **_volumes("VolumeInitial", row["initial"]),
        **_volumes("VolumeCurrent", row["remaining"]),
        "ExpertID": "0",
        "PositionID": str(row["position"]),
        "PositionByID": str(row["partner"]),
        "Comment": str(row["comment"]),
    }


def tick(spec: SymbolSpec, quote: Quote) -> dict[str, str]:
    """A price."""
    seconds = str(quote.time_ms // MS)
    return {
        "Symbol": spec.name,
        "Digits": str(spec.digits),
        "Datetime": seconds,
        "DatetimeMsc": str(quote.time_ms),
        "Bid": decimals(quote.bid, spec.digits),
        "Ask": decimals(quote.ask, spec.digits),
        "Last": decimals(0, spec.digits),
        "Volume": "0",
        "VolumeReal": "0.00",
    }


def group(held: Group, company: str) -> dict[str, object]:
    """A group of accounts."""
    return {
        "Group": held.name,
        "Server": "1",
        "PermissionsFlags": "2",
        "AuthMode": "0",
        "AuthPasswordMin": "8",
        "Company": company,
        "Currency": held.currency,
        "CurrencyDigits": str(held.digits),
        "MarginMode": NETTING if held.is_netting else HEDGING,
        "MarginCall": str(held.margin_call),
        "MarginStopOut": str(held.stop_out),
        "MarginSOMode": "0",
        "MarginFreeMode": "1",
        "DemoLeverage": str(held.leverage),
        "DemoDeposit": str(held.demo_deposit),
        "LimitOrders": "0",
        "LimitPositions": "0",
        "TradeFlags": "12",
        "Commissions": [],
        "Symbols": [],
    }


def symbol(spec: SymbolSpec, *, is_always_open: bool, markup: int = 0) -> dict[str, object]:
    """An instrument."""
    days = range(7) if is_always_open else range(1, 6)
    hours = {"Open": "0", "Close": "1440"} if is_always_open else {"Open": "2", "Close": "1438"}
    sessions = [[hours] if day in days else [] for day in range(7)]
    return {
        "Symbol": spec.name,
        "Path": spec.path,
        "Description": spec.description,
        "ISIN": "",
        "CurrencyBase": spec.base,
        "CurrencyProfit": spec.profit,
        "CurrencyMargin": spec.base if spec.calc_mode == 0 else spec.profit,
        "Digits": str(spec.digits),
        "Point": decimals(1, spec.digits),
        "TradeMode": "4",
        "CalcMode": str(spec.calc_mode),
        "ExecMode": "2",
        "Spread": str(spec.spread + markup),
        "TickValue": "0.00",
        "TickSize": "0.00",
        "ContractSize": decimals(spec.contract * 100, 2),
        **_volumes("VolumeMin", LOT // 100),
        **_volumes("VolumeMax", spec.lots_max * LOT),
        **_volumes("VolumeStep", LOT // 100),
        "SwapMode": "1",
        "SwapLong": str(spec.swap_long),
        "SwapShort": str(spec.swap_short),
        "Swap3Day": "3",
        "SessionsQuotes": sessions,
        "SessionsTrades": sessions,
    }


def server_time(seconds: int) -> str:
    """Platform time as ``time/server`` says it."""
    wall = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return f"{seconds} {wall:%Y.%m.%d %H:%M:%S}"


def _times(name: str, milliseconds: int) -> dict[str, str]:
    return {name: str(milliseconds // MS), f"{name}Msc": str(milliseconds)}


def _margin_rate(world: World, row: Row, group: Group) -> str:
    """The rate of the margin's currency when the position was opened."""
    spec = world.market.symbols[row["symbol"]]
    currency = spec.base if spec.calc_mode == 0 else spec.profit
    return f"{world.market.rate(currency, group.currency, row['opened_ms']):.8f}"


def _volumes(name: str, volume: int) -> dict[str, str]:
    """A volume in both units: 1e-4 and 1e-8 lots."""
    return {name: str(volume // 10_000), f"{name}Ext": str(volume)}
