"""Records of a MetaTrader 5 server in the words and units of the port.

Everything arrives as text; decimals are made from text only. ``Volume`` counts 1e-4 lots and
``VolumeExt`` 1e-8, the finer one is preferred. Times are the server's wall clock written as if it
were Unix time; ``offset`` (server less UTC) brings them to UTC.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from provisioning.servers.types import (
    AccountRecord,
    AccountState,
    Deal,
    DealAction,
    DealEntry,
    Group,
    MarginMode,
    Order,
    OrderState,
    OrderType,
    Position,
    SessionHours,
    Side,
    Symbol,
    Tick,
)

Record: TypeAlias = Mapping[str, Any]

RIGHT_CONNECT = 0x1
RIGHT_TRADING_OFF = 0x4
RIGHTS_OF_NEW = 0x1E3
"""Connect, change the password, trailing stops, experts, reports: a usual account."""
LOTS_PER_VOLUME = Decimal("0.0001")
LOTS_PER_VOLUME_EXT = Decimal("0.00000001")
MARGIN_CALLED, STOPPED_OUT = 1, 2


class Unreadable(ValueError):
    """A record that is not what the protocol promises."""


def exact(record: Record, name: str) -> Decimal:
    """A decimal field; a missing one is 0.

    Raises:
        Unreadable: There is something else in it.
    """
    try:
        return Decimal(str(record.get(name) or "0"))
    except InvalidOperation as error:
        raise Unreadable(name) from error


def whole(record: Record, name: str) -> int:
    """A whole field; a missing one is 0.

    Raises:
        Unreadable: There is something else in it.
    """
    try:
        return int(str(record.get(name) or "0"))
    except ValueError as error:
        raise Unreadable(name) from error


def text(record: Record, name: str) -> str:
    """A text field; a missing one is empty."""
    return str(record.get(name) or "")


def lots(record: Record, name: str = "Volume") -> Decimal:
    """A volume in standard lots."""
    finer = record.get(f"{name}Ext")
    if finer not in {None, "", "0", 0}:
        return exact(record, f"{name}Ext") * LOTS_PER_VOLUME_EXT
    return exact(record, name) * LOTS_PER_VOLUME


def to_utc(server_ms: int, offset: dt.timedelta) -> dt.datetime:
    """The instant of a time on the server's wall clock, in milliseconds."""
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return epoch + dt.timedelta(milliseconds=server_ms) - offset


def to_server_s(instant: dt.datetime, offset: dt.timedelta) -> int:
    """What the server's wall clock shows at an instant, in seconds."""
    return int((instant + offset).timestamp())


def milliseconds(record: Record, name: str) -> int:
    """A time of the server: ``NameMsc`` when present, else the seconds of ``Name``."""
    return whole(record, f"{name}Msc") or whole(record, name) * 1000


def group(record: Record) -> Group:
    """A group."""
    return Group(
        name=text(record, "Group"),
        currency=text(record, "Currency"),
        currency_digits=whole(record, "CurrencyDigits"),
        margin_mode=MarginMode(whole(record, "MarginMode")),
        margin_call_level=exact(record, "MarginCall"),
        stop_out_level=exact(record, "MarginStopOut"),
        is_stop_out_in_percent=whole(record, "MarginSOMode") == 0,
        leverage_default=whole(record, "DemoLeverage"),
        demo_deposit=exact(record, "DemoDeposit"),
        password_length_min=whole(record, "AuthPasswordMin"),
        company=text(record, "Company"),
    )


def symbol(record: Record) -> Symbol:
    """An instrument."""
    return Symbol(
        name=text(record, "Symbol"),
        path=text(record, "Path"),
        description=text(record, "Description"),
        currency_base=text(record, "CurrencyBase"),
        currency_profit=text(record, "CurrencyProfit"),
        currency_margin=text(record, "CurrencyMargin"),
        digits=whole(record, "Digits"),
        contract_size=exact(record, "ContractSize"),
        lots_min=lots(record, "VolumeMin"),
        lots_max=lots(record, "VolumeMax"),
        lots_step=lots(record, "VolumeStep"),
        trade_mode=whole(record, "TradeMode"),
        calc_mode=whole(record, "CalcMode"),
        swap_mode=whole(record, "SwapMode"),
        swap_long=exact(record, "SwapLong"),
        swap_short=exact(record, "SwapShort"),
        swap_triple_weekday=whole(record, "Swap3Day"),
        trade_sessions=tuple(_sessions(record.get("SessionsTrades") or ())),
    )


def tick(record: Record, offset: dt.timedelta) -> Tick:
    """A price."""
    quoted_ms = milliseconds(record, "Datetime")
    return Tick(
        symbol=text(record, "Symbol"),
        digits=whole(record, "Digits"),
        bid=exact(record, "Bid"),
        ask=exact(record, "Ask"),
        quoted_at=to_utc(quoted_ms, offset),
        quoted_server_ms=quoted_ms,
    )


