"""The instruments, groups and rights that a new simulated server starts with."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

DIGITS = {"USD": 2, "EUR": 2, "GBP": 2, "JPY": 0}

PERMISSIONS = (
    "manager",  # connect as manager
    "accountant",  # balance operations
    "read_accounts",
    "personal_data",  # without it names come back empty, with retcode 0
    "modify_accounts",
    "delete_accounts",
    "read_orders",  # orders, deals and positions
    "edit_orders",
    "dealer",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolSpec:
    """An instrument. ``start`` is the price at noise zero, ``volatility`` per year."""

    name: str
    path: str
    description: str
    base: str
    profit: str
    digits: int
    contract: int
    spread: int
    """Points between bid and ask before a group's mark-up."""
    volatility: float
    swap_long: Decimal
    swap_short: Decimal
    start: Decimal | None = None
    """``None``: from the reference rates of the ECB."""
    calc_mode: int = 0
    is_always_open: bool = False
    margin_rate: Decimal = Decimal(1)
    lots_max: int = 100


def _forex(name: str, spread: int, volatility: float, swaps: tuple[str, str]) -> SymbolSpec:
    is_yen = name.endswith("JPY")
    is_major = "USD" in name
    return SymbolSpec(
        name=name,
        path=f"Forex\\{'Major' if is_major else 'Cross'}\\{name}",
        description=f"{name[:3]} against {name[3:]}",
        base=name[:3],
        profit=name[3:],
        digits=3 if is_yen else 5,
        contract=100_000,
        spread=spread,
        volatility=volatility,
        swap_long=Decimal(swaps[0]),
        swap_short=Decimal(swaps[1]),
    )


SYMBOLS: tuple[SymbolSpec, ...] = (
    _forex("EURUSD", 8, 0.075, ("-6.4", "1.9")),
    _forex("GBPUSD", 11, 0.085, ("-3.1", "-1.2")),
    _forex("USDJPY", 10, 0.095, ("11.8", "-22.5")),
    _forex("USDCHF", 13, 0.080, ("6.2", "-12.1")),
    _forex("USDCAD", 14, 0.065, ("1.1", "-5.9")),
    _forex("AUDUSD", 10, 0.100, ("-3.3", "-0.4")),
    _forex("NZDUSD", 14, 0.100, ("-2.2", "-1.6")),
    _forex("EURGBP", 12, 0.055, ("-5.0", "0.8")),
    _forex("EURJPY", 15, 0.090, ("8.4", "-19.3")),
    SymbolSpec(
        name="XAUUSD",
        path="Metals\\XAUUSD",
        description="Gold, troy ounce",
        base="XAU",
        profit="USD",
        digits=2,
        contract=100,
        spread=18,
        volatility=0.15,
        swap_long=Decimal("-38.5"),
        swap_short=Decimal("21.0"),
        start=Decimal("2650.00"),
        calc_mode=4,
    ),
    SymbolSpec(
        name="US500",
        path="Indices\\US500",
        description="500 large companies of the United States",
        base="USD",
        profit="USD",
        digits=1,
        contract=10,
        spread=5,
        volatility=0.16,
        swap_long=Decimal("-9.2"),
        swap_short=Decimal("3.0"),
        start=Decimal("5900.0"),
        calc_mode=4,
        margin_rate=Decimal(2),
    ),
    SymbolSpec(
        name="BTCUSD",
        path="Crypto\\BTCUSD",
        description="Bitcoin",
        base="BTC",
        profit="USD",
        digits=2,
        contract=1,
        spread=2500,
        volatility=0.55,
        swap_long=Decimal(-1900),
        swap_short=Decimal(-1900),
        start=Decimal("68000.00"),
        calc_mode=4,
        is_always_open=True,
        margin_rate=Decimal(10),
        lots_max=10,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSpec:
    """A group as first set up. ``commission`` is per lot and side, in the group's currency."""

    name: str
    currency: str
    markup: int = 0
    commission: str = "0"
    margin_call: str = "100.00"
    stop_out: str = "50.00"
    leverage: int = 100
    demo_deposit: str = "0.00"


def _family(real: str, demo: str) -> tuple[GroupSpec, ...]:
    groups = []
    for currency in ("USD", "EUR"):
        tail = currency.lower()
        groups += [
            GroupSpec(name=f"{real}\\standard-{tail}", currency=currency, markup=6),
            GroupSpec(name=f"{real}\\raw-{tail}", currency=currency, commission="3.50"),
            GroupSpec(
                name=f"{demo}\\standard-{tail}",
                currency=currency,
                markup=6,
                demo_deposit="10000.00",
            ),
            GroupSpec(
                name=f"{demo}\\raw-{tail}",
                currency=currency,
                commission="3.50",
                demo_deposit="10000.00",
            ),
        ]
    groups.append(GroupSpec(name=f"{real}\\standard-jpy", currency="JPY", markup=6))
    return tuple(groups)


HOUSE = _family("real", "demo")
SECOND_HOUSE = _family("real-two", "demo-two")

MANAGERS: tuple[tuple[int, str], ...] = (
    (1000, "real\\*,demo\\*"),
    (2000, "real-two\\*,demo-two\\*"),
)
"""Logins of the managers and the masks of the groups they may see."""
