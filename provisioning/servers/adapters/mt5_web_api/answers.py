"""Retcodes of the trading server as refusals of the port."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from kernel.errors import OutcomeUnknown, Refused, Unavailable
from provisioning.servers.adapters.mt5_web_api.failures import Answer
from provisioning.servers.adapters.mt5_web_api.translate import Unreadable
from provisioning.servers.errors import (
    AmountTooLarge,
    GroupCurrencyDiffers,
    HasOpenTrades,
    InvalidRequest,
    LoginTaken,
    MarketClosed,
    NotFound,
    NotPermitted,
    NotSupported,
    ServerFull,
    ServerRefused,
    ShortOfFunds,
    TradeRefused,
    WeakPassword,
)

REFUSALS: Mapping[int, type[Refused]] = {
    3: InvalidRequest,
    4: InvalidRequest,
    8: NotPermitted,
    13: NotFound,
    3002: ServerFull,
    3003: LoginTaken,  # reserved at another server: choose another one
    3004: LoginTaken,
    3006: WeakPassword,
    3007: ServerFull,
    3008: HasOpenTrades,
    3009: GroupCurrencyDiffers,
    3010: GroupCurrencyDiffers,
    3019: ServerFull,
    4005: AmountTooLarge,
    10018: MarketClosed,
    10019: ShortOfFunds,
    12000: NotSupported,
    12001: NotSupported,
    12002: NotSupported,
}
AUTH_FAMILY = range(1000, 1035)
TRADE_REFUSALS = frozenset(
    {*range(10004, 10008), *range(10013, 10022), *range(10033, 10037), 10038, 10039}
)
"""What the vendor lists as said no; others of the family succeeded, or nobody knows."""
DEFINITE = frozenset({*REFUSALS, *AUTH_FAMILY, *TRADE_REFUSALS})
"""After these a change was certainly not made. Every other retcode leaves its outcome open."""
NOT_FOUND = 13
TOO_MUCH = 14


@contextmanager
def in_our_words() -> Iterator[None]:
    """Say a server's no in the words of the port.

    Raises:
        Refused: The server's no.
        Unavailable: The session was shut in our face, or what came back cannot be read.
    """
    try:
        yield
    except Answer as answer:
        raise translated(answer) from answer
    except Unreadable as error:
        raise Unavailable("trading server", f"unreadable field {error}") from error


@contextmanager
def in_our_words_of_change(operation: object) -> Iterator[None]:
    """The same around a change: an answer that cannot be read leaves the outcome open.

    Raises:
        Refused: The server's no.
        OutcomeUnknown: It said yes in a way that cannot be read, or a retcode that is not listed
            as a refusal.
    """
    try:
        yield
    except Answer as answer:
        if answer.retcode not in DEFINITE:
            raise OutcomeUnknown(operation, answer.words or str(answer.retcode)) from answer
        raise translated(answer) from answer
    except Unreadable as error:
        raise OutcomeUnknown(operation, f"unreadable field {error}") from error


def translated(answer: Answer) -> Exception:
    """The error of the port for a retcode."""
    if answer.retcode in AUTH_FAMILY:
        return Unavailable("trading server", answer.words)
    refusal = REFUSALS.get(answer.retcode)
    if refusal is not None:
        return refusal()
    if answer.retcode in TRADE_REFUSALS:
        return TradeRefused(words=answer.words)
    return ServerRefused(words=answer.words or str(answer.retcode))