def account(record: Record, *, currency: str, offset: dt.timedelta) -> AccountRecord:
    """An account's record."""
    rights = whole(record, "Rights")
    first, last = text(record, "FirstName"), text(record, "LastName")
    if not first and not last:
        first, _, last = text(record, "Name").partition(" ")
    return AccountRecord(
        login=whole(record, "Login"),
        group=text(record, "Group"),
        currency=currency,
        leverage=whole(record, "Leverage"),
        balance=exact(record, "Balance"),
        credit=exact(record, "Credit"),
        is_enabled=bool(rights & RIGHT_CONNECT),
        may_trade=not rights & RIGHT_TRADING_OFF,
        first_name=first,
        last_name=last,
        email=text(record, "Email"),
        phone=text(record, "Phone"),
        country=text(record, "Country"),
        comment=text(record, "Comment"),
        client_reference=text(record, "ID"),
        registered_at=_instant(record, "Registration", offset),
        last_access_at=_instant(record, "LastAccess", offset),
        rights=rights,
    )


def account_state(record: Record, *, currency: str) -> AccountState:
    """The money side of an account with activity."""
    margin = exact(record, "Margin")
    balance, credit = exact(record, "Balance"), exact(record, "Credit")
    activation = whole(record, "SOActivation")
    return AccountState(
        login=whole(record, "Login"),
        currency=currency,
        balance=balance,
        credit=credit,
        equity=exact(record, "Equity"),
        margin=margin,
        free_margin=exact(record, "MarginFree"),
        margin_level_percent=exact(record, "MarginLevel") if margin else None,
        floating_profit=exact(record, "Equity") - balance - credit,
        is_margin_called=activation == MARGIN_CALLED,
        is_stopped_out=activation == STOPPED_OUT,
    )


def idle_state(record: AccountRecord) -> AccountState:
    """The money side of an account that has nothing open: its record says it all."""
    equity = record.balance + record.credit
    return AccountState(
        login=record.login,
        currency=record.currency,
        balance=record.balance,
        credit=record.credit,
        equity=equity,
        margin=Decimal(0),
        free_margin=equity,
        margin_level_percent=None,
        floating_profit=Decimal(0),
        is_margin_called=False,
        is_stopped_out=False,
    )


def deal(record: Record, offset: dt.timedelta) -> Deal:
    """A deal."""
    done_ms = milliseconds(record, "Time")
    return Deal(
        deal_id=whole(record, "Deal"),
        login=whole(record, "Login"),
        order_id=whole(record, "Order"),
        position_id=whole(record, "PositionID"),
        action=DealAction(whole(record, "Action")),
        entry=DealEntry(whole(record, "Entry")),
        symbol=text(record, "Symbol"),
        digits=whole(record, "Digits"),
        lots=lots(record),
        lots_closed=lots(record, "VolumeClosed"),
        contract_size=exact(record, "ContractSize"),
        price=exact(record, "Price"),
        price_position=exact(record, "PricePosition"),
        price_stop_loss=exact(record, "PriceSL"),
        price_take_profit=exact(record, "PriceTP"),
        profit=exact(record, "Profit"),
        swap=exact(record, "Storage"),
        commission=exact(record, "Commission"),
        fee=exact(record, "Fee"),
        rate_profit=exact(record, "RateProfit"),
        reason=whole(record, "Reason"),
        comment=text(record, "Comment"),
        external_id=text(record, "ExternalID"),
        dealer=whole(record, "Dealer"),
        done_at=to_utc(done_ms, offset),
        done_server_ms=done_ms,
    )


def position(record: Record, offset: dt.timedelta) -> Position:
    """An open position."""
    opened_ms = milliseconds(record, "TimeCreate")
    return Position(
        position_id=whole(record, "Position"),
        login=whole(record, "Login"),
        symbol=text(record, "Symbol"),
        side=Side(whole(record, "Action")),
        digits=whole(record, "Digits"),
        lots=lots(record),
        contract_size=exact(record, "ContractSize"),
        price_open=exact(record, "PriceOpen"),
        price_current=exact(record, "PriceCurrent"),
        price_stop_loss=exact(record, "PriceSL"),
        price_take_profit=exact(record, "PriceTP"),
        profit=exact(record, "Profit"),
        swap=exact(record, "Storage"),
        comment=text(record, "Comment"),
        opened_at=to_utc(opened_ms, offset),
        opened_server_ms=opened_ms,
    )


def order(record: Record, offset: dt.timedelta) -> Order:
    """A waiting order."""
    placed_ms = milliseconds(record, "TimeSetup")
    return Order(
        order_id=whole(record, "Order"),
        login=whole(record, "Login"),
        symbol=text(record, "Symbol"),
        type=OrderType(whole(record, "Type")),
        state=OrderState(whole(record, "State")),
        digits=whole(record, "Digits"),
        lots_initial=lots(record, "VolumeInitial"),
        lots_current=lots(record, "VolumeCurrent"),
        price=exact(record, "PriceOrder"),
        price_trigger=exact(record, "PriceTrigger"),
        price_stop_loss=exact(record, "PriceSL"),
        price_take_profit=exact(record, "PriceTP"),
        comment=text(record, "Comment"),
        placed_at=to_utc(placed_ms, offset),
        placed_server_ms=placed_ms,
        expires_at=_instant(record, "TimeExpiration", offset),
    )


def _instant(record: Record, name: str, offset: dt.timedelta) -> dt.datetime | None:
    seconds = whole(record, name)
    return to_utc(seconds * 1000, offset) if seconds else None


def _sessions(days: Iterable[Iterable[Record]]) -> Iterable[SessionHours]:
    for weekday, hours in enumerate(days):
        for session in hours or ():
            yield SessionHours(
                weekday=weekday,
                open_minute=whole(session, "Open"),
                close_minute=whole(session, "Close"),
            )
