"""Numbered words of trading platforms."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class DealAction(IntEnum):
    """What a deal did; the numbers are the trading server's own (EnDealAction)."""

    BUY = 0
    SELL = 1
    BALANCE = 2
    CREDIT = 3
    CHARGE = 4
    CORRECTION = 5
    BONUS = 6
    COMMISSION = 7
    COMMISSION_DAILY = 8
    COMMISSION_MONTHLY = 9
    AGENT_DAILY = 10
    AGENT_MONTHLY = 11
    INTEREST = 12
    BUY_CANCELLED = 13
    SELL_CANCELLED = 14
    DIVIDEND = 15
    DIVIDEND_FRANKED = 16
    TAX = 17
    AGENT = 18
    STOP_OUT_COMPENSATION = 19
    STOP_OUT_COMPENSATION_CREDIT = 20


class DealEntry(IntEnum):
    """How a deal touched its position (EnDealEntry)."""

    IN = 0
    OUT = 1
    INOUT = 2
    OUT_BY = 3


class Side(IntEnum):
    """Direction of an open position or a market order."""

    BUY = 0
    SELL = 1


class BalanceKind(IntEnum):
    """What kind of money moves; the numbers are those of ``trade/balance``."""

    BALANCE = 2
    CREDIT = 3
    CHARGE = 4
    CORRECTION = 5
    BONUS = 6


class PasswordKind(StrEnum):
    """Which of an account's passwords."""

    MAIN = "main"
    INVESTOR = "investor"


class MarginMode(IntEnum):
    """How positions add up in a group."""

    NETTING = 0
    EXCHANGE = 1
    HEDGING = 2


class OrderState(IntEnum):
    """Where an order stands (EnOrderState)."""

    STARTED = 0
    PLACED = 1
    CANCELLED = 2
    PARTIAL = 3
    FILLED = 4
    REJECTED = 5
    EXPIRED = 6
    ADD_REQUESTED = 7
    MODIFY_REQUESTED = 8
    CANCEL_REQUESTED = 9


class OrderType(IntEnum):
    """What an order waits for (EnOrderType)."""

    BUY = 0
    SELL = 1
    BUY_LIMIT = 2
    SELL_LIMIT = 3
    BUY_STOP = 4
    SELL_STOP = 5
    BUY_STOP_LIMIT = 6
    SELL_STOP_LIMIT = 7
    CLOSE_BY = 8
